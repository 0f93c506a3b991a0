"""An operator is changed, is changed by two at once, is refused to be deleted, is deleted, is archived."""

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests.browser.walks import ADMIN, QUIET, fact, heading, sign_in
from tests.support.factories import make_area, make_operator
from tests.support.pages import Pages

URL = "/admin/operators/HARBOR-CAFE"


def test_everything_but_the_code_can_be_changed(pages: Pages, javascript: bool) -> None:
    page = sign_in(pages.new(javascript=javascript, allow=QUIET), ADMIN, f"{URL}/")
    page.get_by_role("link", name="Update").click()
    expect(page.locator("[name=code]")).to_have_count(0)
    page.get_by_label("City").fill("Bangor")
    page.get_by_label("Phone").fill("12")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="Please correct the following")).to_be_visible()
    expect(page.get_by_label("City")).to_have_value("Bangor")
    page.get_by_label("Phone").fill("+1 207 555 0199")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The changes are saved.")).to_be_visible()
    expect(fact(page, "City")).to_have_text("Bangor")
    page.get_by_role("link", name="Update").click()
    page.get_by_role("link", name="Environment setup").click()
    page.get_by_label("Timezone").fill("America/Chicago")
    page.get_by_text("Share/reimbursement settings").click()
    page.get_by_label("Price per kWh, AC").fill("0.30")
    page.get_by_label("Share of the revenue").fill("40")
    page.get_by_role("button", name="Save").click()
    expect(fact(page, "Timezone")).to_have_text("America/Chicago")
    expect(fact(page, "Share of the revenue")).to_contain_text("40")
    expect(fact(page, "Code")).to_have_text("HARBOR-CAFE")


def test_the_second_of_two_saves_is_told_what_changed(pages: Pages, javascript: bool) -> None:
    """Nothing that either of them typed is lost; saving again is a decision."""
    first = sign_in(pages.new(javascript=javascript), ADMIN, f"{URL}/edit/operator")
    second = sign_in(pages.new(javascript=javascript, allow=QUIET), ADMIN, f"{URL}/edit/operator")
    first.get_by_label("City").fill("Bangor")
    first.get_by_role("button", name="Save").click()
    expect(fact(first, "City")).to_have_text("Bangor")
    second.get_by_label("City").fill("Boston")
    second.get_by_label("Organization").fill("Harbor & Sons")
    second.get_by_role("button", name="Save").click()
    told = second.get_by_role("row", name="City")
    expect(told).to_contain_text("Bangor")
    expect(told).to_contain_text("Boston")
    expect(second.get_by_label("Organization")).to_have_value("Harbor & Sons")
    first.reload()
    expect(fact(first, "City")).to_have_text("Bangor")
    second.get_by_role("button", name="Save").click()
    expect(fact(second, "City")).to_have_text("Boston")
    expect(fact(second, "Organization")).to_have_text("Harbor & Sons")


def test_delete_names_what_is_in_the_way_until_it_is_gone(
    pages: Pages, session: Session, javascript: bool
) -> None:
    make_area(session, make_operator(session, code="SHORT-STAY", name="Short stay"), code="YARD", name="Yard")
    session.commit()
    page = sign_in(pages.new(javascript=javascript, allow=QUIET), ADMIN, "/admin/operators/SHORT-STAY/")
    page.get_by_role("link", name="Delete").click()
    blocker = page.locator("#blockers tbody tr")
    expect(blocker).to_have_count(1)
    expect(blocker).to_contain_text("Areas")
    expect(blocker).to_contain_text("1")
    expect(page.get_by_role("button", name="Delete this operator")).to_have_count(0)
    blocker.get_by_role("link").click()
    page.get_by_role("link", name="Yard").click()
    page.get_by_role("link", name="Change the operator").click()
    page.get_by_label("New operator").select_option(label="No operator")
    if not javascript:
        page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("button", name="Take the area from its operator").click()
    page.goto("/admin/operators/SHORT-STAY/delete")
    page.get_by_role("button", name="Delete this operator").click()
    expect(page.get_by_text("Operator SHORT-STAY is deleted. Its code stays taken.")).to_be_visible()
    page.goto("/admin/operators/SHORT-STAY/")
    expect(page.locator(".error-status")).to_have_text("404")


def test_archive_keeps_all_and_offers_it_no_more(pages: Pages, javascript: bool) -> None:
    page = sign_in(pages.new(javascript=javascript), ADMIN, f"{URL}/")
    page.locator("summary", has_text="Archive").click()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_text("This operator is archived")).to_be_visible()
    expect(page.get_by_role("link", name="Update")).to_have_count(0)
    offered(page, 0)
    page.goto(f"{URL}/")
    page.get_by_role("button", name="Restore").click()
    heading(page, "Harbor Café")
    offered(page, 1)


def offered(page: Page, times: int) -> None:
    page.goto("/admin/areas/ADRIATIC/assign")
    expect(page.locator("#operator option[value=HARBOR-CAFE]")).to_have_count(times)
