"""Reads of operators: lists, one of them, what belongs to it, its terms, the drafts of new ones."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.domain.access import membership_live, operator_managed_by
from portal.domain.codes import MAX_LENGTH, suggest_code
from portal.domain.viewer import Viewer
from portal.models import (
    Account,
    Area,
    AuditEvent,
    ChargingSession,
    Membership,
    Operator,
    OperatorCode,
    OperatorDraft,
    OperatorStatus,
    Statement,
    Station,
    StationStatus,
    Tariff,
    Terms,
)

from .audit import audit_events
from .paging import AnySelect

AREA_COUNT = (
    select(func.count(Area.id)).where(Area.operator_id == Operator.id).correlate(Operator).scalar_subquery()
)
STATION_COUNT = (
    select(func.count(Station.id))
    .join(Area)
    .where(Area.operator_id == Operator.id)
    .correlate(Operator)
    .scalar_subquery()
)


def operators(viewer: Viewer) -> Select[Operator]:
    """The operators that the viewer manages."""
    return select(Operator).where(operator_managed_by(viewer))


def operators_with_counts(viewer: Viewer) -> AnySelect:
    """The same, each with how many areas and stations it has."""
    return operators(viewer).add_columns(AREA_COUNT.label("areas"), STATION_COUNT.label("stations"))


def one_operator(viewer: Viewer, code: str) -> Select[Operator]:
    """The operator of that code, whatever the case of its letters."""
    return operators(viewer).where(Operator.code == code.upper())


def offered_operators(viewer: Viewer) -> Select[Operator]:
    """Those that a picker offers: not the archived ones."""
    return operators(viewer).where(Operator.status != OperatorStatus.ARCHIVED).order_by(Operator.code)


@dataclass(frozen=True, slots=True)
class OperatorCounts:
    """What an operator has; closed stations count neither as visible nor as hidden."""

    areas: int
    stations: int
    visible: int
    hidden: int
    live_members: int
    accounts: int


def operator_counts(operator: Operator, at: datetime) -> AnySelect:
    """One row of the figures of OperatorCounts, in its order."""
    open_ = Station.status != StationStatus.CLOSED
    of_it = select(func.count(Station.id)).join(Area).where(Area.operator_id == operator.id)
    return select(
        select(func.count(Area.id)).where(Area.operator_id == operator.id).scalar_subquery(),
        of_it.scalar_subquery(),
        of_it.where(open_, Station.visible.is_(True)).scalar_subquery(),
        of_it.where(open_, Station.visible.is_(False)).scalar_subquery(),
        select(func.count(Membership.id))
        .where(Membership.operator_id == operator.id, membership_live(at))
        .scalar_subquery(),
        select(func.count(Account.id)).where(Account.operator_id == operator.id).scalar_subquery(),
    )


def operator_areas(operator: Operator) -> AnySelect:
    """Its areas by code, each with the number of its stations and of the hidden ones among them."""
    hidden = case((Station.visible.is_(False) & (Station.status != StationStatus.CLOSED), 1))
    return (
        select(Area, func.count(Station.id), func.count(hidden))
        .outerjoin(Station, Station.area_id == Area.id)
        .where(Area.operator_id == operator.id)
        .group_by(Area.id)
        .order_by(Area.code)
    )


def operator_accounts(operator: Operator) -> Select[Account]:
    return select(Account).where(Account.operator_id == operator.id).order_by(Account.email)


def operator_trail(viewer: Viewer, operator: Operator, latest: int | None = None) -> AnySelect:
    """The audit events that concern it; with `latest` only so many, the newest first."""
    stmt = audit_events(viewer).where(AuditEvent.operator_id == operator.id)
    return stmt.order_by(AuditEvent.id.desc()).limit(latest) if latest else stmt


def present_values(viewer: Viewer, column: InstrumentedAttribute[Any]) -> Select[Any]:
    """The different values that operators have in a column."""
    return select(column).where(operator_managed_by(viewer), column.is_not(None)).distinct()


def references(session: Session, operator: Operator) -> dict[str, int]:
    """How many rows keep the operator from being deleted, by what they are; only what there is."""
    owners = {
        "areas": Area.operator_id,
        "accounts": Account.operator_id,
        "memberships": Membership.operator_id,
        "sessions": ChargingSession.operator_id,
        "statements": Statement.operator_id,
        "tariffs": Tariff.operator_id,
    }
    found = {}
    for noun, owner in owners.items():
        found[noun] = session.scalar(select(func.count()).where(owner == operator.id)) or 0
    return {noun: count for noun, count in found.items() if count}


def terms_of(operator: Operator) -> Select[Terms]:
    """All versions, the newest first."""
    return select(Terms).where(Terms.operator_id == operator.id).order_by(Terms.effective_from.desc())


def terms_from(operator: Operator, month: date) -> Select[Terms]:
    """The version that starts in that month."""
    return select(Terms).where(Terms.operator_id == operator.id, Terms.effective_from == month)


def drafts_of(viewer: Viewer) -> Select[OperatorDraft]:
    """The viewer's own runs of the wizard that made no operator yet, the latest first."""
    return (
        select(OperatorDraft)
        .where(OperatorDraft.account_id == viewer.account_id, OperatorDraft.operator_id.is_(None))
        .order_by(OperatorDraft.updated_at.desc())
    )


def one_draft(viewer: Viewer, draft_id: str) -> Select[OperatorDraft]:
    """One of the viewer's runs, finished ones included; another's does not exist for it."""
    own = OperatorDraft.account_id == viewer.account_id
    return select(OperatorDraft).where(own, OperatorDraft.id == draft_id)


def code_taken(session: Session, code: str) -> bool:
    """Whether any operator has or ever had the code."""
    return session.get(OperatorCode, code) is not None


def free_code(session: Session, name: str) -> str:
    """A code that reads like the name and was never taken; empty when the name gives none."""
    base = suggest_code(name)
    if not base or not code_taken(session, base):
        return base
    alike = select(OperatorCode.code).where(OperatorCode.code.startswith(base[:30], autoescape=True))
    taken = set(session.scalars(alike))
    for number in range(2, len(taken) + 3):
        ending = f"-{number}"
        code = base[: MAX_LENGTH - len(ending)].rstrip("-") + ending
        if code not in taken:
            return code
    return ""
