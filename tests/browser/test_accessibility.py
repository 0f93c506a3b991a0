"""Every page, light and dark, desktop and phone: no violation of axe's rules, nothing scrolls sideways."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.walks import sign_in
from tests.support.axe import violations
from tests.support.pages import DESKTOP, PHONE, Pages
from tests.support.screenshots import ADMIN, SHOTS, Shot

NARROW = (320, 640)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.timeout(1500)
@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("of_admins", [True, False], ids=["admin", "others"])
def test_pages_can_be_used_by_everybody(pages: Pages, of_admins: bool) -> None:
    shots = [shot for shot in SHOTS if (shot.email == ADMIN) is of_admins]
    found: list[str] = []
    for email in dict.fromkeys(shot.email for shot in shots):
        page = pages.new(reduced_motion="reduce", allow=("status of 400", "status of 404", "status of 422"))
        if email:
            sign_in(page, email)
        found += [line for shot in shots if shot.email == email for line in examine(page, shot)]
    assert not found, "\n".join(found)


def examine(page: Page, shot: Shot) -> Iterator[str]:
    """One visit: the colours of both themes and all other rules at both sizes, then two narrow widths."""
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    page.emulate_media(color_scheme="light")
    page.goto(shot.path, wait_until="networkidle" if "map" in shot.name else "load")
    for name, (width, height) in (("desktop", DESKTOP), ("phone", PHONE)):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="light")
        yield from (f"{shot.name}, {name}: {line}" for line in violations(page))
        page.emulate_media(color_scheme="dark")
        dark = violations(page, only="color-contrast")
        yield from (f"{shot.name}, {name}, dark: {line}" for line in dark)
    for width, height in (PHONE, NARROW):
        page.set_viewport_size({"width": width, "height": height})
        if (beyond := page.evaluate(OVERFLOW)) > 0:
            yield f"{shot.name}: scrolls sideways by {beyond} px at {width} px"
