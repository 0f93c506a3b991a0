"""Pages follow what happens without being loaded again; and where no stream gets through, all the same."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.models import Operator
from portal.services.security_keys import seal_key
from tests.api.equipment import KEY, PEPPER, Equipment
from tests.browser.walks import ADMIN, BLED, MEMBER, TALL, look, marker, sign_in
from tests.support.pages import Pages

HALL = "/admin/stations/ALP-GARAGE-1/"


@pytest.fixture
def equipment(app: Flask, session: Session) -> Equipment:
    """A station of the demo network, with a key that the test knows."""
    sealed = seal_key(KEY, PEPPER)
    values = {"security_key_hash": sealed.hash, "security_key_last4": sealed.last4}
    session.execute(update(Operator).where(Operator.code == "HOTEL-ALPINA").values(**values))
    session.commit()
    return Equipment(app.test_client(), "ALP-GARAGE-1")


def follows(page: Page, path: str) -> None:
    """Open the page, and mark it, so that one that was loaded again would be noticed."""
    page.goto(path)
    page.evaluate("window.kept = true")
    expect(page.locator("[data-live-state]")).to_have_text("Updated live")


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_pages_follow_a_session(app: Flask, pages: Pages, equipment: Equipment) -> None:
    """Dashboard, station and map; the focus stays where it is."""
    app.config["LIVE_STREAMS"] = 3
    board, station, shown = (pages.new(viewport=TALL) for _ in range(3))
    follows(sign_in(board, ADMIN), "/admin/")
    follows(sign_in(station, ADMIN), HALL)
    look(sign_in(shown, MEMBER), BLED, station="ALP-GARAGE-1")
    expect(marker(shown, "Alpina Garage 1")).to_have_attribute(
        "aria-label", "Station Alpina Garage 1: available, private network"
    )
    marker(shown, "Alpina Garage 1").focus()
    equipment.start("LIVE", connector="1/1")
    expect(board.locator("#charging")).to_contain_text("Alpina Garage 1, driver not known")
    expect(station.locator("#charging")).to_contain_text("1 of 2 connectors are in use.")
    expect(shown.locator("#station-now")).to_contain_text("In use")
    expect(shown.locator("#stations-list")).to_contain_text("1 of 2 in use")
    equipment.start("OTHER", connector="1/2")
    expect(marker(shown, "Alpina Garage 1")).to_have_attribute(
        "aria-label", "Station Alpina Garage 1: in use, private network"
    )
    expect(marker(shown, "Alpina Garage 1")).to_be_focused()
    expect(shown.locator("#station-status")).to_have_text("In use")
    links = board.locator("#charging a", has_text="Alpina Garage 1")
    expect(links).to_have_count(2)
    links.first.focus()
    equipment.samples((5, 13_300), id="LIVE")
    expect(board.locator("#charging")).to_contain_text("12.3 kWh")
    expect(station.locator("#charging")).to_contain_text("12.3 kWh")
    expect(links.first).to_be_focused()
    equipment.stop(9, 14_000, id="LIVE")
    expect(links).to_have_count(1)
    expect(station.locator("#charging")).to_contain_text("Free")
    expect(marker(shown, "Alpina Garage 1")).to_be_focused()
    expect(shown.locator("#station-status")).to_have_text("Available")
    assert board.evaluate("window.kept") and station.evaluate("window.kept")


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("full", [False, True], ids=["blocked", "full"])
def test_where_no_stream_gets_through_a_page_asks(
    app: Flask, pages: Pages, equipment: Equipment, full: bool
) -> None:
    page = pages.new(allow=() if full else ("ERR_FAILED",))
    if full:
        app.config["LIVE_STREAMS"] = 0
    else:
        page.route("**/live/events*", lambda route: route.abort())
    page.clock.install()
    sign_in(page, ADMIN)
    page.goto("/admin/")
    page.evaluate("window.kept = true")
    page.clock.fast_forward(1_500)
    page.clock.fast_forward(9_000)
    expect(page.locator("[data-live-state]")).to_have_text("Updated from time to time")
    expect(page.locator("#charging")).not_to_contain_text("Alpina Garage 1")
    equipment.start("LIVE", connector="1/1")
    page.clock.fast_forward(15_000)
    expect(page.locator("#charging")).to_contain_text("Alpina Garage 1, driver not known")
    assert page.evaluate("window.kept")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_without_scripts_a_link_loads_the_page_again(pages: Pages, equipment: Equipment) -> None:
    page = sign_in(pages.new(javascript=False), ADMIN)
    page.goto("/admin/")
    equipment.start("LIVE", connector="1/1")
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("#charging")).to_contain_text("Alpina Garage 1, driver not known")
