"""The theme button of every page speaks for the login, not only for this browser."""

import re

from playwright.sync_api import expect

from tests.browser.walks import HOTEL, sign_in
from tests.support.pages import Pages


def test_the_theme_goes_along_to_another_browser(pages: Pages) -> None:
    page = sign_in(pages.new(), HOTEL)
    with page.expect_response(re.compile("/auth/profile/theme$")) as kept:
        page.get_by_role("button", name="Switch between light and dark").first.click()
    assert kept.value.status == 204
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    other = sign_in(pages.new(), HOTEL)
    expect(other.locator("html")).to_have_attribute("data-bs-theme", "dark")
    other.get_by_role("link", name=re.compile("^Profile")).first.click()
    other.get_by_label("Colours").select_option("Light")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("The changes are saved.")).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
