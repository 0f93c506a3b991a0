"""What must always hold in the database; `portal check` counts what breaks it."""

from sqlalchemy import Select, String, cast, func, or_, select

from portal.models import (
    Area,
    ChargingSession,
    Membership,
    Operator,
    OperatorCode,
    SiteSettings,
    Station,
    Terms,
)


def invariants() -> dict[str, Select[int]]:
    """Name of each invariant and the query that counts its breaches (0 is good)."""
    return {
        "there is one row of site settings": select(func.abs(func.count(SiteSettings.id) - 1)),
        "every operator's code is registered as taken": select(func.count(Operator.id)).where(
            Operator.code.not_in(select(OperatorCode.code))
        ),
        "at most one unrevoked membership per operator and driver": select(func.count()).select_from(
            select(Membership.operator_id)
            .where(Membership.revoked_at.is_(None))
            .group_by(Membership.operator_id, Membership.driver_id)
            .having(func.count() > 1)
            .subquery()
        ),
        "memberships end after they begin": select(func.count(Membership.id)).where(
            Membership.valid_to <= Membership.valid_from
        ),
        "terms begin on the first of a month": select(func.count(Terms.id)).where(
            func.substr(cast(Terms.effective_from, String), 9, 2) != "01"
        ),
        "stations stand on the globe": select(func.count(Station.id)).where(
            or_(func.abs(Station.latitude) > 90, func.abs(Station.longitude) > 180)
        ),
        "stations can be searched": select(func.count(Station.id)).where(Station.search == ""),
        "areas can be searched": select(func.count(Area.id)).where(Area.search == ""),
        "sessions do not end before they begin": select(func.count(ChargingSession.id)).where(
            ChargingSession.ended_at < ChargingSession.started_at
        ),
    }
