"""Many rows of every kind at once, with ties, gaps, accents and both cases in what lists sort by."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.models import (
    Account,
    Area,
    AuditEvent,
    Base,
    ChargingSession,
    Driver,
    Membership,
    Operator,
    OperatorCode,
    Role,
    SessionStatus,
    Statement,
    StatementKind,
    StatementStatus,
    Station,
    Tariff,
)
from tests.support.factories import LONG_AGO, make_operator

NAMES = ("Ångström", "zeta", "Alpha", "alpha", "Éclair", "beta", "Zoe", "émile", "10", "-")


def crowd(session: Session, count: int, start: int = 0) -> Operator:
    """`count` rows of each table, committed; those of tenants belong to the operator that is returned."""
    owner = make_operator(session, code=f"OWNER-{start}")
    numbers = range(start + 1, start + count + 1)
    _add(session, OperatorCode, [{"code": f"CO-{n}", "taken_at": LONG_AGO} for n in numbers])
    _add(session, Operator, [_operator(n) for n in numbers])
    areas = _add(session, Area, [_area(n, owner.id) for n in numbers])
    stations = _add(session, Station, [_station(n, area) for n, area in zip(numbers, areas, strict=True)])
    drivers = _add(session, Driver, [_driver(n) for n in numbers])
    members = [{"operator_id": owner.id, "driver_id": driver, "granted_at": _at(n), "granted_by": "x"}
               for n, driver in zip(numbers, drivers, strict=True)]  # fmt: skip
    _add(session, Membership, members)
    _add(session, Account, [_account(n) for n in numbers])
    places = zip(numbers, areas, stations, drivers, strict=True)
    _add(session, ChargingSession, [_session(n, owner.id, *ids) for n, *ids in places])
    _add(session, Tariff, [_tariff(n, area) for n, area in zip(numbers, areas, strict=True)])
    _add(session, Statement, [_statement(n, owner) for n in numbers])
    _add(session, AuditEvent, [_event(n, owner.id) for n in numbers])
    session.commit()
    return owner


def _tariff(n: int, area: int) -> dict[str, Any]:
    times = {name: _at(n) for name in ("valid_from", "created_at", "updated_at")}
    return {"name": f"Tariff {n % 7}", "area_id": area, "currency": "EUR", **times}


def _add(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> list[int]:
    ids = session.scalars(
        insert(table).returning(getattr(table, "id", table.__mapper__.primary_key[0])), rows
    )
    return list(ids)


def _name(n: int) -> str:
    return NAMES[n % len(NAMES)]


def _at(n: int) -> Any:
    return LONG_AGO + timedelta(days=n % 5)


def _times(n: int) -> dict[str, Any]:
    return {"created_at": _at(n), "updated_at": _at(n + 2)}


def _operator(n: int) -> dict[str, Any]:
    organization = None if n % 3 else _name(n)
    return {"code": f"CO-{n}", "name": _name(n), "timezone": "UTC", "currency": "EUR", "organization": organization,
            "city": None if n % 2 else _name(n + 1), "country": None if n % 4 else "SI", **_times(n)}  # fmt: skip


def _area(n: int, operator: int) -> dict[str, Any]:
    return {"code": f"CA-{n}", "name": _name(n), "operator_id": operator, "city": None if n % 3 else _name(n),
            "country": None if n % 2 else "AT", **_times(n)}  # fmt: skip


def _station(n: int, area: int) -> dict[str, Any]:
    return {"code": f"CS-{n}", "name": _name(n), "area_id": area, "latitude": 46 + n % 3, "longitude": 14.5,
            "visible": bool(n % 2), "city": None if n % 3 else _name(n), "zip": None if n % 2 else "1000",
            **_times(n)}  # fmt: skip


def _driver(n: int) -> dict[str, Any]:
    return {"number": f"CD-{n}", "name": _name(n), "email": None if n % 3 else f"{_name(n)}@example.com",
            "phone_e164": None if n % 2 else "+38640123456", **_times(n)}  # fmt: skip


def _account(n: int) -> dict[str, Any]:
    return {"email": f"crowd{n}@example.com", "name": _name(n), "role": Role.ADMIN, **_times(n)}


def _session(n: int, operator: int, area: int, station: int, driver: int) -> dict[str, Any]:
    started = _at(n)
    running = n % 4 == 0
    return {
        "external_id": f"CX-{n}", "operator_id": operator if n % 5 else None, "area_id": area, "station_id": station,
        "driver_id": driver if n % 3 else None, "charger_uid": str(n % 3), "connector_number": n % 2 + 1,
        "started_at": started, "ended_at": None if running else started + timedelta(hours=1),
        "energy_wh": None if running else n % 7 * 1000, "currency": "EUR", "net_minor": 1, "vat_minor": 1,
        "status": SessionStatus.RUNNING if running else SessionStatus.CLOSED, "settings": {}, "created_at": started,
    }  # fmt: skip


def _statement(n: int, owner: Operator) -> dict[str, Any]:
    """A month each, with ties in all figures."""
    net, share = n % 3 * 100, n % 2 * 10
    return {
        "number": f"{owner.code}-{n}", "operator_id": owner.id, "month": date(1950 + n // 12, n % 12 + 1, 1), "sequence": 1,
        "kind": StatementKind.STATEMENT, "status": list(StatementStatus)[n % 3], "currency": "EUR", "sessions": n % 4,
        "energy_wh": n % 5 * 1000, "net_minor": net, "vat_minor": 1, "reimbursement_minor": 5, "share_minor": share,
        "due_minor": 5 + share, "kept_minor": net - 5 - share, "content": {}, "hash": "0" * 64, "issued_at": _at(n),
        "issued_by": "x",
    }  # fmt: skip


def _event(n: int, operator: int) -> dict[str, Any]:
    return {"at": _at(n), "actor": _name(n), "via": ("web", "cli")[n % 2], "action": ("x.y", "a.b")[n % 2],
            "subject_type": "station", "subject": _name(n + 3), "operator_id": operator, "before": {},
            "after": {"name": _name(n)}}  # fmt: skip
