"""Sessions as plain columns for files: instants are text already, since nothing but writing is done with them."""

from typing import Any

from sqlalchemy import String, case, func, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from portal.domain.viewer import Viewer
from portal.models import Area, ChargingSession, Driver, Operator, SessionDoubt, Station

from .paging import AnySelect
from .sessions import sessions


class utc_text(FunctionElement[str]):
    """An instant in UTC to the second: 2026-10-25T00:30:00Z; null stays null."""

    type = String()
    inherit_cache = True


@compiles(utc_text, "postgresql")
def _postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    instant = compiler.process(element.clauses, **options)
    return f"to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"


@compiles(utc_text, "sqlite")
def _sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return f"(replace(substr({compiler.process(element.clauses, **options)}, 1, 19), ' ', 'T') || 'Z')"


ACCEPTED = "+"


def _doubts() -> Any:
    """The names of the session's doubts, in no order, with a blank between; those accepted begin with ACCEPTED."""
    mark = case((SessionDoubt.accepted_at.is_(None), ""), else_=ACCEPTED)
    names = select(func.aggregate_strings(mark + type_coerce(SessionDoubt.doubt, String), " "))
    own = SessionDoubt.session_id == ChargingSession.id
    return names.where(own).correlate(ChargingSession).scalar_subquery()


COLUMNS: tuple[Any, ...] = (
    ChargingSession.external_id,
    Station.code,
    Station.name,
    ChargingSession.charger_uid,
    ChargingSession.connector_number,
    Area.code,
    Operator.code,
    Operator.timezone,
    Driver.number,
    utc_text(ChargingSession.started_at),
    utc_text(ChargingSession.ended_at),
    ChargingSession.charging_s,
    ChargingSession.idle_s,
    ChargingSession.energy_wh,
    ChargingSession.net_minor,
    ChargingSession.vat_minor,
    ChargingSession.currency,
    type_coerce(ChargingSession.status, String),
    ChargingSession.end_reason,
    _doubts(),
)


def file_columns(stmt: AnySelect) -> AnySelect:
    """A Select of `sessions()`, whatever narrows it, as one of COLUMNS."""
    found: AnySelect = stmt.with_only_columns(*COLUMNS, maintain_column_froms=True)
    return found


def session_rows(viewer: Viewer) -> AnySelect:
    """COLUMNS of all sessions that the viewer reads, in the order in which they came."""
    return file_columns(sessions(viewer)).order_by(ChargingSession.id)
