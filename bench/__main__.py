"""`python -m bench AREA`: measurements, one command per area."""

import argparse

from bench import faults, real_commission, real_data, real_sessions

AREAS = {
    "real-data": real_data.main,
    "faults": faults.main,
    "real-sessions": real_sessions.main,
    "real-commission": real_commission.main,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "area",
        choices=AREAS,
        help="real-data: the registries imported on both engines, into docs/real-data.md; "
        "faults: sessions over a bad line, into docs/tracking.md; "
        "real-sessions: real sessions on both engines beside independent totals, into docs/real-sessions.md; "
        "real-commission: a year of statements over them, into docs/real-commission.md",
    )
    AREAS[parser.parse_known_args()[0].area]()


if __name__ == "__main__":
    main()
