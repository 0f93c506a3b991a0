"""Steps that several walks share, done as a person does them: by what the page says."""

import re
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from portal.cli.demo_build import PASSWORD

ADMIN, HOTEL, HARBOR = "admin@example.com", "alpina@example.com", "harbor@example.com"
MEMBER, REVOKED, STRANGER = "mia@example.com", "rex@example.com", "oli@example.com"
BLED = (46.365, 14.093)
LJUBLJANA = (46.058, 14.517)
# Chromium and htmx log answers of these kinds as errors; the page shows them as words.
REFUSED = tuple(f"{words} {status}" for words in ("status of", "Status Error Code") for status in (404, 409, 422))


def sign_in(page: Page, email: str, path: str = "/auth/login") -> Page:
    """Sign in at `path`, which may be a page that asks for it."""
    page.goto(path)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/auth/login"))
    return page


def menu(page: Page, name: str) -> None:
    """Go where the main menu leads."""
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name=name).click()


def heading(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def fact(page: Page, label: str) -> Locator:
    """The value of one line of a page's facts."""
    term = page.locator("dt", has_text=re.compile(f"^{re.escape(label)}$"))
    return page.locator(".fact", has=term).locator("dd").first


def look(page: Page, at: tuple[float, float], **filters: str) -> None:
    """Look at the map round a place, as a person does who opens a link to it."""
    position = {"lat": f"{at[0]}", "lng": f"{at[1]}", "zoom": "14"}
    box = {"bbox": f"{at[1] - 0.05},{at[0] - 0.05},{at[1] + 0.05},{at[0] + 0.05}"}
    page.goto(f"/map/?{urlencode(position | box | filters)}")


def listed(page: Page, code: str) -> Locator:
    """A station in the list beside the map."""
    return page.locator(f'#stations-list a[data-station="{code}"]')


def marker(page: Page, name: str) -> Locator:
    """A station on the map itself."""
    return page.locator("#map-driver, .portal-map").get_by_role(
        "button", name=re.compile(f"^Station {re.escape(name)}: ")
    )


def sees(page: Page, at: tuple[float, float], *, yes: dict[str, str], no: dict[str, str], javascript: bool) -> None:
    """The next look at the map shows the stations of `yes` (code: name) in list and markers, and none of `no`."""
    look(page, at)
    for code, name in yes.items():
        expect(listed(page, code)).to_be_visible()
        if javascript:
            expect(marker(page, name)).to_be_visible()
    for code, name in no.items():
        expect(listed(page, code)).to_have_count(0)
        if javascript:
            expect(marker(page, name)).to_have_count(0)
        assert code not in page.content()
