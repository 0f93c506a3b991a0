"""Members in bulk and from a file, as they are done with mouse and keyboard."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from portal.models import Role
from tests.support.factories import PASSWORD, make_account, make_driver, make_membership, make_operator
from tests.support.pages import Pages

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])


@pytest.fixture
def email(app: Flask, session: Session) -> str:
    operator = make_operator(session, code="ALPINA")
    for number in range(24):
        make_membership(
            session, operator, make_driver(session, number=f"D-{number:03}", name=f"Guest {number:03}")
        )
    make_driver(session, number="D-NEW", name="Newcomer")
    account = make_account(session, Role.OPERATOR, operator=operator)
    session.commit()
    return account.email


def members(page: Page, email: str) -> Page:
    page.goto("/auth/login?next=/operator/members/")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("#members-table tbody tr")).to_have_count(24)
    return page


@pytest.mark.parametrize("javascript", [True, False])
def test_ticked_and_all_are_revoked_and_undone(pages: Pages, email: str, javascript: bool) -> None:
    page = members(pages.new(javascript=javascript), email)
    for number in ("D-003", "D-004"):
        page.locator(f"#driver-{number} input[type=checkbox]").check()
    if not javascript:
        page.locator("#members-several").click()
    page.get_by_label("Reason of a revoke").fill("season is over")
    page.get_by_role("button", name="Revoke access", exact=True).click()
    expect(page.get_by_text("Access of 2 members is revoked.")).to_be_visible()
    expect(page.locator("#members-table tbody tr")).to_have_count(22)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#members-table tbody tr")).to_have_count(24)
    page.locator("#members-several").click()
    page.get_by_label("Which").select_option("all")
    page.get_by_role("button", name="Revoke access", exact=True).click()
    expect(page.get_by_role("heading", name="Revoke the access of 24 members?")).to_be_visible()
    if javascript:
        expect(page.get_by_role("heading", name="Revoke the access of 24 members?")).to_be_focused()
    page.get_by_role("button", name="Revoke access", exact=True).click()
    expect(page.get_by_text("Access of 24 members is revoked.")).to_be_visible()
    expect(page.get_by_text("No members yet")).to_be_visible()


def test_enter_in_the_reason_grants_nobody(pages: Pages, email: str) -> None:
    page = members(pages.new(), email)
    page.locator("#driver-D-003 input[type=checkbox]").check()
    page.get_by_label("Reason of a revoke").press("Enter")
    expect(page.locator("#members-table tbody tr")).to_have_count(24)
    expect(page.locator("#driver-D-003 input[type=checkbox]")).to_be_checked()


def test_a_file_is_looked_at_and_taken_in(pages: Pages, email: str, tmp_path: Path) -> None:
    file = tmp_path / "guests.csv"
    file.write_text("driver_number,action\nD-NEW,\nD-003,revoke\nD-WHO,\n", encoding="utf-8")
    page = members(pages.new(), email)
    page.get_by_role("link", name="Import from a file").click()
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("#import-lines tbody tr")).to_have_count(3)
    page.get_by_role("link", name="Rejected (1)").click()
    expect(page.locator("#import-lines tbody tr")).to_have_count(1)
    page.get_by_label("Leave out the 1 rejected line").check()
    page.get_by_role("button", name="Take in 2 changes").click()
    expect(page.get_by_text("1 granted, 0 changed, 1 revoked, 1 left out")).to_be_visible()
    expect(page.locator("#driver-D-NEW")).to_have_attribute("data-member", "yes")
