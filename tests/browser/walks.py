"""Steps that several walks share, done as a person does them: by what the page says."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from portal.cli.demo_build import PASSWORD

ADMIN, HOTEL, HARBOR = "admin@example.com", "alpina@example.com", "harbor@example.com"
MEMBER, REVOKED, STRANGER = "mia@example.com", "rex@example.com", "oli@example.com"
# Logged as errors by Chromium and htmx although the page deals with it: refusals that it shows in words,
# and requests that a newer one replaces.
QUIET = (
    *(f"{words} {status}" for words in ("status of", "Status Error Code") for status in (404, 409, 422)),
    "htmx:sendAbort",
    "htmx:afterRequest",
)
TALL = (1280, 1200)


@dataclass(frozen=True, slots=True)
class View:
    """A part of the map: its middle, its zoom, and how far the list without scripts reaches, in degrees."""

    latitude: float
    longitude: float
    zoom: int
    reach: float

    def url(self, **filters: str) -> str:
        west, south = self.longitude - self.reach, self.latitude - self.reach
        east, north = self.longitude + self.reach, self.latitude + self.reach
        position = {"lat": str(self.latitude), "lng": str(self.longitude), "zoom": str(self.zoom)}
        return f"/map/?{urlencode(position | {'bbox': f'{west},{south},{east},{north}'} | filters)}"


# Near enough for every station to stand alone; Bled wants a TALL window for it.
BLED = View(46.365, 14.0926, 18, 0.002)
LJUBLJANA = View(46.058, 14.517, 14, 0.05)


def sign_in(page: Page, email: str, path: str = "/auth/login") -> Page:
    """Sign in at `path`, which may be a page that asks for it."""
    page.goto(path)
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(re.compile("/auth/login"))
    page.wait_for_load_state()
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


def look(page: Page, at: View, **filters: str) -> None:
    """Look at a part of the map, as a person does who opens a link to it."""
    page.goto(at.url(**filters))


def listed(page: Page, code: str) -> Locator:
    """A station in the list beside the map."""
    return page.locator(f'#stations-list a[data-station="{code}"]')


def marker(page: Page, name: str) -> Locator:
    """A station on the map itself."""
    return page.locator(".portal-map").get_by_role("button", name=re.compile(f"^Station {re.escape(name)}: "))


def sees(
    page: Page,
    at: View,
    *,
    yes: dict[str, str],
    no: dict[str, str],
    javascript: bool,
) -> None:
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
