"""What a tenant of the world charged, and the statement about it."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from portal.models import (
    ChargingSession,
    Driver,
    Operator,
    RunStatus,
    SessionStatus,
    Statement,
    StatementRun,
    Station,
)
from portal.services.statements import issue_statements
from tests.support.factories import TESTER

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def settle(session: Session, operator: Operator) -> tuple[Statement, StatementRun]:
    """The statement of its first month, and a run that is done."""
    made = issue_statements(session, operator, NOON.date(), actor=TESTER, at=NOON + timedelta(days=60))
    run = StatementRun(
        month=NOON.date(),
        status=RunStatus.DONE,
        operators=1,
        problems=[],
        started_at=NOON,
        started_by=TESTER.label,
    )
    session.add(run)
    session.flush()
    return made[0], run


def charge(
    session: Session, station: Station, operator: Operator, driver: Driver, word: str
) -> ChargingSession:
    charged = ChargingSession(
        external_id=f"{word}-external",
        operator_id=operator.id,
        area_id=station.area_id,
        station_id=station.id,
        driver_id=driver.id,
        charger_uid=f"{word}-charger"[:36],
        connector_number=1,
        token_uid=f"{word}t-m".upper(),
        started_at=NOON,
        ended_at=NOON + timedelta(hours=1),
        energy_wh=12_345,
        currency="EUR",
        net_minor=500,
        vat_minor=110,
        status=SessionStatus.CLOSED,
        end_reason=f"{word}end"[:20],
        created_at=NOON,
    )
    session.add(charged)
    session.flush()
    return charged
