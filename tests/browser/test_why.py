"""Why? in a real browser: typed in part, answered, and mended by one click."""

import pytest
from playwright.sync_api import expect

from tests.browser.walks import ADMIN, QUIET, heading, sign_in
from tests.support.axe import violations
from tests.support.pages import Pages


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_from_a_part_of_a_name_to_access(pages: Pages, javascript: bool) -> None:
    page = pages.new(javascript=javascript, allow=QUIET)
    sign_in(page, ADMIN, "/admin/why?station=ALP-GARAGE-1")
    expect(page.get_by_text("An anonymous visitor does not see Alpina Garage 1")).to_be_visible()
    page.get_by_label("Driver number").press_sequentially("novak")
    if javascript:
        expect(page.locator("#pick-driver-options option")).to_have_attribute("value", "D-10002")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_text("There is no such driver number.")).to_be_visible()
    if javascript:
        assert violations(page) == []
    page.get_by_role("link", name="Rex Novak").click()
    expect(page.get_by_text("Rex Novak does not see Alpina Garage 1")).to_be_visible()
    page.get_by_role("button", name="Grant access").click()
    expect(page.get_by_text("Rex Novak sees Alpina Garage 1")).to_be_visible()
    expect(page.get_by_role("button", name="Grant access")).to_have_count(0)
    page.get_by_role("link", name="Who could see it then?").click()
    page.get_by_role("button", name="Who could see it then?").click()
    heading(page, "Alpina Garage 1 on ")
