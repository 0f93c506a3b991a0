"""The trail: every write of the route table leaves its rows in the same transaction; nobody edits them."""

import logging

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.models import AuditEvent, Base, Station
from tests.security.asking import HTMX, Visitor, names_of, visitor
from tests.security.route_table import KEY, TABLE, Route
from tests.security.world import make_world
from tests.support.factories import PASSWORD, post

UNSAFE = [route for route in TABLE if route.unsafe]


def last_event(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.max(AuditEvent.id))) or 0


def events_since(session: Session, last: int) -> list[AuditEvent]:
    session.rollback()
    return list(session.scalars(select(AuditEvent).where(AuditEvent.id > last).order_by(AuditEvent.id)))


def test_every_route_answers_and_leaves_what_the_table_says(app: Flask, session: Session) -> None:
    surprises = []
    world = make_world(session)
    for route in sorted(TABLE, key=lambda each: each.unsafe):
        if route.unsafe:
            world = make_world(session)
        asking, account = visitor(app, world, route.who), world.account(route.who)
        actor, last = account.id if account else None, last_event(session)
        answer = asking.ask(route, names_of(world, "own"))
        left = events_since(session, last)
        if answer.status_code != route.status or tuple(event.action for event in left) != route.trail:
            surprises.append(f"{said(route)} {answer.status_code}: {[event.action for event in left]}")
        if actor is not None and any(event.actor_id != actor for event in left):
            surprises.append(f"{said(route)}: by somebody else")
    assert not surprises, "\n".join(surprises)


def test_what_is_refused_leaves_no_trace_of_a_change(app: Flask, session: Session) -> None:
    world = make_world(session)
    visitors = {who: visitor(app, world, who) for who in ("admin", "operator", "anyone")}
    last = last_event(session)
    for route in (each for each in UNSAFE if "{" in each.address):
        answer = visitors[route.who].ask(route, names_of(world, "absent"))
        assert answer.status_code == 404, said(route)
    assert events_since(session, last) == []


def test_a_change_that_cannot_be_written_down_is_not_made(app: Flask, session: Session) -> None:
    world = make_world(session)
    hotel = visitor(app, world, "operator")
    assert hotel.token
    session.execute(text("ALTER TABLE audit_event RENAME TO elsewhere"))
    session.commit()
    url = f"/operator/stations/{world.a.hidden.code}/visibility"
    answer = hotel.client.post(url, data={"visible": "true", "csrf_token": hotel.token})
    assert answer.status_code >= 500
    assert session.scalar(select(Station.visible).where(Station.code == world.a.hidden.code)) is False
    assert hotel.client.get("/admin/").status_code == 403  # and a refusal stays a refusal


@pytest.mark.parametrize("change", ["UPDATE audit_event SET actor = 'me'", "DELETE FROM audit_event"])
def test_the_database_refuses_to_change_the_trail(session: Session, change: str) -> None:
    make_world(session)
    with pytest.raises(DBAPIError):
        session.execute(text(change))


def test_denied_attempts_are_written_down(app: Flask, session: Session) -> None:
    world = make_world(session)
    for role, path in (("driver", "/operator/"), ("operator", "/admin/operators/"), ("admin", "/operator/")):
        client = visitor(app, world, role).client
        last = last_event(session)
        assert client.get(path, headers=HTMX).status_code == 403
        [event] = events_since(session, last)
        account = world.account(role)
        assert account is not None
        assert (event.action, event.subject, event.actor_id) == ("request.denied", f"GET {path}", account.id)
        assert event.operator_id == account.operator_id
        assert event.address == "127.0.0.1"
        assert event.request_id


def test_no_secret_is_in_trail_or_log_or_page(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world = make_world(session)
    admin, operator = visitor(app, world, "admin"), world.a.operator.code
    form = {"version": "1", "timezone": "Europe/Ljubljana", "currency": "EUR", "security_key": KEY}
    assert post(admin.client, f"/admin/operators/{operator}/edit/environment", form).status_code == 303
    wrong = post(admin.client, f"/admin/operators/{operator}/edit/environment", form | {"currency": "?"})
    assert wrong.status_code == 422
    shown = post(admin.client, f"/admin/accounts/{world.a.account.id}/link")
    link = shown.text.partition("/auth/link/")[2].partition('"')[0].partition("<")[0]
    assert len(link) >= 43
    guest = Visitor(app.test_client())
    new = "a quite new password"
    data = {"password": new, "repeat": "a different password", "csrf_token": guest.token}
    differs = guest.client.post(f"/auth/link/{link}", data=data)
    assert guest.client.post(f"/auth/link/{link}", data=data | {"repeat": new}).status_code == 303
    pages = (
        "/admin/audit/",
        "/admin/audit/export.csv",
        f"/admin/operators/{operator}/",
        f"/admin/operators/{operator}/audit",
    )
    pages += (f"/admin/operators/{operator}/edit/environment", f"/admin/accounts/{world.a.account.id}/")
    texts = [admin.client.get(url).text for url in pages]
    texts += [wrong.text, caplog.text, stored(session)]
    texts += [differs.text.replace(link, "")]  # whose address it is
    for secret in (KEY, link, PASSWORD, new, "a different password"):
        assert [n for n, each in enumerate(texts) if secret in each] == [], secret


def stored(session: Session) -> str:
    """Everything that any table holds, as one text."""
    session.rollback()
    return repr(
        [tuple(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
    )


def said(route: Route) -> str:
    return f"{route.method} {route.address}"
