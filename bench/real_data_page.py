"""The text of docs/real-data.md."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

COMMAND = "python -m bench real-data"


def page(
    registries: Sequence[Any], results: Mapping[str, Any], pictures: Sequence[tuple[str, str]], on: date
) -> str:
    """Markdown of the whole record."""
    first = next(iter(results.values()))
    parts = [
        "# Real registries\n",
        f"Written by `{COMMAND}` on {on.isoformat()}; run it again after a change. The files lie in the folder "
        "`../shared/data` beside the checkout; nothing of them is kept here but counts, and what the images show. Sessions: "
        "[real-sessions.md](real-sessions.md).\n",
        "## What was imported\n",
        *(_registry(registry, first.registries[n]) for n, registry in enumerate(registries)),
        _ocpi(first),
        "## How long it took\n",
        _speed(registries, results),
        "## Who sees it\n",
        _seen(registries, results),
    ]
    if pictures:
        parts.append("## The map over it\n")
        parts += [f"{text}\n\n![{text}](images/{name})\n" for name, text in pictures]
    parts += ["## Machine\n", machine({engine: result.version for engine, result in results.items()})]
    return "\n".join(parts)


def _registry(registry: Any, done: Any) -> str:
    counts, network = done.counts, done.network
    command = (
        f"portal import stations {registry.file} --format {registry.format} {' '.join(registry.options)}"
    )
    reasons = table(("rejected rows", "why"), [(count, why) for why, count in done.reasons.most_common()])
    rows = [(name or "–", f"`{code}`", stations, hidden) for code, name, stations, hidden in done.largest]
    return (
        f"### {registry.title}\n\n"
        f"`{command} --partial`: **{counts['new']:,} stations accepted, {counts['rejected']:,} rejected**, "
        f"{counts['skipped']:,} rows left out by the format's filter.\n\n{reasons}\n"
        f"{network['operators']} operators, one for each network, {network['areas']} areas, "
        f"{network['chargers']:,} chargers, {network['connectors']:,} connectors. The largest networks:\n\n"
        + table(("network", "operator", "stations", "hidden"), rows)
    )


def _ocpi(result: Any) -> str:
    notes = "".join(f"- {note}\n" for note in result.ocpi_notes)
    return (
        "### OCPI 2.2.1 example Locations\n\n"
        f"`--format ocpi`: {result.ocpi['new']} stations accepted, {result.ocpi['changed']} changed by a later file that "
        f"describes the same Location, {result.ocpi['rejected']} rejected. "
        f"What a station of the portal cannot carry is noted in the report:\n\n{notes}"
    )


def _speed(registries: Sequence[Any], results: Mapping[str, Any]) -> str:
    rows = []
    for engine, result in results.items():
        for registry, done in zip(registries, result.registries, strict=True):
            for what, run in (("first time", done.first), ("again: nothing changes", done.again)):
                rate = done.counts["new"] / run.seconds
                rows.append((
                    registry.title, engine, what, f"{run.seconds:.1f}", f"{run.cpu_seconds:.1f}", f"{rate:,.0f}",
                    f"{run.peak_mb:.0f}",
                ))  # fmt: skip
        run = result.synthetic
        rows.append((
            f"{result.synthetic_size:,} made-up stations, one connector each, format `portal`", engine, "first time",
            f"{run.seconds:.1f}", f"{run.cpu_seconds:.1f}", f"{result.synthetic_size / run.seconds:,.0f}",
            f"{run.peak_mb:.0f}",
        ))  # fmt: skip
        idle = result.check
        rows.append(
            (
                "`portal check`, to compare",
                engine,
                "",
                f"{idle.seconds:.1f}",
                f"{idle.cpu_seconds:.1f}",
                "",
                f"{idle.peak_mb:.0f}",
            )
        )
    head = ("file", "engine", "", "seconds", "of our processor", "stations/s", "peak MB")
    return (
        table(head, rows) + "\nThe whole command, start of Python, reading and checking the file included. "
        "Processor seconds are the command's alone: on PostgreSQL the server's come on top. Peak memory is the kernel's "
        "high-water mark of the command; where it equals that of `portal check`, it was reached while the program started, "
        "and the import stayed below it.\n"
    )


def _seen(registries: Sequence[Any], results: Mapping[str, Any]) -> str:
    rows = [
        (engine, registry.title, done.network["visible"], done.network["hidden"], done.network["open_to_all"])
        for engine, result in results.items()
        for registry, done in zip(registries, result.registries, strict=True)
    ]
    text = table(("engine", "file", "visible", "hidden (private)", "visible and not closed"), rows)
    for engine, result in results.items():
        wanted = sum(done.network["open_to_all"] for done in result.registries)
        others = result.seen - wanted
        text += (
            f"\n{engine}: `portal export stations --as anonymous` holds {result.seen:,} stations: the {wanted:,} that are "
            f"visible and not closed, and {others} of the OCPI examples. `portal check` ends with {result.check.status}.\n"
        )
    return text


def machine(versions: Mapping[str, str]) -> str:
    """What it ran on; `versions` by engine."""
    engines = ", ".join(f"{engine} {number}" for engine, number in versions.items())
    packages = ", ".join(f"{name} {version(name)}" for name in ("sqlalchemy", "psycopg", "flask"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[1]
    return (
        f"{os.cpu_count()} processors ({_processor()}), {memory:.0f} GiB; {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}; {engines}; {packages}. Load of the last five minutes: {load:.1f} "
        "(above the number of processors, other programs shared the machine, and the seconds by the clock are too high).\n"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine()
    )


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; whole numbers with separators."""
    cells = [
        [f"{cell:,}" if isinstance(cell, int) else str(cell).replace("|", "\\|") for cell in row]
        for row in rows
    ]
    lines = ["| " + " | ".join(row) + " |" for row in [list(head), ["---"] * len(head), *cells]]
    return "\n".join(lines) + "\n"
