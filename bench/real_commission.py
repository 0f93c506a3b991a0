"""A year of statements over the real sessions on both engines, beside a computation without any code of the portal.

    .venv/bin/python -m bench real-commission

Needs the folder ../shared/data beside the checkout. Writes docs/real-commission.md; exit status 1 when a cent differs.
"""

import tempfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text

from bench import real_sessions_check as check
from bench.processes import ROOT, Portal
from bench.real_data import DATA
from bench.real_sessions import DATA_SETS, DataSet, arguments, depot
from bench.real_sessions_speed import good
from tests.support.postgres import Postgres

PAGE = ROOT / "docs" / "real-commission.md"
YEARS = {"PERTH": 2017, "NORWAY": 2020, "WORKPLACE": 2015}
# What was agreed: for a kWh, a session, an hour; percent of what is left. Twice, so that terms change within the year.
# Only the workplaces have amounts: there reimbursements are small, so that something is left to share.
USUAL = (
    (1, (Decimal("0.05"), Decimal("0.30"), Decimal("0.10"), Decimal(15))),
    (7, (Decimal("0.0475"), Decimal("0.25"), Decimal("0.125"), Decimal("17.5"))),
)
SMALL = (
    (1, (Decimal("0.0125"), Decimal(0), Decimal("0.01"), Decimal("33.3333"))),
    (7, (Decimal("0.0075"), Decimal(0), Decimal("0.0125"), Decimal("12.5"))),
)
AGREED = {"PERTH": USUAL, "NORWAY": USUAL, "WORKPLACE": SMALL}
Terms = tuple[Decimal, Decimal, Decimal, Decimal]
Row = tuple[int, int, int, int, int]  # sessions, Wh, net, reimbursement and share in minor units


@dataclass(frozen=True, slots=True)
class Year:
    """What a data set came to: by month, as computed and as issued on each engine."""

    one: DataSet
    computed: dict[str, Row]
    issued: dict[str, dict[str, Row]]

    def differences(self) -> list[str]:
        wrong = [name for name, rows in self.issued.items() if rows != self.computed]
        return [f"{self.one.operator} {YEARS[self.one.operator]} on {name}" for name in wrong]


def main() -> None:
    """Import, agree, issue, verify, compare, write the page; SystemExit(1) when a figure differs."""
    if not DATA.is_dir():
        raise SystemExit("error: there is no ../shared/data beside the checkout")
    computed = {one.operator: _computed(one) for one in DATA_SETS}
    issued: dict[str, dict[str, dict[str, Row]]] = defaultdict(dict)
    server = Postgres()
    try:
        with tempfile.TemporaryDirectory() as folder:
            urls = {"SQLite": f"sqlite:///{folder}/c.sqlite3", "PostgreSQL": server.create("commission")}
            for engine, url in urls.items():
                for operator, rows in _issued(url, Path(folder)).items():
                    issued[operator][engine] = rows
    finally:
        server.stop()
    years = [Year(one, computed[one.operator], issued[one.operator]) for one in DATA_SETS]
    PAGE.write_text("\n".join(_page(years)) + "\n", encoding="utf-8")
    if wrong := [difference for year in years for difference in year.differences()]:
        raise SystemExit("\n".join(["error: figures differ", *wrong]))


def _computed(one: DataSet) -> dict[str, Row]:
    """By month of the end: the formula of SEMANTICS on each session that nothing is doubtful about."""
    found = one.compute(DATA, one.zone, "earlier")
    doubted = set().union(*found.doubtful().values())
    zone, year = ZoneInfo(one.zone), YEARS[one.operator]
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for number, charged in enumerate(found.charged):
        if charged.end is None or number in doubted or charged.end.astimezone(zone).year != year:
            continue
        started = charged.start.astimezone(zone).date()
        terms = [values for month, values in AGREED[one.operator] if started >= date(year, month, 1)]
        row = (1, charged.wh or 0, charged.net or 0, *_settled(charged, charged.end, terms))
        month = sums[f"{charged.end.astimezone(zone):%Y-%m}"]
        for place, amount in enumerate(row):
            month[place] += amount
    return {month: (row[0], row[1], row[2], row[3], row[4]) for month, row in sorted(sums.items())}


def _settled(charged: check.Charged, end: datetime, terms: list[Terms]) -> tuple[int, int]:
    """Reimbursement and share of one session in minor units, in fractions of a cent until the last step."""
    if not terms:
        return 0, 0
    kwh, session, hour, percent = terms[-1]
    seconds = int((end - charged.start).total_seconds())
    # times 3,600,000, so that no division rounds on the way
    exact = (charged.wh or 0) * kwh * 3600 + session * 3_600_000 + seconds * hour * 1000
    base = max(Decimal(0), Decimal(charged.net or 0) / 100 * 3_600_000 - exact)
    return _cents(exact / 36_000), _cents(base * percent / 3_600_000)


def _cents(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _issued(url: str, folder: Path) -> dict[str, dict[str, Row]]:
    """Through the command line, but for the terms, which the pages set."""
    portal = Portal(url)
    good(portal("db", "upgrade"))
    for one in DATA_SETS:
        zone = ("--timezone", one.zone, "--currency", one.currency)
        good(portal("import", "stations", depot(one, folder), "--format", "portal", *zone))
        for file in one.files:
            portal(
                "import", "sessions", DATA / file, *arguments(one, "earlier")
            )  # rejected rows are its exit status
    _agree(url)
    for one in DATA_SETS:
        for month in range(1, 13):
            asked = ("--month", f"{YEARS[one.operator]}-{month:02}", "--operator", one.operator)
            good(portal("statements", "issue", *asked))
    good(portal("statements", "verify"))
    return _read(url)


def _agree(url: str) -> None:
    """Terms of January and of July."""
    engine = create_engine(url)
    with engine.begin() as connection:
        for one in DATA_SETS:
            operator = connection.scalar(
                text("SELECT id FROM operator WHERE code = :code"), {"code": one.operator}
            )
            for month, (kwh, session, hour, percent) in AGREED[one.operator]:
                values = {
                    **{
                        "operator": operator,
                        "month": date(YEARS[one.operator], month, 1),
                        "currency": one.currency,
                    },
                    **{
                        "kwh": int(kwh * 10_000),
                        "session": int(session * 10_000),
                        "hour": int(hour * 10_000),
                    },
                    **{"percent": int(percent * 10_000), "first": True},
                }
                connection.execute(text(TERMS), values)
    engine.dispose()


TERMS = (
    "INSERT INTO terms (operator_id, effective_from, currency, price_per_kwh_ac, price_per_kwh_dc, price_per_session, "
    "price_per_hour, share_percent, reimbursement_first, created_at, updated_at) VALUES (:operator, :month, :currency, "
    ":kwh, :kwh, :session, :hour, :percent, :first, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)"
)


def _read(url: str) -> dict[str, dict[str, Row]]:
    """The frozen figures by operator and month."""
    engine = create_engine(url)
    stmt = (
        "SELECT o.code, s.month, s.sessions, s.energy_wh, s.net_minor, s.reimbursement_minor, s.share_minor "
        "FROM statement s JOIN operator o ON o.id = s.operator_id ORDER BY s.id"
    )
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    with engine.connect() as connection:
        for code, month, *row in connection.execute(text(stmt)):
            found[code][str(month)[:7]] = (row[0], row[1], row[2], row[3], row[4])
    engine.dispose()
    return found


def _page(years: list[Year]) -> list[str]:
    lines = [
        "# A year of statements over real sessions",
        "",
        "Made by `python -m bench real-commission`; do not edit. The sessions of [real-sessions.md](real-sessions.md) are",
        "imported through the command line, terms are agreed from January and from July, and twelve months are issued one",
        "after the other and verified, on SQLite and on PostgreSQL. Beside the statements stands what `csv`, `zoneinfo` and",
        "`Decimal` make of the same files without any code of the portal: sessions by the local month in which they end,",
        "doubtful ones left out, the terms those of the start, each session rounded half up to the minor unit.",
        "",
    ]
    for year in years:
        lines += [*_table(year), ""]
    wrong = [difference for year in years for difference in year.differences()]
    return [
        *lines,
        "All figures are equal to the last digit on both engines." if not wrong else "**They differ.**",
    ]


def _table(year: Year) -> list[str]:
    head = (
        "month",
        "sessions",
        "kWh",
        "net",
        "reimbursement",
        "share",
        "due",
        "computed due",
        "SQLite = PostgreSQL = computed",
    )
    lines = [
        f"## {year.one.title}: {YEARS[year.one.operator]}, {year.one.currency}",
        "",
        f"| {' | '.join(head)} |",
    ]
    lines.append(f"|---|{'---:|' * 7}---|")
    rows = year.issued["SQLite"]
    for month in sorted(set(rows) | set(year.computed)):
        shown, true = rows.get(month, (0,) * 5), year.computed.get(month, (0,) * 5)
        same = all(found.get(month) == true for found in year.issued.values())
        sessions, wh, *money = shown
        due, really = money[1] + money[2], true[3] + true[4]
        amounts = (_major(amount) for amount in (*money, due, really))
        lines.append(
            f"| {month} | {sessions} | {Decimal(wh) / 1000} | {' | '.join(amounts)} | {'yes' if same else '**no**'} |"
        )
    return lines


def _major(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}"
