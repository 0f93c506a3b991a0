"""What a driver may ask for: a copy of all its data, and to be forgotten (docs/adr/0007)."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.domain.search import search_text
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.models import ChargingSession, Driver, DriverStatus, Membership, Operator, Token
from portal.queries.driver_data import Holdings, holdings, login_of, records_of

from .account_changes import delete_account
from .audit import record
from .erasure import erase_from_trail, known_values
from .memberships import EXPIRED, REPLACED, revoke
from .undo_members import UNDONE

NAME = N_("Anonymised driver")
REASON = "anonymised"


def note_export(session: Session, driver: Driver, *, actor: Actor, at: datetime) -> None:
    """Write down that somebody takes a copy of all data of the driver, before it leaves."""
    record(session, actor, "driver.export", driver, at=at, before={}, after={"format": "zip"})


def held(session: Session, driver: Driver) -> Holdings:
    """How much there is of the driver."""
    return Holdings(*session.execute(holdings(driver)).one())


def anonymise(
    session: Session, driver: Driver, confirmation: str | None, *, actor: Actor, at: datetime
) -> None:
    """Take out for good who the driver is; its number stays, so that sessions and statements stay true.

    `confirmation` is the number as the person typed it. Raises Invalid on `number` (another one), Conflict (a session
    runs, anonymised before). Load the driver locked.
    """
    if (confirmation or "").strip().upper() != driver.number:
        raise Invalid("number", N_("Type the driver number %(number)s to confirm."), number=driver.number)
    found = held(session, driver)
    _check(driver, found)
    records, values = records_of(session, driver), known_values(session, driver)
    account = session.scalar(login_of(driver))
    _leave_networks(session, driver, actor, at)
    if account is not None:
        delete_account(session, account, actor=actor, at=at)
    # A session that was corrected to another driver still names the token that was held to the reader.
    own = ChargingSession.token_uid.in_(select(Token.uid).where(Token.driver_id == driver.id))
    used = or_(ChargingSession.driver_id == driver.id, own)
    session.execute(update(ChargingSession).where(used).values(token_uid=None))
    session.execute(delete(Token).where(Token.driver_id == driver.id))
    driver.name, driver.email, driver.phone, driver.phone_e164 = NAME, None, None, None
    driver.search = search_text(driver.number)
    driver.status, driver.anonymised_at, driver.updated_at = DriverStatus.DISABLED, at, at
    counts = {name: count for name, count in asdict(found).items() if name not in ("unrevoked", "running")}
    event = record(session, actor, "driver.anonymise", driver, at=at, before={}, after=counts)
    if event is not None:
        erase_from_trail(session, records, values, event)


def _check(driver: Driver, found: Holdings) -> None:
    if driver.anonymised_at is not None:
        raise Conflict(N_("Driver %(number)s is anonymised already."), number=driver.number)
    if found.running:
        message = N_("Driver %(number)s is charging at present: wait until its session has ended.")
        raise Conflict(message, number=driver.number)


def _leave_networks(session: Session, driver: Driver, actor: Actor, at: datetime) -> None:
    """Every operator reads in its own trail that the access ended; what was noted in free words goes."""
    unrevoked = (Membership.driver_id == driver.id, Membership.revoked_at.is_(None))
    for operator in session.scalars(select(Operator).join(Membership).where(*unrevoked)).all():
        revoke(session, operator, driver, actor=actor, at=at, reason=REASON)
    of_driver = update(Membership).where(Membership.driver_id == driver.id)
    session.execute(of_driver.values(note=None))
    system = (EXPIRED, REPLACED, UNDONE, REASON)
    session.execute(of_driver.where(Membership.revoke_reason.not_in(system)).values(revoke_reason=None))
