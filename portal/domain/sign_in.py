"""Who may sign in, and which sign-ins still count, as SQL expressions."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select

from portal.models import Account, AccountStatus, Driver, DriverStatus, LoginSession, Operator, OperatorStatus


def account_may_sign_in() -> ColumnElement[bool]:
    """The account is active, and so is the driver behind it; its operator is not disabled."""
    disabled = select(Operator.id).where(Operator.status == OperatorStatus.DISABLED)
    inactive = select(Driver.id).where(Driver.status != DriverStatus.ACTIVE)
    return and_(
        Account.status == AccountStatus.ACTIVE,
        or_(Account.operator_id.is_(None), Account.operator_id.not_in(disabled)),
        or_(Account.driver_id.is_(None), Account.driver_id.not_in(inactive)),
    )


def sign_in_live(at: datetime) -> ColumnElement[bool]:
    """A server-side sign-in that still counts (joined with its account)."""
    return and_(LoginSession.ended_at.is_(None), LoginSession.expires_at > at, account_may_sign_in())
