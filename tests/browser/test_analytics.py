"""An operator looks at the figures of last month, day by day, and goes on to the sessions behind them."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.walks import HOTEL, heading, menu, sign_in
from tests.support.pages import Pages


def test_last_month_by_day_adds_up_and_leads_to_the_sessions(pages: Pages, javascript: bool) -> None:
    page = sign_in(pages.new(javascript=javascript), HOTEL)
    menu(page, "Analytics")
    heading(page, "Analytics")
    page.get_by_role("navigation", name="Period").get_by_role("link", name="Last month").click()
    expect(page.get_by_role("link", name="Last month")).to_have_attribute("aria-current", "page")
    page.get_by_label("Pieces").select_option(label="By day")
    page.get_by_role("button", name="Show").click()
    page.wait_for_load_state()
    chart = page.get_by_role("img", name=re.compile(r"^Sessions: (28|29|30|31) bars, the highest one is \d+"))
    expect(chart).to_be_visible()
    page.locator("#over-time").get_by_text("As a table").click()
    table = page.locator("#over-time table")
    expect(table).to_be_visible()
    assert sum(_figures(table.locator("tbody tr"), 0)) == _shown(page, "sessions") > 100
    assert sum(_figures(table.locator("tbody tr"), 1)) == _shown(page, "energy")
    assert _figures(table.locator("tfoot tr"), 1) == [_shown(page, "energy")]
    station = page.locator("#groups tbody tr").first
    code = station.locator("small bdi").first.inner_text()
    station.get_by_role("link", name="List of sessions").click()
    heading(page, "Sessions")
    expect(page).to_have_url(re.compile(rf"/operator/sessions/\?from=\d{{4}}-\d\d-01&to=.*&station={code}"))
    expect(page.locator("#sessions-table tbody tr").first).to_contain_text(code)


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_days_that_make_no_sense_are_told_at_their_field(pages: Pages) -> None:
    page = sign_in(pages.new(allow=("status of 400",)), HOTEL, "/operator/analytics/")
    page.get_by_label("From").fill("2026-03-05")
    page.get_by_label("To", exact=True).fill("2026-01-01")
    page.get_by_role("button", name="Show").click()
    wrong = page.get_by_label("To", exact=True)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description("Error: The last day is before the first one.")
    expect(page.get_by_label("From")).to_have_value("2026-03-05")


def _figures(rows: Locator, column: int) -> list[Decimal]:
    return [_number(row.locator("td").nth(column).inner_text()) for row in rows.all()]


def _shown(page: Page, key: str) -> Decimal:
    return _number(page.locator(f"#figure-{key} .stat-value").inner_text())


def _number(text: str) -> Decimal:
    return Decimal(re.sub(r"[^\d.]", "", text))
