"""The map as somebody else sees it: the same map, less what is another operator's secret, and written down."""

import re
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.models import Account, AuditEvent, Driver, Membership, OperatorStatus
from tests.map.networks import LIVE, Plan, browser_of, expected, make, plans
from tests.map.test_parity import WORLD, codes_of_json, codes_of_list
from tests.security.asking import visitor
from tests.security.world import World, make_world
from tests.support.factories import htmx, post

few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def look_as(client: FlaskClient, key: str) -> None:
    answer = post(client, "/map/as", {"as": key})
    assert answer.status_code == 303, answer.text
    assert answer.location == f"/map/?as={key}"


def seen(client: FlaskClient, codes: tuple[str, ...], **eyes: str) -> dict[str, set[str]]:
    """What each way to look at the map shows."""
    panels = {
        code for code in codes if client.get(f"/map/stations/{code}", query_string=eyes).status_code == 200
    }
    return {
        "data": codes_of_json(client, **eyes),
        "list": codes_of_list(client, **eyes),
        "by distance": codes_of_list(client, **eyes, near="46,14"),
        "search": codes_of_list(client, **eyes, q="station"),
        "mine": codes_of_list(client, **eyes, mine="1"),
        "mine in data": codes_of_json(client, **eyes, mine="1"),
        "panels": panels,
    }


def may_look(plan: Plan, operator: int, driver: int) -> bool:
    live = plan.memberships.get((operator, driver)) in LIVE
    return live and plan.operators[operator] is OperatorStatus.ACTIVE


@few
@given(plan=plans(most=12))
def test_through_others_eyes_the_map_is_theirs(app: Flask, session: Session, plan: Plan) -> None:
    made = make(session, plan)
    admin = browser_of(app, session, made.accounts["admin"])
    eyes = {who: account for who, account in made.accounts.items() if who.startswith(("driver", "anonymous"))}
    operators = {
        int(who.split()[1]): browser_of(app, session, account)
        for who, account in made.accounts.items()
        if who.startswith("operator")
    }
    for who, account in eyes.items():
        key = number_of(session, account)
        own = seen(browser_of(app, session, account), made.codes)
        look_as(admin, key)
        assert seen(admin, made.codes, **{"as": key}) == own, f"admin as {who}"
        for operator, client in operators.items():
            driver = int(who.split()[1]) if account else None
            if driver is not None and not may_look(plan, operator, driver):
                assert post(client, "/map/as", {"as": key}).status_code == 404
                assert client.get("/map/", query_string={"as": key}).status_code == 404
                continue
            look_as(client, key)
            allowed = expected(plan, f"operator {operator}")
            right = {made.codes[index] for index in expected(plan, who) & allowed}
            found = seen(client, made.codes, **{"as": key})
            mine = {made.codes[n] for n, spot in enumerate(plan.spots) if spot.operator == operator} & right
            mine = mine if account else set()
            assert found == {way: mine if "mine" in way else right for way in found}, f"{operator} as {who}"


def number_of(session: Session, account: Account | None) -> str:
    if account is None:
        return "anonymous"
    return str(session.scalar(select(Driver.number).where(Driver.id == account.driver_id)))


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def test_another_operator_s_secrets_are_in_no_byte(app: Flask, session: Session, world: World) -> None:
    """A member of both: the one operator does not even learn that there is another network."""
    session.add(
        Membership(
            operator_id=world.b.operator.id, driver_id=world.a.member.id, granted_at=now(), granted_by="x"
        )
    )
    session.commit()
    hotel = visitor(app, world, "operator").client
    number, hidden = world.a.member.number, world.b.hidden.code
    look_as(hotel, number)
    for url in (
        *("/map/?", "/map/?mine=1&", f"/map/?q={world.b.mark[:4]}&", f"/map/?station={hidden}&"),
        *(f"/map/stations/{hidden}?", f"/map/stations/{world.b.public.code}?"),
        f"/map/stations.json?bbox={WORLD}&zoom=18&",
        f"/map/stations.json?bbox={WORLD}&zoom=1&mine=1&",
    ):
        answer = hotel.get(f"{url}as={number}")
        body = answer.text.replace(f"q={world.b.mark[:4]}", "").replace(hidden, "")
        assert world.b.mark.lower() not in body.lower(), url
        assert f"Your network: {world.b.operator.name}" not in body
    assert world.a.hidden.code in hotel.get(f"/map/?as={number}").text
    admin = visitor(app, world, "admin").client
    look_as(admin, number)
    assert hidden in admin.get(f"/map/?as={number}").text


def test_each_start_is_written_down_and_no_look(app: Flask, session: Session, world: World) -> None:
    def events() -> list[AuditEvent]:
        session.rollback()
        chosen = select(AuditEvent).where(AuditEvent.action == "map.view_as").order_by(AuditEvent.id)
        return list(session.scalars(chosen))

    number = world.a.member.number
    hotel, admin = (visitor(app, world, role).client for role in ("operator", "admin"))
    look_as(hotel, number)
    look_as(admin, number)
    look_as(hotel, "anonymous")
    for client in (hotel, admin):
        client.get(f"/map/?as={number}")
        client.get(f"/map/stations.json?bbox={WORLD}&zoom=1&as={number}")
    told = [(e.actor_id, e.operator_id, e.subject_type, e.subject) for e in events()]
    assert told == [
        (world.a.account.id, world.a.operator.id, "driver", number),
        (world.admin.id, None, "driver", number),
        (world.a.account.id, world.a.operator.id, "request", "anonymous"),
    ]
    assert "Map viewed as somebody else" in hotel.get("/operator/audit").text


def test_only_a_started_look_is_honoured(app: Flask, world: World) -> None:
    number = world.a.member.number
    client = visitor(app, world, "admin").client
    offer = client.get(f"/map/?as={number}&zoom=7&lat=46&lng=14")
    assert "You are about to see the map" in offer.text
    assert world.a.public.code not in offer.text
    action = re.search(r'action="(/map/as\?[^"]+)"', offer.text)
    assert action is not None
    data = client.get(f"/map/stations.json?bbox={WORLD}&zoom=1&as={number}")
    assert (data.status_code, data.mimetype) == (409, "application/problem+json")
    fragment = htmx(client, f"/map/?as={number}", method="GET")
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (204, f"/map/?as={number}")
    started = post(client, action[1].replace("&amp;", "&"), {"as": number.lower()})
    assert started.location == f"/map/?lat=46&lng=14&zoom=7&as={number}"
    page = client.get(f"/map/?as={number}")
    assert f"You see the map as {world.a.member.name} ({number}) sees it. Read-only." in page.text
    assert world.a.hidden.code in page.text
    with time_machine.travel(now().timestamp() + 3700):
        assert "You are about to see the map" in client.get(f"/map/?as={number}").text
    client.post("/auth/logout", data={"csrf_token": token(page.text)})
    again = visitor(app, world, "admin").client
    assert "You are about to see" in again.get(f"/map/?as={number}").text


def token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_all_of_the_page_looks_through_the_same_eyes(app: Flask, world: World) -> None:
    """Each link and form of the map carries whose map it is; only the way out does not."""
    number, client = world.a.member.number, visitor(app, world, "admin").client
    look_as(client, number)
    for url in (f"/map/?as={number}&q=zq&near=46,14", f"/map/stations/{world.a.hidden.code}?as={number}"):
        page = client.get(url).text
        main = page[page.index("<main") : page.index("</main>")]
        links = re.findall(r'(?:href|hx-get|data-panel-url)="(/map/[^"]*)"', main)
        bare = [link for link in links if f"as={number}" not in link]
        # The way out, and what sends the filter form, whose hidden field says it.
        assert set(bare) <= {"/map/"}, bare
        assert any(f"as={number}" in link for link in links)
    page = client.get(f"/map/?as={number}").text
    assert f'<input type="hidden" name="as" value="{number}">' in page
    assert "View as…" not in page


def test_foreign_and_unknown_drivers_are_the_same(app: Flask, session: Session, world: World) -> None:
    hotel = visitor(app, world, "operator").client
    absent = "N0-X-ABC"
    foreign = (world.b.member.number, world.a.revoked.number, world.stranger_number)

    def answers(number: str) -> list[Any]:
        found = [
            hotel.get(f"/map/?as={number}"),
            hotel.get(f"/map/stations.json?bbox={WORLD}&zoom=1&as={number}"),
            hotel.get(f"/map/stations/{world.a.public.code}?as={number}"),
            post(hotel, "/map/as", {"as": number}),
        ]
        return [
            (
                a.status_code,
                re.sub(r'(name="csrf[^>]*(?:content|value)=)"[^"]*"', r"\1", a.text).replace(number, ""),
            )
            for a in found
        ]

    wanted = answers(absent)
    assert [status for status, _ in wanted] == [404] * 4
    assert "There is no such driver" in wanted[3][1]
    for number in foreign:
        assert answers(number) == wanted


def test_drivers_and_anybody_look_through_their_own_eyes(app: Flask, world: World) -> None:
    number = world.a.member.number
    for role in ("driver", "stranger"):
        client = visitor(app, world, role).client
        assert client.get(f"/map/?as={number}").status_code == 403
        assert post(client, "/map/as", {"as": number}).status_code == 403
        assert "View as…" not in client.get("/map/").text
    client = app.test_client()
    answer = client.get(f"/map/stations.json?bbox={WORLD}&zoom=1&as=anonymous")
    assert answer.status_code == 303


def test_a_look_ends_with_the_membership(app: Flask, session: Session, world: World) -> None:
    hotel, number = visitor(app, world, "operator").client, world.a.member.number
    look_as(hotel, number)
    assert hotel.get(f"/map/?as={number}").status_code == 200
    assert post(hotel, f"/operator/members/{number}/revoke").status_code == 303
    assert hotel.get(f"/map/?as={number}").status_code == 404


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_ways_in(app: Flask, world: World) -> None:
    admin, hotel = (visitor(app, world, role).client for role in ("admin", "operator"))
    number = world.a.member.number
    hidden_field = f'<input type="hidden" name="as" value="{number}">'
    assert hidden_field in admin.get(f"/admin/drivers/{number}/").text
    members = f"/admin/operators/{world.a.operator.code}/members"
    assert hidden_field in admin.get(f"{members}/{number}/history").text
    assert hidden_field in hotel.get(f"/operator/members/{number}/history").text
    assert "View as…" in hotel.get("/map/").text
    assert "View as…" in admin.get("/map/").text
