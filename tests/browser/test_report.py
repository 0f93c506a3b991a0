"""From the terms that an admin sets to the formula of a session, and what the operator reads of it."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from portal.domain.days import next_month
from tests.browser.walks import ADMIN, HARBOR, QUIET, heading, menu, sign_in
from tests.support.pages import Pages

YEAR = "Last 12 months"


def figures(page: Page) -> list[str]:
    """The report's total, as it stands there."""
    return page.locator(".report-total tr").first.locator("td").all_inner_texts()


def set_terms(page: Page) -> None:
    """Details, Update, Environment setup, Share/reimbursement settings."""
    page.goto("/admin/operators/HARBOR-CAFE/")
    page.get_by_role("link", name="Update").click()
    page.get_by_role("link", name="Environment setup").click()
    page.get_by_text("Share/reimbursement settings").click()
    page.get_by_label("Price per kWh, AC").fill("0.11")
    page.get_by_label("Price per kWh, DC").fill("0.17")
    page.get_by_label("Share of the revenue").fill("12.5")
    page.get_by_label("Effective from").fill(next_month(datetime.now(UTC).date(), -13).isoformat())
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#terms")).to_contain_text("until further notice")


def test_from_terms_to_the_formula_of_a_session(pages: Pages) -> None:
    admin = sign_in(pages.new(), ADMIN)
    set_terms(admin)
    menu(admin, "Report")
    heading(admin, "Commission report")
    admin.get_by_label("Operator codes").fill("harbor-cafe")
    admin.get_by_role("button", name="Show").click()
    admin.get_by_role("navigation", name="Period").get_by_role("link", name=YEAR).click()
    expect(admin.get_by_role("link", name=YEAR)).to_have_attribute("aria-current", "page")
    line = admin.locator("#lines tbody tr").nth(1)
    expect(line.get_by_text("Due to the operator:")).to_be_hidden()
    line.get_by_text("How it is computed").click()
    expect(line.get_by_text("Due to the operator:")).to_be_visible()
    expect(line).to_contain_text("12.5% of $")
    total = figures(admin)
    admin.locator("#lines tbody tr").first.get_by_role("link").click()
    heading(admin, "Sessions of the report")
    admin.locator(".formula summary").first.click()
    expect(admin.locator(".formula").first).to_contain_text("rounded $")
    admin.locator("#report-sessions tbody th a").first.click()
    heading(admin, "Session")

    operator = sign_in(pages.new(), HARBOR)
    menu(operator, "Report")
    operator.get_by_role("navigation", name="Period").get_by_role("link", name=YEAR).click()
    expect(operator.get_by_role("link", name=YEAR)).to_have_attribute("aria-current", "page")
    assert figures(operator) == total
    expect(operator.locator("#terms")).to_contain_text("12.5 %")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_what_if_follows_what_is_typed(pages: Pages) -> None:
    page = sign_in(pages.new(allow=QUIET), ADMIN, "/admin/report/what-if?operator=HOTEL-ALPINA")
    total = page.locator(".report-total tr").first
    expect(total).to_contain_text("€0.00")  # nothing differs yet
    page.get_by_label("Share of the revenue").fill("20")
    expect(total).to_contain_text("+€")
    expect(page).to_have_url(re.compile("share_percent=20"))
    page.reload()
    expect(page.get_by_label("Share of the revenue")).to_have_value("20")
    page.get_by_label("Share of the revenue").fill("much")
    expect(page.locator("#what-if-errors")).to_contain_text("Share of the revenue")
