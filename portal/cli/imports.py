"""`portal import`: stations, drivers, members and sessions from files."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.geography import country_value, currency_value
from portal.domain.viewer import command_line
from portal.domain.zones import zone_value
from portal.ingest.formats import KINDS, Format, Kind, load_format
from portal.ingest.load import Loaded, load, zone_of
from portal.ingest.records import FileError
from portal.ingest.sessions_time import Choices
from portal.ingest.source import Source
from portal.ingest.table import FormatError
from portal.services.imports import Defaults, Making, Outcome
from portal.services.imports.session_places import operator_exists
from portal.web.site import current_site
from portal.web.transaction import transaction

from .files import in_a_folder
from .import_report import Report
from .opened import opened_portal
from .session_options import knows_zone, session_options

BUSY = "the database is busy with another long write; nothing was imported, try again when it has ended"


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    kind: Kind
    file: str
    format: Format
    dry_run: bool
    partial: bool
    report: Path | None
    timezone: str | None
    currency: str | None
    country: str | None
    choices: Choices
    making: Making | None


def _checked(check: Callable[[str, str], Any]) -> Callable[..., Any]:
    def callback(_context: click.Context, parameter: click.Parameter, value: str | None) -> Any:
        try:
            return check(parameter.name or "", value) if value else None
        except Invalid as error:
            raise click.BadParameter(str(error)) from None

    return callback


def _format(_context: click.Context, _parameter: click.Parameter, value: str) -> Format:
    try:
        return load_format(value)
    except FormatError as error:
        raise click.BadParameter(str(error)) from None


@click.command(name="import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--format", "format_", required=True, metavar="NAME|FILE.toml", callback=_format,
              help="What the file looks like: a built-in format or your own.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Tell what would happen; write nothing.")
@click.option("--partial", is_flag=True, help="Keep the good rows when others are rejected.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.csv",
              callback=in_a_folder, help="Write each rejected row there, with line, field and reason.")  # fmt: skip
@click.option("--timezone", callback=_checked(zone_value), metavar="ZONE",
              help="Of operators that it makes and of sessions' clocks; else the format's, else the portal's.")  # fmt: skip
@click.option("--currency", callback=_checked(currency_value), metavar="CODE",
              help="Of operators that it makes; else the portal's.")  # fmt: skip
@click.option("--country", callback=_checked(country_value), metavar="CODE",
              help="Where the phone numbers without + belong.")  # fmt: skip
@session_options
def import_(format_: Format, choices: Choices, making: Making | None, **options: Any) -> None:
    """Bring in stations, drivers, members or sessions from FILE (plain or gzip; - is standard input).

    All or nothing unless --partial. Nothing is deleted, and the same file again changes nothing.
    """
    order = Order(format=format_, choices=choices, making=making, **options)
    try:
        format_.part(order.kind)
    except FormatError as error:
        raise click.BadParameter(str(error), param_hint="--format") from None
    if order.kind == "sessions" and not knows_zone(format_, choices):
        raise click.BadParameter("this format does not state the zone of its clocks", param_hint="--timezone")
    with opened_portal(), ExitStack() as stack:
        report = stack.enter_context(Report(order.report))
        try:
            loaded, kept = _run(order, report)
        except FileError as error:
            raise click.ClickException(f"{order.file}: {error} Nothing was imported.") from None
        except OperationalError as error:
            if "locked" in str(error.orig):
                raise click.ClickException(BUSY) from None
            raise
    _summary(order, loaded, report, kept)
    if loaded.rejected:
        sys.exit(1)


def _run(order: Order, report: Report) -> tuple[Loaded, bool]:
    zone = order.timezone or zone_of(order.format) or current_site().timezone
    defaults = Defaults(zone, order.currency or current_site().currency, order.country)
    origin = sys.stdin.buffer if order.file == "-" else Path(order.file)
    with Source(origin) as source, _bar(source) as bar, transaction() as session:
        if order.making and not operator_exists(session, order.making.operator_code):
            raise click.ClickException(f"there is no active operator {order.making.operator_code}")

        def progress() -> None:
            bar.update(source.position - bar.pos)

        loaded = load(
            session, order.kind, source, order.format, defaults,
            name="standard input" if order.file == "-" else Path(order.file).name,
            tell=report.add, actor=command_line(), at=now(), progress=progress, choices=order.choices, making=order.making,
        )  # fmt: skip
        kept = not order.dry_run and (order.partial or not loaded.rejected)
        if not kept:
            session.rollback()
    return loaded, kept


def _bar(source: Source) -> Any:
    hidden = not sys.stderr.isatty() or not source.size
    return click.progressbar(length=source.size or 0, label="Reading", file=sys.stderr, hidden=hidden)


def _summary(order: Order, loaded: Loaded, report: Report, kept: bool) -> None:
    new, changed, unchanged, revoked = (loaded.outcomes[outcome] for outcome in Outcome)
    known = f"{changed} changed, {unchanged} unchanged"
    click.echo(f"{order.kind}: {new} accepted (new), {known}, {loaded.rejected} rejected")
    if revoked:
        click.echo(f"{revoked} revoked")
    if loaded.kept:
        click.echo(
            f"{loaded.kept} of the unchanged differ from the file: they were changed by hand in the portal"
        )
    if loaded.skipped:
        click.echo(f"{loaded.skipped} rows skipped by the format's filter")
    if loaded.made:
        click.echo("also made: " + ", ".join(f"{count} {what}" for what, count in loaded.made.items()))
    report.close_words(loaded)
    if order.dry_run:
        click.echo("Dry run: nothing was written.")
    elif not kept:
        click.echo("Nothing was written, because rows were rejected (--partial keeps the good ones).")
