"""From terms to a paid statement as an admin; read and kept by the operator."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from portal.domain.days import next_month
from tests.browser.walks import ADMIN, HOTEL, QUIET, heading, menu, sign_in
from tests.support.axe import violations
from tests.support.pages import Pages

MONTH = next_month(datetime.now(UTC).date(), -1)
NUMBER = f"HOTEL-ALPINA-{MONTH:%Y-%m}-001"


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_from_terms_to_a_paid_statement(pages: Pages, javascript: bool) -> None:
    admin = sign_in(pages.new(javascript=javascript, allow=QUIET), ADMIN)
    agrees(admin)
    issues(admin, javascript)
    if javascript:
        assert violations(admin) == []
    pays(admin)
    hotel = sign_in(pages.new(javascript=javascript, allow=QUIET), HOTEL)
    reads(hotel)
    keeps(hotel)


def agrees(page: Page) -> None:
    page.goto("/admin/operators/HOTEL-ALPINA/terms/new")
    page.locator("[name=price_per_kwh_ac]").fill("0.10")
    page.locator("[name=price_per_kwh_dc]").fill("0.15")
    page.locator("[name=share_percent]").fill("12.5")
    page.locator("[name=effective_from]:visible").fill(f"{next_month(MONTH, -3):%Y-%m-%d}")
    page.locator("main form button[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/admin/operators/HOTEL-ALPINA/"))


def issues(page: Page, javascript: bool) -> None:
    menu(page, "Statements")
    heading(page, "Statements")
    page.get_by_role("link", name="Issue statements").first.click()
    page.get_by_label("Month").select_option(f"{MONTH:%Y-%m}")
    page.get_by_label("Operator", exact=True).select_option("HOTEL-ALPINA")
    if not javascript:
        page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("#draft")).to_contain_text("Draft in EUR")
    page.get_by_role("button", name="Issue the statement of").click()
    heading(page, NUMBER)


def pays(page: Page) -> None:
    page.get_by_role("link", name="Record a payment…").click()
    heading(page, f"Record a payment for {NUMBER}")
    page.get_by_label("Note").fill("Transfer 4711")
    page.get_by_role("button", name="Record the payment").click()
    heading(page, NUMBER)
    expect(page.locator("#payments")).to_contain_text("Transfer 4711")
    expect(page.locator(".page-head")).to_contain_text("Paid")


def reads(page: Page) -> None:
    menu(page, "Statements")
    page.get_by_role("link", name=NUMBER).click()
    heading(page, NUMBER)
    expect(page.locator("#payments")).to_contain_text("Transfer 4711")
    expect(page.get_by_role("link", name="Record a payment…")).to_have_count(0)
    line = page.locator(".line-steps").first
    line.locator("summary").click()
    expect(line).to_contain_text("Due to the operator:")


def keeps(page: Page) -> None:
    for kind, start in (("PDF", b"%PDF-"), ("CSV", b"\xef\xbb\xbfstatement,line")):
        with page.expect_download() as saved:
            page.get_by_role("link", name=kind, exact=True).click()
        assert saved.value.suggested_filename == f"{NUMBER}.{kind.lower()}"
        assert saved.value.path().read_bytes().startswith(start)
