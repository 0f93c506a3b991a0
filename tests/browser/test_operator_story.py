"""An operator's own login runs its private network, and meets nothing of anybody else's."""

from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.browser.walks import (
    BLED,
    HARBOR,
    HOTEL,
    QUIET,
    STRANGER,
    TALL,
    heading,
    listed,
    menu,
    sees,
    sign_in,
)
from tests.support.pages import Pages

GARAGE = {"ALP-GARAGE-1": "Alpina Garage 1", "ALP-GARAGE-2": "Alpina Garage 2"}
LAKE = {"ALP-LAKE-2": "Alpina Lakeside 2"}
PUBLIC = {"ALP-LAKE-DC": "Alpina Lakeside fast"}
FOREIGN = (
    "HARBOR",
    "EVEREST",
    "LJU-CENTER",
    "SALZBURG",
    "Harbor",
    "Everest",
    "America/New_York",
    "UTC+05:45",
)


def test_operator_runs_its_own_network(pages: Pages, javascript: bool) -> None:
    hotel = sign_in(pages.new(javascript=javascript, allow=QUIET), HOTEL)
    driver = sign_in(pages.new(javascript=javascript, viewport=TALL, allow=QUIET), STRANGER)
    sees(driver, BLED, yes=PUBLIC | LAKE, no=GARAGE, javascript=javascript)
    hides_a_station(hotel)
    grants(hotel, javascript)
    sees(driver, BLED, yes=PUBLIC | LAKE | GARAGE, no={}, javascript=False)
    listed(driver, "ALP-LAKE-2").click()
    expect(driver.locator(".station-card")).to_contain_text("Private: through Hotel Alpina")
    revokes(hotel, javascript)
    sees(driver, BLED, yes=PUBLIC, no=LAKE | GARAGE, javascript=javascript)
    assert driver.request.get("/map/stations/ALP-LAKE-2").status == 404


def hides_a_station(page: Page) -> None:
    heading(page, "Hotel Alpina")
    menu(page, "Stations")
    expect(page.locator("#stations-table tbody tr")).to_have_count(7)
    page.get_by_role("button", name="Hide station Alpina Lakeside 2").click()
    shown = page.get_by_role("button", name="Make visible station Alpina Lakeside 2")
    expect(page.locator(".visibility", has=shown)).to_contain_text("Hidden. 14 members still see it.")


def grants(page: Page, javascript: bool) -> None:
    """Who is no member is masked unless typed in full."""
    menu(page, "Dashboard")
    page.get_by_role("link", name="Add/remove members").click()
    expect(page.locator("tr[data-member=yes]")).to_have_count(14)
    find(page, "oli", javascript)
    row = page.locator("#driver-D-10003")
    expect(row).to_contain_text("o•••@e•••.com")
    assert STRANGER not in page.content()
    find(page, STRANGER, javascript)
    expect(row).to_contain_text(STRANGER)
    row.get_by_role("button", name="Grant").click()
    expect(page.locator("#driver-D-10003")).to_have_attribute("data-member", "yes")
    expect(page.locator("#members-consequence")).to_contain_text("15 members · they see 4 stations")


def revokes(page: Page, javascript: bool) -> None:
    menu(page, "Members")
    page.locator("#driver-D-10003").get_by_role("button", name="Revoke").click()
    if javascript:
        expect(page.locator("#driver-D-10003")).to_have_attribute("data-member", "no")
    expect(page.locator("#members-consequence")).to_contain_text("14 members")


def find(page: Page, words: str, javascript: bool) -> None:
    page.get_by_role("searchbox").fill(words)
    if not javascript:
        page.get_by_role("button", name="Search").click()
    expect(page.locator(".chips")).to_contain_text(words)


def test_pages_of_an_operator_hold_its_own_network_in_its_own_zone(pages: Pages, javascript: bool) -> None:
    """The browser stands in Auckland; the times are those of the operator."""
    page = sign_in(pages.new(javascript=javascript, allow=("status of 403", *QUIET)), HOTEL)
    for name in ("Dashboard", "Stations", "Members", "Sessions", "Audit"):
        menu(page, name)
        expect(page.locator(".app-footer")).to_contain_text("All times are in Europe/Ljubljana")
        content = page.content()
        assert not [word for word in FOREIGN if word in content]
        assert content.count("All times are in") == 1
    menu(page, "Sessions")
    started = page.locator("#sessions-table tbody tr .cell-title time").first
    at = datetime.fromisoformat(started.get_attribute("datetime") or "").astimezone(
        ZoneInfo("Europe/Ljubljana")
    )
    expect(started).to_contain_text(f"{at:%b} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M}")
    for path in ("/operator/stations/HARBOR-1/", "/map/stations/HARBOR-STAFF"):
        page.goto(path)
        expect(page.locator(".error-status")).to_have_text("404")
    page.goto("/admin/operators/HARBOR-CAFE/")
    expect(page.locator(".error-status")).to_have_text("403")
    harbor = sign_in(pages.new(javascript=javascript), HARBOR)
    menu(harbor, "Stations")
    expect(harbor.locator("#stations-table tbody tr")).to_have_count(3)
    expect(harbor.locator(".app-footer")).to_contain_text("America/New_York")
