"""A CPO admin makes an operator, gives it an area, hides a station, and lets one driver in and out again."""

import re

from playwright.sync_api import Page, expect

from tests.browser import wizard
from tests.browser.walks import (
    ADMIN,
    LJUBLJANA,
    QUIET,
    STRANGER,
    fact,
    heading,
    listed,
    menu,
    sees,
    sign_in,
)
from tests.support.pages import Pages

HIDDEN = {"LJU-CENTER-2": "Tivoli park", "LJU-DEPOT": "Service depot"}
PUBLIC = {"LJU-CENTER-1": "Kongresni trg"}


def test_admin_builds_a_private_network(pages: Pages, javascript: bool) -> None:
    admin = sign_in(pages.new(javascript=javascript, allow=QUIET), ADMIN)
    driver = sign_in(pages.new(javascript=javascript, allow=QUIET), STRANGER)
    anybody = pages.new(javascript=javascript, allow=QUIET)
    create_operator(admin, javascript)
    assign_area(admin, javascript)
    sees(driver, LJUBLJANA, yes=PUBLIC | {"LJU-CENTER-2": "Tivoli park"}, no={}, javascript=javascript)
    hide_station(admin)
    for person in (driver, anybody):
        sees(person, LJUBLJANA, yes=PUBLIC, no=HIDDEN, javascript=javascript)
    grant(admin, javascript)
    sees(driver, LJUBLJANA, yes=PUBLIC | HIDDEN, no={}, javascript=javascript)
    sees(anybody, LJUBLJANA, yes=PUBLIC, no=HIDDEN, javascript=javascript)
    opens_panel(driver)
    assert_counted(admin)
    look_is_left_open(driver)
    revoke(admin, javascript)
    finds_it_gone(driver, javascript)
    sees(driver, LJUBLJANA, yes=PUBLIC, no=HIDDEN, javascript=javascript)


def create_operator(page: Page, javascript: bool) -> None:
    wizard.open_wizard(page)
    wizard.name_and_code(page, javascript=javascript)
    wizard.details(page, javascript=javascript)
    keeps_what_was_typed(page)
    wizard.environment(page, javascript=javascript)
    wizard.share(page)
    key = wizard.generate_key(page)
    page.get_by_role("button", name="Next").click()
    wizard.summary(page, key)
    page.get_by_role("button", name="Create operator").dblclick()
    heading(page, wizard.NAME)
    expect(fact(page, "Security key")).to_contain_text(f"•••• {key[-4:]}")
    assert key not in page.content()
    menu(page, "Operators")
    page.goto("/admin/operators/?q=mestna")
    expect(page.locator("#operators-table tbody tr")).to_have_count(1)


def keeps_what_was_typed(page: Page) -> None:
    page.get_by_role("button", name="Back").click()
    expect(page.locator("#code")).to_have_value(wizard.CODE.lower())
    expect(page.get_by_label("Organization")).to_have_value("Mestna garaža d.o.o.")
    page.reload()
    expect(page.get_by_label("City")).to_have_value("Ljubljana")
    page.get_by_role("button", name="Next").click()


def assign_area(page: Page, javascript: bool) -> None:
    menu(page, "Areas")
    page.get_by_role("link", name="Ljubljana city").click()
    page.get_by_role("link", name="Assign to an operator").click()
    page.get_by_label("New operator").select_option(wizard.CODE)
    if not javascript:
        page.get_by_role("button", name="Show what changes").click()
    expect(page.locator("#consequence")).to_contain_text("4 stations; 1 is hidden")
    page.get_by_role("button", name=f"Assign to {wizard.NAME}").click()
    expect(page.locator("#operator")).to_contain_text(wizard.CODE)


def hide_station(page: Page) -> None:
    """The consequence stands beside the switch, in words."""
    page.locator("#stations").get_by_role("link", name="Tivoli park").click()
    expect(page.locator(".visibility")).to_contain_text("Visible to everybody.")
    page.get_by_role("button", name="Hide station Tivoli park").click()
    expect(page.locator(".visibility")).to_contain_text("Hidden. No member sees it yet")


def grant(page: Page, javascript: bool) -> None:
    """The button stands at the top right of the operator's page."""
    page.goto(f"/admin/operators/{wizard.CODE}/")
    button = page.get_by_role("link", name="Add/remove members")
    place, title = button.bounding_box(), page.get_by_role("heading", level=1).bounding_box()
    assert place
    assert title
    assert place["x"] > title["x"] + 200
    assert abs(place["y"] - title["y"]) < 60
    button.click()
    expect(page.get_by_text("No members yet")).to_be_visible()
    page.get_by_role("searchbox").fill("OLI hor")
    if not javascript:
        page.get_by_role("button", name="Search").click()
    row = page.locator("#driver-D-10003")
    expect(row).to_have_attribute("data-member", "no")
    row.get_by_role("button", name="Grant access for Oli Horvat").click()
    expect(page.locator("#driver-D-10003")).to_have_attribute("data-member", "yes")
    expect(page.locator("#members-consequence")).to_contain_text("1 member")
    expect(page.locator("#members-consequence")).to_contain_text("2 stations")


def opens_panel(page: Page) -> None:
    listed(page, "LJU-CENTER-2").click()
    panel = page.locator(".station-card")
    expect(panel).to_contain_text("Tivoli park")
    expect(panel).to_contain_text(f"Private: through {wizard.NAME}")
    expect(panel).to_contain_text("Europe/Ljubljana")


def assert_counted(page: Page) -> None:
    page.goto("/admin/stations/LJU-CENTER-2/")
    expect(page.locator(".visibility")).to_contain_text("Hidden. 1 member still sees it.")


def look_is_left_open(page: Page) -> None:
    sees(page, LJUBLJANA, yes=HIDDEN, no={}, javascript=False)


def revoke(page: Page, javascript: bool) -> None:
    page.goto(f"/admin/operators/{wizard.CODE}/members/")
    page.get_by_role("button", name="Revoke access for Oli Horvat").click()
    if javascript:
        expect(page.locator("#driver-D-10003")).to_have_attribute("data-member", "no")
        expect(page.get_by_role("button", name="Grant access for Oli Horvat")).to_be_focused()
    else:
        expect(page.locator("#driver-D-10003")).to_have_count(0)
    expect(page.locator("#members-consequence")).to_contain_text("0 members")


def finds_it_gone(page: Page, javascript: bool) -> None:
    """What is still on an open page does not open any more."""
    listed(page, "LJU-CENTER-2").click()
    if javascript:
        expect(page.get_by_text("This station is not available any more.")).to_be_visible()
        expect(listed(page, "LJU-CENTER-2")).to_have_count(0)
    else:
        expect(page.locator(".error-status")).to_have_text("404")
    answer = page.request.get("/map/stations/LJU-CENTER-2")
    absent = page.request.get("/map/stations/LJU-CENTER-9")
    assert (answer.status, absent.status) == (404, 404)
    # But for the code that was asked for and the token of the form, which changes with the second.
    own = re.compile(r'CENTER-.|"csrf-token" content="[^"]*"|name="csrf_token" value="[^"]*"')
    assert own.sub("", answer.text()) == own.sub("", absent.text())
