"""What the portal itself says of imported sessions: the totals of its session list, filtered by area and days."""

from calendar import monthrange
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import func, select, text
from sqlalchemy.orm import aliased

from bench.real_sessions_check import Figures, Key
from portal import create_app
from portal.config import Config
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import Area, ChargingSession, Operator, Role, SessionDoubt
from portal.queries.sessions import sessions
from portal.web.session_lists import session_list


@dataclass(slots=True)
class Given:
    """Sums by site, local month and currency; by site and currency without any filter of days; doubts."""

    months: dict[Key, Figures] = field(default_factory=dict)
    whole: dict[tuple[str, str], Figures] = field(default_factory=dict)
    doubts: dict[str, int] = field(default_factory=dict)


@contextmanager
def opened(url: str) -> Iterator[str]:
    """The portal on a database; yields the engine's version."""
    app = create_app(Config(database_url=url, secret_key="only for measuring 0123456789"))  # noqa: S106
    with app.app_context():
        try:
            sqlite = db.engine.dialect.name == "sqlite"
            yield str(db.session.scalar(text("SELECT sqlite_version()" if sqlite else "SHOW server_version")))
        finally:
            db.session.remove()
            db.engine.dispose()


def given(operator_code: str) -> Given:
    """The figures that a user of this operator sees, days by the operator's zone."""
    operator = db.session.scalars(select(Operator).where(Operator.code == operator_code)).one()
    reader = Viewer(role=Role.OPERATOR, operator_id=operator.id, zone=operator.timezone)
    spec = session_list(reader)
    filters = {one.name: one.apply for one in spec.filters}
    assert spec.totals is not None  # noqa: S101 - the list of sessions has totals

    def totals(**chosen: str) -> dict[str, Figures]:
        stmt = sessions(reader)
        for name, value in chosen.items():
            stmt = filters[name](stmt, value)
        found = db.session.execute(spec.totals(stmt))
        return {
            row.currency: (row.sessions, int(row.energy_wh), int(row.net_minor), int(row.vat_minor))
            for row in found
        }

    done = Given(doubts=_doubts(operator.id))
    areas = db.session.execute(select(Area.name, Area.code).where(Area.operator_id == operator.id)).all()
    for name, code in areas:
        for currency, figures in totals(area=code).items():
            done.whole[name, currency] = figures
        for month in _months(operator.id):
            last = monthrange(*map(int, month.split("-")))[1]
            days = {"from": f"{month}-01", "to": f"{month}-{last}"}
            for currency, figures in totals(area=code, **days).items():
                done.months[name, month, currency] = figures
    return done


def _months(operator_id: int) -> list[str]:
    """Every month from a little before the first session to a little after the last one."""
    started = ChargingSession.started_at
    query = select(func.min(started), func.max(started)).where(ChargingSession.operator_id == operator_id)
    first, last = db.session.execute(query).one()
    numbers = range(first.year * 12 + first.month - 2, last.year * 12 + last.month + 1)
    return [f"{number // 12}-{number % 12 + 1:02}" for number in numbers]


def _doubts(operator_id: int) -> dict[str, int]:
    doubted = aliased(ChargingSession)
    query = (
        select(SessionDoubt.doubt, func.count())
        .join(doubted, doubted.id == SessionDoubt.session_id)
        .where(doubted.operator_id == operator_id)
        .group_by(SessionDoubt.doubt)
    )
    return {row[0].value: row[1] for row in db.session.execute(query)}
