"""The text of docs/real-sessions.md."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from bench.real_data_page import machine, table

COMMAND = "python -m bench real-sessions"
CHOICES = ("earlier", "later", "reject")
LEFT = {
    "end before start": "The end lies before the start",
    "start or end twice": "A clock time that its zone shows twice, and no choice was made",
    "start or end never": "A clock time that its zone skips, and no choice was made",
}
NOTES = {
    "were swapped": "day and month were swapped back, from the order of the rows",
    "the year": "a year of two digits was read as of this century",
    "is rounded": "the energy was rounded to whole Wh",
    "occurs twice": "a clock time that occurs twice was read as the earlier one",
    "does not exist": "a clock time that does not exist was read as the earlier one",
}


def page(
    data_sets: Sequence[Any],
    results: Mapping[tuple[str, str, str], Any],
    computed: Mapping[tuple[str, str], Any],
    differences: Sequence[str],
    speed: Sequence[Any],
    versions: Mapping[str, str],
    on: date,
) -> str:
    """Markdown of the whole record."""
    shown = [(one, *_shown(one, results, computed)) for one in data_sets]
    parts = [
        "# Real sessions\n",
        f"Written by `{COMMAND}` on {on.isoformat()}; run it again after a change: it ends with 1 when any figure differs. "
        "The files lie in the folder `../shared/data` beside the checkout; nothing of them is kept here but totals. "
        "Stations: see [real-data.md](real-data.md).\n",
        "## Result\n",
        _result(results, differences),
        HOW,
        table(("in the file", "in the portal"), DIRT),
        "## What was imported\n",
        *(_data_set(*each) for each in shown),
        "## Repeated and missing hours\n",
        _choices(data_sets, results, computed),
        "## Totals by site and year\n",
        "Sessions by the local year of their start, imported as above; the comparison was by month. "
        "“computed” is the independent computation; both engines of the portal gave the same figures.\n"
        if not differences
        else "The portal's figures are those on SQLite.\n",
        *(_years(one, done, wanted) for one, _, done, wanted in shown),
        "## Speed and memory\n",
        _speed(speed),
        "## Machine\n",
        machine(versions),
    ]
    return "\n".join(parts)


HOW = """
## How it is computed

- **The portal**: `portal db upgrade`, `portal import stations` for an operator with its zone and currency (and one
  hidden depot station, for an operator is made with its first station), `portal import sessions` as below, all as
  processes of their own on a fresh SQLite and a fresh PostgreSQL, with
  `reject` for repeated and missing hours, and where that rejects anything with `earlier` and `later` too. Then every
  total is asked for as the session list asks: the list's own filters `area`, `from` (first day
  of the month) and `to` (its last day), for a user of the operator, so that days are those of the operator's zone;
  and once more without days. Months before the first and after the last session are asked for too.
- **Independently**: [`bench/real_sessions_check.py`](../bench/real_sessions_check.py) reads the same files with
  `csv`, `zoneinfo` and `Decimal` and shares no code with the portal. It goes other ways where it can: swapped dates
  are known by the publisher's rule (the day is at most 12), where the portal tells them from the order of the rows;
  instants are searched for, not computed from a fold; doubts by a sweep over each connector.
- **Compared**, to the last digit, on both engines, for each choice that was imported: sessions, Wh, net and VAT for
  each site, local month and currency; the same for each site without days; which rows were rejected,
  by file, line and reason; how many sessions are doubtful in which way.
- A session counts in the month of its **start**, at the site of its **station**, which stands where its first row has
  it.
- Perth and Norway state no amounts: net and VAT are 0 there. The fee of the workplaces is taken as net, VAT 0. Their
  zone is not stated; New York is assumed.
- What a file does not say stays empty: charging and idle time, end reason. Imported sessions ran under no settings of
  the portal, so no monetary limit applies to them. (Sessions that equipment reports have one; it is compared in the
  operator's currency, and a tariff in another currency leaves it out: the settings on the session's page then show no
  limit.)

What is left out, and what comes in although it is wrong:
"""

DIRT = (
    ("no end, or no energy",
     "comes in without it, with the doubt *no end* or *no energy*; out of statements until accepted"),
    ("negative energy, zero, more than a connector delivers, overlapping, repeated under another name",
     "comes in as written, with its doubt; the totals here contain it"),
    ("end before start",
     "rejected: which of the two is wrong is unknown"),
    ("day and month swapped",
     "rejected, unless `--swapped-dates repair` (used for Perth): repaired where the order of the rows "
     "allows one reading only, each told in the report"),
    ("a clock time in the repeated or the missing hour",
     "rejected, unless `--repeated-hour`/`--missing-hour` say `earlier` or `later`; each told in the "
     "report"),
    ("the same session on a second line",
     "rejected"),
)  # fmt: skip


def _result(results: Mapping[tuple[str, str, str], Any], differences: Sequence[str]) -> str:
    months = sum(len(done.given.months) for done in results.values())
    if differences:
        return f"**{len(differences)} figures differ**:\n\n" + "".join(
            f"- {one}\n" for one in differences[:50]
        )
    return (
        f"**No difference** in {months:,} totals of a site in a month ({len(results)} imports of data sets, on two engines "
        "and with different choices), each of sessions, Wh, net and VAT; nor in rejected rows or doubts. Each file was "
        "imported twice: the second time changed nothing, and every session was counted as unchanged.\n"
    )


def _shown(one: Any, results: Any, computed: Any) -> tuple[str, Any, Any]:
    """The choice that is shown of a data set, with what it gave on SQLite and what was computed."""
    choice = next(choice for choice in CHOICES if ("SQLite", choice, one.title) in results)
    return choice, results["SQLite", choice, one.title], computed[choice, one.title]


def _data_set(one: Any, choice: str, done: Any, wanted: Any) -> str:
    left = Counter(LEFT.get(why, why) for why in done.left_out.values())
    rows = [(number, why) for why, number in left.most_common()]
    notes = [(number, NOTES[what]) for what, number in done.notes.most_common() if number]
    doubts = wanted.doubts()
    doubted = [
        (kind, done.given.doubts.get(kind, 0), doubts.get(kind, 0))
        for kind in sorted({*doubts, *done.given.doubts})
    ]
    files = ", ".join(f"`{file}`" for file in one.files)
    options = " ".join(("--format", one.format, *one.options))
    text = (
        f"### {one.title}\n\n{files}\n\n`portal import sessions FILE {options} --repeated-hour {choice} "
        f"--missing-hour {choice} --create-missing --operator {one.operator} --at {one.place} --partial`\n\n"
        f"**{wanted.read:,} rows read, {done.counts['new']:,} accepted, {done.counts['rejected']:,} rejected.**\n"
    )
    if rows:
        text += "\n" + table(("rejected rows", "why"), rows)
    if notes:
        text += "\n" + table(("notes in the report", "what was done"), notes)
    return text + "\n" + table(("doubt", "sessions in the portal", "computed"), doubted)


def _choices(data_sets: Sequence[Any], results: Any, computed: Any) -> str:
    rows = []
    for one in data_sets:
        for choice in CHOICES:
            wanted = computed[choice, one.title]
            done = results.get(("SQLite", choice, one.title))
            if done is None:
                continue
            moved = done.notes["occurs twice"] + done.notes["does not exist"]
            energy = sum(figures[1] for figures in done.given.months.values())
            same = sum(figures[1] for figures in wanted.totals().values())
            rows.append(
                (
                    one.title.partition(",")[0],
                    f"`{choice}`",
                    moved,
                    done.ambiguous,
                    done.counts["new"],
                    energy,
                    same,
                )
            )
    head = ("data set", "choice", "rows where it counted", "rejected for it", "accepted", "Wh", "Wh computed")
    return (
        "Every data set was imported with `reject`. Where that rejected nothing, no row has such a time, and no choice "
        "can make a difference; where it did, the other choices were imported too, each into a fresh database.\n\n"
        + table(head, rows)
    )


def _years(one: Any, done: Any, wanted: Any) -> str:
    ours, theirs = _by_year(done.given.months), _by_year(wanted.totals())
    rows = []
    for key in sorted({*ours, *theirs}):
        pairs = zip(ours.get(key, [0] * 4), theirs.get(key, [0] * 4), strict=True)
        cells = [cell for pair in pairs for cell in pair]
        rows.append((key[0], key[1], *(cells if _has_money(one) else cells[:4])))
    total = [sum(row[place] for row in rows) for place in range(2, len(rows[0]))]
    head = ["site", "year", "sessions", "computed", "Wh", "computed"]
    if _has_money(one):
        head += [f"net (minor units of {one.currency})", "computed", "VAT", "computed"]
    return f"### {one.title}\n\n" + table(head, [*rows, ("**all**", "", *total)])


def _has_money(one: Any) -> bool:
    return bool(one.format == "workplace")


def _by_year(months: Mapping[tuple[str, str, str], Iterable[int]]) -> dict[tuple[str, str], list[int]]:
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for (site, month, _), figures in months.items():
        key = site, month[:4]
        sums[key] = [one + more for one, more in zip(sums[key], figures, strict=True)]
    return dict(sums)


def _speed(speed: Sequence[Any]) -> str:
    rows = []
    for one in speed:
        for what, run in (("first time", one.first), ("again: all unchanged", one.again)):
            rows.append((
                one.engine, one.rows, what, f"{run.seconds:.1f}", f"{run.cpu_seconds:.1f}",
                f"{one.rows / run.seconds:,.0f}", f"{one.rows / run.cpu_seconds:,.0f}", f"{run.peak_mb:.0f}",
            ))  # fmt: skip
    head = (
        "engine",
        "sessions",
        "",
        "seconds",
        "of our processor",
        "sessions/s",
        "a processor second",
        "peak MB",
    )
    return (
        table(head, rows)
        + "\nMade-up sessions of 100 stations, 400 connectors and 1,000 drivers in the portal's own format. The whole "
        "command, start of Python included (more than a second). Processor seconds are the command's alone: on PostgreSQL "
        "the server's come on top. One number is remembered of each session, which is most of what memory grows by.\n"
    )
