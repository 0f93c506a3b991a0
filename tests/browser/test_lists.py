"""What only a browser shows of lists: paper, and the menus of columns and views."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.walks import ADMIN, sign_in
from tests.support.pages import PHONE, Pages

SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"])
HIDDEN = (
    ".app-sidebar",
    ".app-topbar",
    ".filter-bar",
    ".list-tools",
    ".page-head-actions",
    ".chips",
    "[data-print]",
)
WHITE, BLACK = "rgb(255, 255, 255)", "rgb(0, 0, 0)"


@SQLITE
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [(1280, 800), PHONE])
def test_paper(pages: Pages, scheme: str, viewport: tuple[int, int]) -> None:
    """The table over the whole width, black on white, with the filter in words and when it was so."""
    page = sign_in(pages.new(colour_scheme=scheme, viewport=viewport), ADMIN)  # type: ignore[arg-type]
    page.goto("/admin/stations/?status=available&q=a")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    expect(page.locator(".on-paper")).to_be_hidden()
    page.emulate_media(media="print")
    for selector in HIDDEN:
        for each in page.locator(selector).all():
            expect(each).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".on-paper")).to_contain_text(re.compile(r"Search: a · Status: Available ·\s+As of "))
    cell = page.locator("tbody td").nth(1)
    expect(cell).to_have_css("color", BLACK)
    expect(page.locator("body")).to_have_css("background-color", WHITE)
    expect(cell).to_have_css("display", "table-cell")
    expect(page.locator("tbody tr").first).to_have_css("break-inside", "avoid")
    wide = page.evaluate(
        "document.querySelector('.table-wrap table').offsetWidth / document.body.clientWidth"
    )
    assert wide > 0.95
    assert page.pdf(format="A4").startswith(b"%PDF")


@SQLITE
def test_columns_and_views_by_keyboard(page: Page) -> None:
    sign_in(page, ADMIN)
    page.goto("/admin/drivers/?q=mia")
    page.locator("summary", has_text="Columns").press("Enter")
    page.get_by_role("checkbox", name="Email").press("Space")
    page.get_by_role("button", name="Show these columns").press("Enter")
    expect(page.get_by_text("The columns of this list are changed.")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Email")).to_have_count(0)
    expect(page).to_have_url(re.compile("columns="))
    page.locator("summary", has_text="Views").press("Enter")
    page.get_by_label("Name of the view").fill("Only Mia")
    page.get_by_label("Name of the view").press("Enter")
    expect(page.get_by_text("The view “Only Mia” is saved.")).to_be_visible()
    page.goto("/admin/drivers/")
    page.locator("summary", has_text="Views").press("Enter")
    page.get_by_role("link", name="Only Mia").press("Enter")
    expect(page.get_by_role("searchbox")).to_have_value("mia")
    expect(page.get_by_text("1 result")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Email")).to_have_count(0)
