"""`portal export`: whole files, streamed, in the portal's own import formats."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import joinedload

from portal.domain.clock import now
from portal.domain.errors import NotFound
from portal.domain.report_groups import By
from portal.domain.viewer import ANONYMOUS, Viewer
from portal.extensions import db
from portal.models import Account, Operator, Role, Station
from portal.queries import exports
from portal.queries.accounts import account_by_email
from portal.queries.paging import AnySelect
from portal.queries.session_files import session_rows
from portal.web.auth import viewer_of
from portal.web.exports import csv_chunks, xlsx_chunks
from portal.web.site import current_site

from . import export_rows
from .files import csv_or_xlsx
from .opened import opened_portal
from .report_file import report_file

AT_ONCE = 2000
NOUNS = ("stations", "sessions", "members", "report")
GROUPS = tuple(by.value for by in By)
COMMAND_LINE = Viewer(role=Role.ADMIN)

Rows = Iterable[Sequence[object]]


@click.command()
@click.argument("noun", type=click.Choice(NOUNS))
@click.option("--out", required=True, metavar="FILE", type=click.Path(dir_okay=False, allow_dash=True),
              callback=csv_or_xlsx, help="CSV, or XLSX by its ending; - is standard output.")  # fmt: skip
@click.option("--operator", "operator_code", metavar="CODE", help="Only what belongs to this operator.")
@click.option("--visible/--hidden", default=None, help="Only visible, or only hidden stations.")
@click.option("--as", "seen_by", metavar="EMAIL|anonymous",
              help="The stations that this login sees on the map, instead of all.")  # fmt: skip
@click.option(
    "--from", "first", metavar="DAY", help="First day of the report, such as 2026-09-01; else this month."
)
@click.option("--to", "last", metavar="DAY", help="Last day of the report.")
@click.option("--by", type=click.Choice(GROUPS), help="What the report has a line for each of.")
def export(noun: str, out: str, operator_code: str | None, visible: bool | None, seen_by: str | None,
           first: str | None, last: str | None, by: str | None) -> None:  # fmt: skip
    """Write all stations (one row a connector), sessions, memberships or the commission report to a file.

    The report takes several operators with commas between their codes; days are those of each operator's time zone.
    """
    if noun != "stations" and (visible is not None or seen_by is not None):
        raise click.UsageError("--visible, --hidden and --as are for stations.")
    if noun != "report" and (first or last or by):
        raise click.UsageError("--from, --to and --by are for the report.")
    with opened_portal():
        if noun == "report":
            _write(out, *report_file({"operator": operator_code, "from": first, "to": last, "by": by}))
            return
        query = _query(noun, seen_by)
        if operator_code is not None:
            if db.session.query(Operator.id).filter_by(code=operator_code.strip().upper()).first() is None:
                raise NotFound("There is no operator with the code %(code)s.", code=operator_code)
            query = query.where(Operator.code == operator_code.strip().upper())
        if visible is not None:
            query = query.where(Station.visible.is_(visible))
        header, ready = _shape(noun)
        rows = ready(db.session.connection().execute(query.execution_options(yield_per=AT_ONCE)))
        _write(out, header, rows)


def _query(noun: str, seen_by: str | None) -> AnySelect:
    if noun == "sessions":
        return session_rows(COMMAND_LINE)
    if noun == "members":
        return exports.member_rows(now())
    if seen_by is None:
        return exports.managed_stations(COMMAND_LINE)
    if seen_by == "anonymous":
        return exports.seen_stations(ANONYMOUS, now())
    account = db.session.scalar(account_by_email(seen_by).options(joinedload(Account.operator)))
    if account is None:
        raise NotFound("There is no login %(email)s.", email=seen_by)
    return exports.seen_stations(viewer_of(account), now())


def _shape(noun: str) -> tuple[Sequence[str], Callable[[Iterable[Any]], Rows]]:
    if noun == "stations":
        return export_rows.STATIONS, export_rows.stations
    if noun == "members":
        return export_rows.MEMBERS, export_rows.members
    zone: str = current_site().timezone
    return tuple(export_rows.SESSIONS), lambda rows: export_rows.sessions(rows, zone)


def _write(out: str, header: Sequence[str], rows: Rows) -> None:
    """The file appears when it is whole, readable by its owner only: an interrupted export leaves none."""
    write = xlsx_chunks if out.lower().endswith(".xlsx") else csv_chunks
    chunks: Iterator[bytes] = write(header, rows, None)
    if out == "-":
        stream = sys.stdout.buffer
        for chunk in chunks:
            stream.write(chunk)
        stream.flush()
        return
    target = Path(out)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink()
        raise
