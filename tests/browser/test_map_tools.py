"""What the drivers' map offers besides looking: position, links, the keyboard, a phone, other eyes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_map import zoom
from tests.browser.walks import BLED, HOTEL, QUIET, TALL, listed, look, marker, sign_in
from tests.support.pages import PHONE, Pages

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])  # the database has no part in it


def test_my_position_orders_the_list_and_stays_out_of_the_address(pages: Pages) -> None:
    """Asked for by a press only; near is what the list begins with, and a shared link does not tell where I am."""
    page = pages.new(
        geolocation={"latitude": 46.0555, "longitude": 14.4950},
        permissions=["geolocation", "clipboard-read", "clipboard-write"],
        locale="de-AT",
    )
    page.goto("/map/")
    page.locator(".map-bar .is-position").click()
    first = page.locator("#stations-list .map-card").first
    expect(first).to_contain_text("Tivoli park")
    expect(first.locator(".map-distance")).to_contain_text(re.compile(r"^\d+0 m$"))
    expect(page).to_have_url(re.compile(r"zoom=13"))
    assert "near" not in page.url
    page.locator(".map-bar .is-share").click()
    expect(page.locator(".map-note")).not_to_have_class(re.compile("is-quiet"))
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    page.locator("[data-near-clear]").click()
    expect(page.locator("[data-near-clear]")).to_have_count(0)


def test_no_position_is_said_and_the_map_goes_on(pages: Pages) -> None:
    page = pages.new(permissions=[])
    page.goto("/map/")
    page.get_by_role("button", name="Use my position").click()
    expect(page.locator(".map-note")).to_contain_text("Your browser does not tell your position")


def test_links_to_a_station_and_to_a_box(pages: Pages) -> None:
    """A station comes out of its cluster; a box is shown whole; Escape gives the focus back to the list."""
    page = pages.new(viewport=TALL)
    page.goto("/map/?station=ALP-LAKE-2")
    expect(page.locator(".station-card")).to_contain_text("Alpina Lakeside 2")
    expect(marker(page, "Alpina Lakeside 2")).to_be_visible()
    assert zoom(page) > 15
    page.goto("/map/?bbox=13,45,15,47")
    expect(page).to_have_url(re.compile(r"zoom="))
    assert 6 <= zoom(page) <= 9
    nearest = listed(page, "ALP-LAKE-2")
    nearest.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#station-panel")).to_contain_text("Alpina Lakeside 2")
    expect(marker(page, "Alpina Lakeside 2")).to_be_visible()
    expect(nearest).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#station-panel")).to_be_empty()
    expect(nearest).to_be_focused()


def test_no_button_covers_a_marker_on_a_phone(pages: Pages) -> None:
    page = pages.new(viewport=PHONE, has_touch=True)
    page.goto("/map/?station=ALP-LAKE-1")
    station = marker(page, "Alpina Lakeside 1").first
    expect(station).to_be_visible()
    covered = page.evaluate(
        """() => {
          const map = document.querySelector('.portal-map-canvas').getBoundingClientRect();
          return [...document.querySelectorAll('.portal-map button, .portal-map summary')]
            .map((button) => button.getBoundingClientRect())
            .filter((box) => box.width && box.top < map.bottom - 1).length;
        }"""
    )
    assert covered == 0
    sizes = page.locator(".map-bar button, .map-bar summary").evaluate_all(
        "all => all.map((each) => each.getBoundingClientRect()).map((box) => Math.min(box.width, box.height))"
    )
    assert min(sizes) >= 44


def test_an_operator_looks_through_its_member_s_eyes(pages: Pages, javascript: bool) -> None:
    page = sign_in(pages.new(javascript=javascript, viewport=TALL, allow=QUIET), HOTEL)
    look(page, BLED)
    page.get_by_text("View as…").click()
    page.get_by_label("Driver number").fill("D-10003")
    page.get_by_role("button", name="View the map", exact=True).click()
    expect(page.get_by_text("There is no such driver as whom you may look.")).to_be_visible()
    page.get_by_label("Driver number").fill("D-10001")
    page.get_by_role("button", name="View the map").click()
    expect(page.locator("#view-as-banner")).to_contain_text("as Mia Kovač (D-10001) sees it. Read-only.")
    look(page, BLED, **{"as": "D-10001"})
    listed(page, "ALP-GARAGE-1").click()
    expect(page.locator(".station-card")).to_contain_text("Private: through Hotel Alpina")
    expect(page).to_have_url(re.compile("as=D-10001"))
    page.get_by_role("link", name="Stop").click()
    expect(page.locator("#view-as-banner")).to_have_count(0)
