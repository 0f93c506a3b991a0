"""The wizard walked as a person walks it, with scripts and without."""

import re

from playwright.sync_api import Page, expect

from tests.browser.walks import fact, heading, menu

NAME = "Mestna garaža Ljubljana"
SUGGESTED = "MESTNA-GARAZA-LJUBLJANA"
CODE = "LJU-CITY"
KEY_ENDS = re.compile("•••• (.{4})$")


def open_wizard(page: Page) -> None:
    menu(page, "Operators")
    page.get_by_role("link", name="Create new").click()
    heading(page, "New operator")
    expect(page.locator("[aria-current=step]")).to_contain_text("Operator")


def name_and_code(page: Page, *, javascript: bool) -> None:
    """A code is suggested from the name, one that is taken is told, another one is chosen."""
    page.get_by_label("Name", exact=False).first.fill(NAME)
    code = page.locator("#code")
    if not javascript:
        page.get_by_role("button", name="Next").click()
    expect(code).to_have_value(SUGGESTED)
    said = f"{SUGGESTED} is free." if javascript else "suggested from the name"
    expect(page.locator("#code-block")).to_contain_text(said)
    code.fill("hotel-alpina")
    if not javascript:
        page.get_by_role("button", name="Next").click()
    expect(page.locator("#code-block")).to_contain_text("taken")
    code.fill(CODE.lower())
    if javascript:
        expect(page.locator("#code-state")).to_contain_text(f"{CODE} is free.")


def details(page: Page, *, javascript: bool) -> None:
    """The states to choose from are those of the country."""
    page.get_by_label("Organization").fill("Mestna garaža d.o.o.")
    page.get_by_label("City").fill("Ljubljana")
    page.get_by_label("Country").select_option("AT")
    if not javascript:
        page.get_by_role("button", name="Show the states of this country").click()
    expect(page.locator('#state-options option[value="Salzburg"]')).to_have_count(1)
    page.get_by_label("Country").select_option("SI")
    if not javascript:
        page.get_by_role("button", name="Show the states of this country").click()
    expect(page.locator('#state-options option[value="Ljubljana"]')).to_have_count(1)
    expect(page.locator('#state-options option[value="Salzburg"]')).to_have_count(0)
    page.get_by_label("State").fill("Ljubljana")
    page.get_by_label("Phone").fill("01 555 01 99")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("Environment setup")


def environment(page: Page, *, javascript: bool) -> None:
    """What stands in the form survives a refresh; the zone is searched among all, with their offset."""
    expect(page.get_by_label("Timezone")).to_have_value("Europe/Ljubljana")
    expect(page.locator('#timezone-options option[value="Asia/Kathmandu"]')).to_have_text(
        re.compile("UTC.05:45")
    )
    idle = page.get_by_label("Idle session")
    idle.fill("20")
    if javascript:
        with page.expect_response(lambda answer: "idle_timeout_min=20" in (answer.request.post_data or "")):
            page.keyboard.press("Tab")
        expect(page.locator("#draft-kept")).to_have_text("Draft saved.")
    else:  # kept as soon as a button sends it
        page.get_by_role("button", name="Back").click()
        page.get_by_role("button", name="Next").click()
    page.reload()
    expect(idle).to_have_value("20")
    page.get_by_label("Timezone").fill("Nowhere/Land")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#timezone-error")).to_be_visible()
    expect(idle).to_have_value("20")
    page.get_by_label("Timezone").fill("Europe/Ljubljana")


def share(page: Page) -> None:
    page.get_by_text("Share/reimbursement settings").click()
    page.get_by_label("Price per kWh, AC").fill("0.21")
    page.get_by_label("Share", exact=False).last.fill("12.5")


def generate_key(page: Page) -> str:
    page.get_by_role("button", name="Generate").click()
    expect(page.get_by_text("Copy this key now")).to_be_visible()
    key = page.locator("#security_key").input_value()
    assert 16 <= len(key) <= 40
    return key


def summary(page: Page, key: str) -> None:
    """Every value with where it comes from; of the key the last four characters only."""
    expect(page.locator("[aria-current=step]")).to_contain_text("Summary")
    expect(fact(page, "Code")).to_have_text(CODE)
    expect(fact(page, "State")).to_have_text("Ljubljana")
    expect(fact(page, "Energy step delta")).to_contain_text("100 Wh")
    expect(fact(page, "Energy step delta")).to_contain_text("from the site")
    expect(fact(page, "Idle session")).to_contain_text("20 minutes")
    expect(fact(page, "Idle session")).to_contain_text("set here")
    expect(fact(page, "Security key")).to_have_text(re.compile(re.escape(f"•••• {key[-4:]}")))
    expect(fact(page, "Share of the revenue")).to_contain_text("12.5 %")
    assert key not in page.content()
