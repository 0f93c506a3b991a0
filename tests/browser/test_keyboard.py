"""Each journey with nothing but the keyboard: Tab, typing and Enter; the focus is never lost."""

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.cli.demo_build import PASSWORD
from tests.browser.walks import ADMIN, HOTEL, QUIET, heading, sign_in
from tests.support.pages import Pages

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])
FAR = 60


@pytest.fixture
def page(pages: Pages) -> Page:
    return pages.new(allow=QUIET)


def reach(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, as a person does who cannot see how far it is."""
    for _ in range(FAR):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not within {FAR} presses of Tab")


def into(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label)
    reach(page, field)
    expect(field).to_be_focused()
    page.keyboard.type(text)


def press(page: Page, target: Locator) -> None:
    """Press Enter on it, once the page's scripts had their turn: a form sent before that reloads the page."""
    page.wait_for_load_state()
    reach(page, target)
    page.keyboard.press("Enter")


def test_sign_in_and_grant(page: Page) -> None:
    """The button that granted becomes the one that revokes, keeps the focus, and what happened is read out."""
    page.goto("/auth/login")
    into(page, "Email", ADMIN)
    into(page, "Password", PASSWORD)
    page.keyboard.press("Enter")
    heading(page, "Dashboard")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    press(page, page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Operators"))
    press(page, page.get_by_role("link", name="Hotel Alpina"))
    press(page, page.get_by_role("link", name="Add/remove members"))
    heading(page, "Members of the private network")
    page.keyboard.press("/")
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()
    page.keyboard.type("oli horvat")
    announced = page.locator("#announcer[aria-live=polite]")
    expect(announced).to_have_text("1 result")
    expect(search).to_be_focused()
    press(page, page.get_by_role("button", name="Grant access for Oli Horvat"))
    expect(page.get_by_role("button", name="Revoke access for Oli Horvat")).to_be_focused()
    expect(announced).to_have_text("Oli Horvat is a member now.")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Grant access for Oli Horvat")).to_be_focused()
    expect(announced).to_have_text("Oli Horvat is no longer a member.")


def test_wizard(page: Page) -> None:
    sign_in(page, ADMIN, "/admin/operators/")
    press(page, page.get_by_role("link", name="Create new"))
    name = page.locator("#name")
    expect(name).to_be_focused()
    page.keyboard.type("Gasthof Post")
    expect(page.locator("#code")).to_have_value("GASTHOF-POST")
    expect(name).to_be_focused()
    into(page, "Country", "Austria")
    expect(page.locator('#state-options option[value="Tirol"]')).to_have_count(1)
    press(page, page.get_by_role("button", name="Next"))
    heading(page, "New operator")
    press(page, page.get_by_role("button", name="Generate"))
    expect(page.get_by_text("Copy this key now")).to_be_visible()
    expect(page.get_by_role("button", name="Generate")).to_be_focused()
    press(page, page.locator("summary", has_text="Share/reimbursement settings"))
    into(page, "Share of the revenue", "200")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    press(page, page.locator("#error-summary").get_by_role("link", name="Share of the revenue"))
    expect(page.locator("#share_percent")).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("20")
    press(page, page.get_by_role("button", name="Next"))
    press(page, page.get_by_role("button", name="Create operator"))
    heading(page, "Gasthof Post")


def test_visibility_keeps_the_focus_and_tells_its_consequence(page: Page) -> None:
    sign_in(page, ADMIN, "/admin/stations/ALP-LAKE-1/")
    press(page, page.get_by_role("button", name="Hide station Alpina Lakeside 1"))
    expect(page.get_by_role("button", name="Make visible station Alpina Lakeside 1")).to_be_focused()
    expect(page.locator("#announcer")).to_have_text("Hidden. 14 members still see it.")


def test_why_and_its_remedy(page: Page) -> None:
    sign_in(page, ADMIN, "/admin/why?station=ALP-GARAGE-1")
    into(page, "Driver number", "D-10002")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Rex Novak does not see Alpina Garage 1")).to_be_visible()
    press(page, page.get_by_role("button", name="Grant access"))
    expect(page.get_by_text("Rex Novak sees Alpina Garage 1")).to_be_visible()


def test_several_stations_and_undo(page: Page) -> None:
    sign_in(page, ADMIN, "/admin/stations/?q=alpina+lakeside")
    page.wait_for_load_state()
    for name in ("Alpina Lakeside 1", "Alpina Lakeside 2"):
        reach(page, page.get_by_role("checkbox", name=f"Select {name}"))
        page.keyboard.press("Space")
    expect(page.get_by_text("2 ticked")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    chosen = page.get_by_label("What", exact=True)
    for _ in range(FAR):
        if chosen.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    expect(chosen).to_be_focused()
    page.keyboard.type("Hide")
    press(page, page.get_by_role("button", name="Show what changes"))
    expect(page.get_by_text("2 stations change.")).to_be_visible()
    press(page, page.get_by_role("button", name="Change 2 stations"))
    expect(page.get_by_text("2 stations are hidden now.")).to_be_visible()
    press(page, page.get_by_role("button", name="Undo"))
    expect(page.get_by_text("Undone.")).to_be_visible()


def test_my_language(page: Page) -> None:
    sign_in(page, HOTEL, "/auth/profile")
    page.wait_for_load_state()
    reach(page, page.get_by_label("Language"))
    page.keyboard.type("Deutsch")
    press(page, page.get_by_role("button", name="Save"))
    expect(page.get_by_role("navigation", name="Hauptmenü")).to_be_visible()
