"""Several stations at once in a real browser, and taking it back, with and without scripts."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Station
from tests.browser.test_stations import sign_in
from tests.support.factories import make_account, make_area, make_operator, make_station
from tests.support.pages import Pages


@pytest.fixture
def email(session: Session) -> str:
    """An admin's; there are three visible stations."""
    area = make_area(session, make_operator(session), code="P1", name="Parking")
    for n in range(3):
        make_station(session, area, code=f"S{n}", name=f"Garage {n}")
    account = make_account(session)
    session.commit()
    return account.email


def hidden(session: Session) -> list[str]:
    """Which of the three, among those of the demo network."""
    session.rollback()
    ours = select(Station.code).where(Station.code.in_(["S0", "S1", "S2"]), Station.visible.is_(False))
    return list(session.scalars(ours.order_by(Station.code)))


@pytest.mark.parametrize("javascript", [True, False])
def test_ticked_stations_are_hidden_and_shown_again(
    pages: Pages, session: Session, email: str, javascript: bool
) -> None:
    page = sign_in(pages.new(javascript=javascript), email)
    page.goto("/admin/stations/?area=P1")
    if not javascript:
        page.get_by_text("Change several").click()
    for name in ("Garage 0", "Garage 2"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    if javascript:
        expect(page.get_by_text("2 ticked")).to_be_visible()
    page.get_by_label("What", exact=True).select_option("hide")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_text("2 stations change.")).to_be_visible()
    page.get_by_role("button", name="Change 2 stations").click()
    expect(page.get_by_text("2 stations are hidden now.")).to_be_visible()
    assert hidden(session) == ["S0", "S2"]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert hidden(session) == []


def test_a_swap_offers_its_undo_at_the_foot_of_the_page(pages: Pages, session: Session, email: str) -> None:
    page = sign_in(pages.new(), email)
    page.goto("/admin/stations/S1/")
    page.get_by_role("button", name="Hide station").click()
    note = page.locator("#undo-note")
    expect(note.get_by_text("Station hidden: S1")).to_be_visible()
    assert hidden(session) == ["S1"]
    note.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("Visible to everybody.")).to_be_visible()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert hidden(session) == []
