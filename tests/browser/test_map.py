"""The drivers' map: what each kind of person sees in list and markers, and how it is operated."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walks import (
    ADMIN,
    BLED,
    HOTEL,
    MEMBER,
    QUIET,
    REVOKED,
    STRANGER,
    TALL,
    listed,
    look,
    marker,
    sees,
    sign_in,
)
from tests.support.pages import Pages

LAKE = {
    "ALP-LAKE-1": "Alpina Lakeside 1",
    "ALP-LAKE-2": "Alpina Lakeside 2",
    "ALP-LAKE-DC": "Alpina Lakeside fast",
}
GARAGE = {"ALP-GARAGE-1": "Alpina Garage 1", "ALP-GARAGE-2": "Alpina Garage 2"}
BOTH = LAKE | GARAGE
CLUSTER = re.compile(r"Stations here: \d+")


@pytest.mark.parametrize(
    ("email", "private"),
    [(None, False), (STRANGER, False), (REVOKED, False), (MEMBER, True), (HOTEL, True), (ADMIN, True)],
)
def test_list_and_markers_agree_for_everybody(pages: Pages, email: str | None, private: bool) -> None:
    """At the nearest zoom every station stands alone, and the list names the same ones."""
    page = pages.new(viewport=TALL)
    if email:
        sign_in(page, email)
    yes, no = (BOTH, {}) if private else (LAKE, GARAGE)
    sees(page, BLED, yes=yes, no=no, javascript=True)
    expect(page.locator("#stations-list a[data-station]")).to_have_count(len(yes))
    expect(page.locator(".portal-map .map-station")).to_have_count(len(yes))


def test_the_list_is_the_map_without_scripts(pages: Pages) -> None:
    anybody = pages.new(javascript=False)
    sees(anybody, BLED, yes=LAKE, no=GARAGE, javascript=False)
    expect(anybody.locator("noscript .callout")).to_be_visible()
    revoked = sign_in(pages.new(javascript=False), REVOKED)
    sees(revoked, BLED, yes=LAKE, no=GARAGE, javascript=False)
    member = sign_in(pages.new(javascript=False), MEMBER)
    sees(member, BLED, yes=BOTH, no={}, javascript=False)


def test_filters(pages: Pages, javascript: bool) -> None:
    page = sign_in(pages.new(javascript=javascript, viewport=TALL), MEMBER)
    look(page, BLED)
    narrow(page, javascript, "At least (kW)", "50", left=["ALP-LAKE-DC"])
    narrow(page, javascript, "At least (kW)", "", left=sorted(BOTH))
    narrow(page, javascript, "Search by name", "garage", left=["ALP-GARAGE-1", "ALP-GARAGE-2"])
    narrow(page, javascript, "Search by name", "nothing like it", left=[])
    expect(page.get_by_text("No station matches")).to_be_visible()
    page.locator("#stations-list").get_by_role("link", name="Clear filters").last.click()
    expect(listed(page, "LJU-CENTER-1")).to_be_visible()
    page.get_by_label("Only my networks").check()
    if not javascript:
        page.get_by_role("button", name="Search").click()
    expect(listed(page, "LJU-CENTER-1")).to_have_count(0)
    expect(page.locator("#stations-list a[data-station]")).to_have_count(7)
    page.get_by_label("Connector").select_option(label="CCS2 (Combo Type 2)")
    if not javascript:
        page.get_by_role("button", name="Search").click()
    expect(page.locator("#stations-list a[data-station]")).to_have_count(1)


def narrow(page: Page, javascript: bool, label: str, value: str, left: list[str]) -> None:
    page.get_by_label(label).fill(value)
    if not javascript:
        page.get_by_role("button", name="Search").click()
    links = page.locator("#stations-list a[data-station]")
    expect(links).to_have_count(len(left))
    assert sorted(link.get_attribute("data-station") or "" for link in links.all()) == left
    if javascript:
        expect(page.locator(".portal-map .map-station")).to_have_count(len(left))


def test_clusters_open_by_click_and_by_key(page: Page) -> None:
    """Each press comes nearer, until stations stand alone."""
    page.goto("/map/?lat=46.4&lng=14.2&zoom=7")
    cluster = page.locator(".portal-map").get_by_role("button", name=CLUSTER)
    expect(cluster.first).to_be_visible()
    far = zoom(page)
    cluster.first.click()
    expect(page).not_to_have_url(re.compile(rf"zoom={far}\b"))
    assert zoom(page) > far
    page.goto("/map/?lat=46.364&lng=14.094&zoom=13")
    expect(cluster).to_have_count(1)
    cluster.focus()
    page.keyboard.press("Enter")
    expect(marker(page, "Alpina Lakeside fast").or_(cluster).first).to_be_visible()
    expect(page).not_to_have_url(re.compile(r"zoom=13\b"))


def zoom(page: Page) -> int:
    return int(parse_qs(urlsplit(page.url).query)["zoom"][0])


def test_panel_opens_by_key_and_gives_the_focus_back(page: Page) -> None:
    look(page, BLED)
    station = marker(page, "Alpina Lakeside 1")
    expect(station).to_be_visible()
    station.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#station-panel")
    expect(panel).to_be_focused()
    expect(panel).to_contain_text("Alpina Lakeside 1")
    expect(panel).to_contain_text("Europe/Ljubljana (UTC")
    expect(panel).to_have_attribute("aria-live", "polite")
    expect(station).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Tab")
    expect(panel.get_by_role("link", name="Close")).to_be_focused()
    page.keyboard.press("Enter")
    expect(panel).to_be_empty()
    expect(station).to_be_focused()
    listed(page, "ALP-LAKE-2").press("Enter")
    expect(panel).to_contain_text("Alpina Lakeside 2")


def test_a_link_shows_the_same_view_to_somebody_else(pages: Pages) -> None:
    """View, filters and station stand in the address; whoever may not see the station gets the map without it."""
    member = sign_in(pages.new(viewport=TALL), MEMBER)
    look(member, BLED, q="garage")
    listed(member, "ALP-GARAGE-1").click()
    expect(member.locator("#station-panel")).to_contain_text("Alpina Garage 1")
    expect(member).to_have_url(re.compile("station=ALP-GARAGE-1"))
    again = sign_in(pages.new(viewport=TALL), MEMBER)
    again.goto(member.url)
    expect(again.locator("#station-panel")).to_contain_text("Alpina Garage 1")
    expect(again.get_by_label("Search by name")).to_have_value("garage")
    expect(again.locator(".portal-map .map-station")).to_have_count(2)
    anybody = pages.new(allow=QUIET)
    anybody.goto(member.url)
    expect(anybody.get_by_text("This station is not available any more.")).to_be_visible()
    expect(anybody.locator("#station-panel")).to_be_empty()
    assert "Alpina Garage" not in anybody.content()


def test_station_has_a_page_of_its_own_without_scripts(pages: Pages) -> None:
    page = pages.new(javascript=False)
    look(page, BLED)
    listed(page, "ALP-LAKE-DC").click()
    expect(page.locator(".station-card")).to_contain_text("150 kW")
    directions = page.get_by_role("link", name="Open in a map app").get_attribute("href") or ""
    assert directions == "geo:46.364500,14.094200"
    page.get_by_role("link", name="Show on the map").click()
    expect(page.locator("#station-panel")).to_contain_text("Alpina Lakeside fast")
