"""A copy of all data of one driver as a ZIP, streamed. It names the driver's own data, and nobody of the staff."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import Response, stream_with_context
from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.extensions import db
from portal.models import AuditEvent, Driver
from portal.queries import driver_data as query
from portal.services.driver_rights import note_export

from .audit_lists import redacted
from .auth import actor, viewer
from .exports import csv_chunks, zip_chunks
from .filters import iso_local
from .lookup import found
from .session_words import major
from .transaction import transaction

Fields = dict[str, Callable[[Any], object]]

TOKENS: Fields = {
    "uid": lambda token: token.uid,
    "kind": lambda token: token.kind,
    "blocked": lambda token: token.blocked,
}
MEMBERSHIPS: Fields = {
    "operator_code": lambda m: m.operator.code,
    "operator": lambda m: m.operator.name,
    "granted_at": lambda m: m.granted_at,
    "valid_from_at": lambda m: m.valid_from,
    "valid_to_at": lambda m: m.valid_to,
    "note": lambda m: m.note,
    "revoked_at": lambda m: m.revoked_at,
    "revoke_reason": lambda m: m.revoke_reason,
}
SESSIONS: Fields = {
    "external_id": lambda s: s.external_id,
    "station_code": lambda s: s.station.code,
    "station": lambda s: s.station.name,
    "charger_uid": lambda s: s.charger_uid,
    "connector_number": lambda s: s.connector_number,
    "token_uid": lambda s: s.token_uid,
    "started_at": lambda s: s.started_at,
    "ended_at": lambda s: s.ended_at,
    "energy_wh": lambda s: s.energy_wh,
    "net": lambda s: major(s.net_minor, s.currency),
    "vat": lambda s: major(s.vat_minor, s.currency),
    "currency": lambda s: s.currency,
    "status": lambda s: s.status,
    "end_reason": lambda s: s.end_reason,
}
SIGN_INS: Fields = {
    "signed_in_at": lambda one: one.created_at,
    "seen_at": lambda one: one.seen_at,
    "ended_at": lambda one: one.ended_at,
    "expires_at": lambda one: one.expires_at,
    "address": lambda one: one.address,
    "user_agent": lambda one: one.user_agent,
}


def driver_archive(wanted: Select[Driver]) -> Response:
    """The download for the one driver that `wanted` finds; the trail says who took it. Raises NotFound."""
    with transaction() as session:
        driver = found(session.scalar(wanted))
        note_export(session, driver, actor=actor(), at=now())
        driver_id, name = driver.id, f"driver-{driver.number}-{now():%Y-%m-%d}"
    body = zip_chunks(_files(db.engine, driver_id, viewer().zone))
    headers = {"Content-Disposition": f'attachment; filename="{name}.zip"', "Cache-Control": "no-store"}
    return Response(stream_with_context(body), content_type="application/zip", headers=headers)


def _files(engine: Engine, driver_id: int, zone: str) -> Iterator[tuple[str, Iterator[bytes]]]:
    """(name, chunks), one after the other, from a session of their own: the request's is gone by then."""
    with Session(engine) as session:
        driver = session.get_one(Driver, driver_id)
        yield "profile.json", iter([_profile(session, driver)])
        tables: tuple[tuple[str, Fields, Select[Any]], ...] = (
            ("tokens.csv", TOKENS, query.tokens(driver_id)),
            ("memberships.csv", MEMBERSHIPS, query.memberships(driver_id)),
            ("sessions.csv", SESSIONS, query.sessions(driver_id)),
            ("sign-ins.csv", SIGN_INS, query.sign_ins(driver_id)),
            ("audit.csv", *_trail(session, driver)),
        )
        for name, fields, stmt in tables:
            yield name, csv_chunks(list(fields), _rows(session, fields, stmt), zone)


def _rows(session: Session, fields: Fields, stmt: Select[Any]) -> Iterator[Sequence[object]]:
    for row in session.scalars(stmt.execution_options(yield_per=500)):
        yield [value(row) for value in fields.values()]


def _trail(session: Session, driver: Driver) -> tuple[Fields, Select[Any]]:
    """Who else did something is told as what they are, not by name or address."""
    records = query.records_of(session, driver)
    own = records.accounts
    fields: Fields = {
        "occurred_at": lambda event: event.at,
        "by": lambda event: "driver" if event.actor_id in own else "staff",
        "address": lambda event: event.address if event.actor_id in own else None,
        "action": lambda event: event.action,
        "subject_type": lambda event: event.subject_type,
        "subject": lambda event: event.subject,
        "before": lambda event: _said(event.before),
        "after": lambda event: _said(event.after),
    }
    return fields, select(AuditEvent).where(query.events_about(records)).order_by(AuditEvent.id)


def _said(values: dict[str, Any] | None) -> str:
    """Without the names of the staff that stand beside a membership."""
    told = {key: value for key, value in redacted(values).items() if not key.endswith("_by")}
    return json.dumps(told, ensure_ascii=False) if told else ""


def _profile(session: Session, driver: Driver) -> bytes:
    account = session.scalar(query.login_of(driver))
    texts = ("number", "name", "email", "phone", "phone_e164")
    profile: dict[str, Any] = {key: getattr(driver, key) for key in texts}
    profile["status"] = driver.status.value
    for key in ("created_at", "updated_at", "anonymised_at"):
        at = getattr(driver, key)
        profile[key] = iso_local(at, "UTC") if at else None
    profile["login"] = account and {
        "email": account.email,
        "name": account.name,
        "created_at": iso_local(account.created_at, "UTC"),
    }
    return json.dumps(profile, ensure_ascii=False, indent=2).encode()
