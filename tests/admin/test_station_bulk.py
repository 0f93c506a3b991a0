"""Several stations at once: chosen by ticks, page or filter, previewed for whom, changed in one go, undone."""

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import Area, Role, StationStatus
from tests.admin.counting import count_statements
from tests.admin.hardware import events, owner_of, station_of
from tests.support.factories import (
    csrf_token,
    htmx,
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    post,
    sign_in,
)


def hidden_fields(page: str) -> dict[str, str]:
    """The decision that a preview offers to send."""
    form = page.split('class="bulk-decision"')[1].split("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'name="(seen\w*)" value="([^"]*)"', form)}


def decide(client: FlaskClient, url: str, **more: str) -> Any:
    """Look at the preview, then apply it as it is."""
    return post(client, url, hidden_fields(client.get(url).text) | more)


def test_all_that_match_are_hidden_at_once_and_shown_again(
    admin: FlaskClient, session: Session, area: Area
) -> None:
    for n in range(30):
        make_station(session, area, code=f"S{n:02}", name=f"Garage {n:02}", visible=n > 1)
    make_station(session, make_area(session), code="FREE", name="Garage free")
    make_station(session, code="OTHER", name="Elsewhere")
    make_membership(session, owner_of(session, area), make_driver(session))
    session.commit()
    url = "/admin/stations/bulk?do=hide&scope=all&q=garage"
    page = admin.get(url).text
    assert "29 stations change; 2 are so already." in page
    assert "Everybody stops seeing them but 1 member." in page
    assert "1 station will then be seen by nobody" in page
    assert 'href="/admin/stations/FREE/"' in page
    answer = decide(admin, url)
    assert (answer.status_code, answer.location) == (303, "/admin/stations/?q=garage")
    assert station_of(session, "S29").visible is False
    assert station_of(session, "S29").version == 2
    assert station_of(session, "OTHER").visible is True
    [summary] = events(session, "stations.hide")
    parts = events(session, "station.hide")
    assert {each.parent_id for each in parts} == {summary.id}
    assert len(parts) == 29
    shown = admin.get(answer.location).text
    assert "29 stations are hidden now." in shown
    assert f'action="/admin/audit/{summary.id}/undo"' in shown
    back = post(admin, f"/admin/audit/{summary.id}/undo", {"next": "/admin/stations/?q=garage"})
    assert (back.status_code, back.location) == (303, "/admin/stations/?q=garage")
    assert [station_of(session, code).visible for code in ("S00", "S29", "FREE")] == [False, True, True]
    assert post(admin, f"/admin/audit/{summary.id}/undo").status_code == 409


def test_ticks_and_pages(admin: FlaskClient, session: Session, area: Area) -> None:
    for n in range(26):
        make_station(session, area, code=f"S{n:02}", name=f"Garage {n:02}")
    session.commit()
    for query, words in {
        "scope=selected&code=S01&code=s02": "2 stations change.",
        "scope=page": "25 stations change.",
        "scope=page&sort=-name&q=garage+2": "8 stations change.",
        "scope=all&visible=false": None,
        "scope=selected": None,
    }.items():
        answer = admin.get(f"/admin/stations/bulk?do=hide&{query}")
        assert (answer.status_code == 303) if words is None else (words in answer.text), query
    assert "Select at least one row first." in admin.get("/admin/stations/").text
    for bad in ("do=explode&code=S01", "do=hide&scope=x&code=S01", "code=S01"):
        assert admin.get(f"/admin/stations/bulk?{bad}").status_code == 400, bad
    assert admin.get("/admin/stations/bulk?do=hide&code=NOPE").status_code == 404


def test_a_stale_preview_is_refused_with_what_changed(
    admin: FlaskClient, session: Session, area: Area
) -> None:
    for code in ("S1", "S2"):
        make_station(session, area, code=code, name=f"Garage {code}")
    session.commit()
    url = "/admin/stations/bulk?do=hide&scope=all"
    seen = hidden_fields(admin.get(url).text)
    assert post(admin, "/admin/stations/S1/visibility", {"visible": "false"}).status_code == 303
    answer = post(admin, url, seen)
    assert answer.status_code == 409
    assert "have changed since this preview was made" in answer.text
    assert ">Garage S1</bdi></a>" in answer.text.split("Changed since then:")[1].split("</p>")[0]
    assert "1 station changes; 1 is so already." in answer.text
    assert station_of(session, "S2").visible is True
    assert post(admin, url, hidden_fields(answer.text)).status_code == 303
    assert station_of(session, "S2").visible is False


def test_closing_asks_once_more(admin: FlaskClient, session: Session, area: Area) -> None:
    make_station(session, area, code="S1")
    make_station(session, area, code="S2", status=StationStatus.CLOSED)
    session.commit()
    url = "/admin/stations/bulk?do=status-closed&scope=all"
    assert decide(admin, url).status_code == 422
    assert decide(admin, url, confirm="yes").status_code == 303
    assert station_of(session, "S1").status is StationStatus.CLOSED
    assert len(events(session, "station.close")) == 1
    opened = admin.get("/admin/stations/bulk?do=status-available&code=S1").text
    assert "Closed so far: everybody sees them again." in opened


def test_a_move_says_who_gains_and_who_loses(admin: FlaskClient, session: Session, area: Area) -> None:
    new = make_operator(session, name="New Inn")
    goal = make_area(session, new, code="GOAL", name="New yard")
    make_station(session, area, code="S1", visible=False)
    make_station(session, area, code="S2")
    make_membership(session, owner_of(session, area), make_driver(session))
    session.commit()
    url = "/admin/stations/bulk?do=move&scope=all"
    assert "To which area" in admin.get(url).text
    assert "There is no area with this code." in admin.get(f"{url}&to=nope").text
    assert post(admin, url).status_code == 422
    page = admin.get(f"{url}&to=goal").text
    assert "1 member of Hotel Alpina stops seeing the hidden ones." in page
    assert "0 members of New Inn see them from now on." in page
    assert "1 station will then be seen by nobody" in page
    assert decide(admin, f"{url}&to=goal").status_code == 303
    assert station_of(session, "S1").area_id == goal.id
    [summary] = events(session, "stations.move")
    assert summary.operator_id is None


def test_hidden_and_unseen_is_marked_and_found(admin: FlaskClient, session: Session, area: Area) -> None:
    make_station(session, area, code="ALONE", visible=False)
    other = make_area(session, make_operator(session))
    make_station(session, other, code="WATCHED", visible=False)
    make_membership(session, owner_of(session, other), make_driver(session))
    make_station(session, area, code="OPEN")
    session.commit()
    found = admin.get("/admin/stations/?visible=unseen").text
    assert [code for code in ("ALONE", "WATCHED", "OPEN") if f'id="station-{code}"' in found] == ["ALONE"]
    assert admin.get("/admin/stations/").text.count("Seen by nobody") == 1
    assert "Seen by nobody" in admin.get("/admin/stations/ALONE/").text
    assert "Seen by nobody" not in admin.get("/admin/stations/WATCHED/").text


def test_the_number_of_queries_does_not_grow(
    admin: FlaskClient, session: Session, app: Flask, area: Area
) -> None:
    url = "/admin/stations/bulk?do=hide&scope=all"
    make_station(session, area)
    session.commit()
    few = count_statements(app, lambda: admin.get(url))
    for _ in range(5):
        make_station(session, make_area(session, make_operator(session)))
    session.commit()
    assert count_statements(app, lambda: admin.get(url)) == few


def test_operators_show_and_hide_their_own(client: FlaskClient, session: Session, area: Area) -> None:
    make_station(session, area, code="S1")
    make_station(session, code="FOREIGN", name="Foreign station")
    account = make_account(session, Role.OPERATOR, operator=owner_of(session, area))
    session.commit()
    sign_in(client, account.email)
    url = "/operator/stations/bulk?do=hide&scope=all"
    assert "Foreign station" not in client.get(url).text
    assert "This operator" not in client.get(url).text
    assert decide(client, url).status_code == 303
    assert station_of(session, "S1").visible is False
    assert station_of(session, "FOREIGN").visible is True
    [summary] = events(session, "stations.hide")
    assert summary.operator_id == area.operator_id
    assert "Hidden. Nobody but you sees it:" in client.get("/operator/stations/S1/").text
    assert client.get("/operator/stations/bulk?do=hide&code=FOREIGN").status_code == 404
    assert client.get("/operator/stations/bulk?do=status-closed&code=S1").status_code == 400
    shown = client.get("/operator/stations/?area=p1").text
    assert f'<option value="{area.code}" selected>Parking</option>' in shown or "Parking" in shown
    assert post(client, f"/operator/audit/{summary.id}/undo").status_code == 303
    assert station_of(session, "S1").visible is True


@pytest.mark.parametrize("swapped", [False, True])
def test_one_toggle_offers_its_undo_once(
    admin: FlaskClient, session: Session, area: Area, swapped: bool
) -> None:
    make_station(session, area, code="S1")
    session.commit()
    send = htmx if swapped else post
    answer = send(admin, "/admin/stations/S1/visibility", {"visible": "false"})
    [event] = events(session, "station.hide")
    button = f'action="/admin/audit/{event.id}/undo"'
    if swapped:
        assert button in answer.text.split('hx-swap-oob="innerHTML:#undo-note"')[1]
    else:
        assert button in admin.get("/admin/stations/S1/").text
    assert button not in admin.get("/admin/stations/S1/").text.split("<main")[1].split('id="undo')[0]
    token = csrf_token(admin)
    done = admin.post(
        f"/admin/audit/{event.id}/undo", data={"csrf_token": token, "next": "https://evil.example/"}
    )
    assert (done.status_code, done.location) == (303, "/admin/audit/")
    assert station_of(session, "S1").visible is True


def test_the_trail_offers_undo_while_it_is_possible(
    admin: FlaskClient, session: Session, area: Area, app: Flask
) -> None:
    for n in range(3):
        make_station(session, area, code=f"S{n}")
    session.commit()
    post(admin, "/admin/stations/S0/visibility", {"visible": "false"})
    few = count_statements(app, lambda: admin.get("/admin/audit/"))
    assert decide(admin, "/admin/stations/bulk?do=hide&scope=all").status_code == 303
    [single] = [each for each in events(session, "station.hide") if each.parent_id is None]
    [summary] = events(session, "stations.hide")
    admin.get("/admin/stations/")  # where the message with its button is read
    offered = re.findall(r'action="/admin/audit/(\d+)/undo"', admin.get("/admin/audit/").text)
    assert offered == [str(summary.id), str(single.id)], "parts are undone together"
    assert count_statements(app, lambda: admin.get("/admin/audit/")) == few
    assert post(admin, f"/admin/audit/{single.id}/undo").status_code == 303
    page = admin.get("/admin/audit/").text.split('id="audit-table"')[1]
    assert re.findall(r'action="/admin/audit/(\d+)/undo"', page) == [str(summary.id)]
