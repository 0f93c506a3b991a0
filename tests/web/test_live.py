"""Streams that say that something changed: to whom, how many at once, until when; and the parts that follow them."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.models import LoginSession, Operator, Role, Station
from portal.web import live_hub, live_stream
from tests.api.equipment import Equipment, make_equipment
from tests.map.networks import browser_of
from tests.support.factories import make_account, make_driver
from tests.web.listening import STREAM, Listener

MANY = 6  # pings: longer than a watcher needs to see what happened


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_hub, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(live_stream, "PING", 0.1)


@pytest.fixture
def reporting(session: Session, client: FlaskClient) -> tuple[Equipment, Operator, Station]:
    return make_equipment(session, client, code="LIVE-1", name="Garage")


@pytest.fixture
def listeners() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def admin(app: Flask, session: Session) -> FlaskClient:
    return browser_of(app, session, make_account(session, Role.ADMIN))


def user_of(app: Flask, session: Session, operator: Operator) -> FlaskClient:
    return browser_of(app, session, make_account(session, Role.OPERATOR, operator=operator))


def test_who_cannot_listen_is_told_to_ask(app: Flask, session: Session, client: FlaskClient) -> None:
    assert client.get("/live/events", headers=STREAM).status_code == 204
    signed_in = admin(app, session)
    assert signed_in.get("/live/events").status_code == 204
    assert signed_in.get("/live/events?about=drivers", headers=STREAM).status_code == 400


def test_whatever_equipment_reports_is_an_event(
    app: Flask, session: Session, reporting: tuple[Equipment, Operator, Station]
) -> None:
    equipment = reporting[0]
    with Listener(admin(app, session)) as stream:
        assert equipment.start().status_code == 201
        assert stream.heard() == "changed"
        assert equipment.samples((5, 1050)).status_code == 200  # less than a step: nothing to show
        assert stream.pings(MANY)
        assert equipment.samples((6, 2500)).status_code == 200
        assert stream.heard() == "changed"
        assert equipment.stop(9, 3000).status_code == 200
        assert stream.heard() == "changed"
        assert equipment.start("S-2", 10).status_code == 201
        assert equipment.stop(11, 1500, id="S-2").status_code == 200
        assert stream.heard() == "changed"


def test_a_stream_says_nothing_about_others(
    app: Flask, session: Session, reporting: tuple[Equipment, Operator, Station], listeners: ExitStack
) -> None:
    """Neither of sessions that the viewer does not read, nor of stations that it does not see."""
    equipment, operator, station = reporting
    app.config["LIVE_STREAMS"] = 9
    other, _stranger, _station = make_equipment(session, equipment.client, code="OTHER-1")
    driver = browser_of(app, session, make_account(session, Role.DRIVER, driver=make_driver(session)))
    own, foreign = user_of(app, session, operator), user_of(app, session, _stranger)
    session.execute(update(Station).where(Station.id == station.id).values(visible=False))
    session.commit()
    hears = [Listener(own), Listener(own, about="stations"), Listener(own, station="live-1")]
    deaf = [
        Listener(foreign),
        Listener(foreign, station="LIVE-1"),
        Listener(foreign, about="stations"),
        Listener(driver, about="stations"),
        Listener(own, station="OTHER-1"),
    ]
    for stream in (*hears, *deaf):
        listeners.enter_context(stream)
    assert equipment.start().status_code == 201
    assert [stream.heard() for stream in hears] == ["changed"] * 3
    assert [stream.pings(MANY) for stream in deaf] == [True] * 5
    assert other.start().status_code == 201  # at a station that everybody sees
    assert deaf[0].heard() == deaf[2].heard() == deaf[3].heard() == hears[1].heard() == "changed"
    assert deaf[1].pings(MANY)


def test_an_advance_is_no_news_for_the_map(
    app: Flask, session: Session, reporting: tuple[Equipment, Operator, Station]
) -> None:
    reporting[0].start()
    with Listener(admin(app, session), about="stations") as stream:
        reporting[0].samples((5, 9000))
        assert stream.pings(MANY)
        reporting[0].stop(6, 9500)
        assert stream.heard() == "changed"


def test_places_are_few_and_pages_go_on(app: Flask, session: Session, listeners: ExitStack) -> None:
    first, second, third = (admin(app, session) for _ in range(3))
    streams = [listeners.enter_context(Listener(each)) for each in (first, second)]
    for _ in range(3):
        assert third.get("/live/events", headers=STREAM).status_code == 204
    assert third.get("/admin/stations/").status_code == 200
    again = listeners.enter_context(Listener(first))  # one's own oldest gives way, nobody else's
    assert streams[0].heard() == "full"
    assert streams[0].heard() is None
    assert streams[1].pings(2)
    assert again.pings(2)
    streams[1].answer.close()
    listeners.enter_context(Listener(third))


def test_a_stream_ends_with_its_sign_in(app: Flask, session: Session) -> None:
    with Listener(admin(app, session)) as stream:
        assert stream.pings(2)
        session.execute(update(LoginSession).values(ended_at=now()))
        session.commit()
        assert stream.heard() is None


def test_a_stream_does_not_last(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_stream, "LIFE", 0.3)
    with Listener(admin(app, session)) as stream:
        assert stream.heard() is None


def test_a_dashboard_shows_what_runs(
    app: Flask, session: Session, reporting: tuple[Equipment, Operator, Station]
) -> None:
    equipment, operator, _station = reporting
    stranger = make_equipment(session, equipment.client)[1]
    boss, own, foreign = admin(app, session), user_of(app, session, operator), user_of(app, session, stranger)
    assert "Nobody is charging at present." in boss.get("/admin/").text
    equipment.start()
    equipment.samples((5, 3500))
    for client, path in ((boss, "/admin/"), (own, "/operator/")):
        assert 'data-live-events="/live/events?about=sessions"' in client.get(path).text
        part = client.get(path, headers={"HX-Request": "true"}).text
        assert part.strip().startswith('<div id="charging"')
        for words in ("1 session is running.", "2.5 kWh charged so far", "Garage", "driver not known"):
            assert words in part
    assert "Nobody is charging at present." in foreign.get("/operator/").text
    equipment.stop(9, 4000)
    assert "Nobody is charging at present." in own.get("/operator/").text


def test_a_station_shows_who_charges_where(
    app: Flask, session: Session, reporting: tuple[Equipment, Operator, Station]
) -> None:
    equipment, operator, _station = reporting
    boss, own = admin(app, session), user_of(app, session, operator)
    both = ((boss, "/admin/stations/LIVE-1/"), (own, "/operator/stations/LIVE-1/"))
    assert all("Free" in client.get(path).text for client, path in both)
    equipment.start()
    equipment.samples((5, 3500))
    for client, path in both:
        part = client.get(path, headers={"HX-Request": "true"}).text
        assert part.strip().startswith('<div id="charging"')
        for words in ("1 of 1 connector is in use.", "In use", "2.5 kWh", "driver not known"):
            assert words in part
    equipment.start("S-2", 8)  # the first was never stopped: the newest counts
    assert "0 Wh" in boss.get("/admin/stations/LIVE-1/").text
    equipment.stop(9, 2000, id="S-2")
    equipment.stop(9, 4000)
    assert "0 of 1 connector is in use." in boss.get("/admin/stations/LIVE-1/").text
