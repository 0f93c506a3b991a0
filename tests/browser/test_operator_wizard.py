"""What comes to life in the wizard's form: code, states, key, and the draft that is kept while one types."""

import re

from playwright.sync_api import expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Operator
from tests.browser.walks import ADMIN, sign_in
from tests.support.pages import Pages


def test_the_form_helps_and_keeps(pages: Pages, session: Session) -> None:
    page = sign_in(pages.new(), ADMIN)
    page.goto("/admin/operators/new")
    page.locator("[name=name]").press_sequentially("Hôtel Alpina")
    expect(page.locator("[name=code]")).to_have_value("HOTEL-ALPINA-2")
    expect(page.locator("#code-state")).to_contain_text("HOTEL-ALPINA-2 is free.")
    page.fill("[name=code]", "grand-alpina")
    expect(page.locator("#code-state")).to_contain_text("GRAND-ALPINA is free.")
    page.locator("[name=name]").press_sequentially(" Bled")
    page.select_option("[name=country]", "SI")
    expect(page.locator("#state-options option[value=Bled]")).to_have_count(1)
    expect(page.locator("[name=code]")).to_have_value("grand-alpina")
    page.fill("[name=city]", "Bled")
    with page.expect_response(lambda answer: "city=Bled" in (answer.request.post_data or "")):
        page.press("[name=city]", "Tab")
    expect(page.locator("#draft-kept")).to_have_text("Draft saved.")
    page.reload()
    expect(page.locator("[name=city]")).to_have_value("Bled")
    page.get_by_role("button", name="Next").click()

    expect(page.locator("[name=timezone]")).to_have_value("Europe/Ljubljana")
    page.get_by_role("button", name="Generate").click()
    key = page.locator("[name=security_key]")
    expect(key).to_have_value(re.compile("^[A-Za-z0-9]{32}$"))
    ending = key.input_value()[-4:]
    expect(page.locator("[name=timezone]")).to_have_value("Europe/Ljubljana")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text(f"•••• {ending}")).to_be_visible()
    page.get_by_role("button", name="Create operator").dblclick()
    expect(page).to_have_url(f"{pages.origin}/admin/operators/GRAND-ALPINA/")
    made = select(func.count(Operator.id)).where(Operator.code == "GRAND-ALPINA")
    assert session.scalar(made) == 1
