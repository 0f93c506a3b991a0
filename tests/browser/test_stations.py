"""Stations in a real browser: the toggle with and without scripts, and a position taken from the map."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Station
from tests.support.factories import (
    PASSWORD,
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
)
from tests.support.pages import Pages


@pytest.fixture
def email(session: Session) -> str:
    """An admin's; there is a station S1 of an operator with one member."""
    operator = make_operator(session)
    make_membership(session, operator, make_driver(session))
    make_station(session, make_area(session, operator, code="P1", name="Parking"), code="S1")
    account = make_account(session)
    session.commit()
    return account.email


def sign_in(page: Page, email: str) -> Page:
    page.goto("/auth/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    return page


@pytest.mark.parametrize("javascript", [True, False])
def test_hide_and_show(pages: Pages, email: str, javascript: bool) -> None:
    page = sign_in(pages.new(javascript=javascript), email)
    page.goto("/admin/stations/S1/")
    expect(page.get_by_text("Visible to everybody.")).to_be_visible()
    page.get_by_role("button", name="Hide station").click()
    expect(page.get_by_text("Hidden. 1 member still sees it.", exact=True).first).to_be_visible()
    page.get_by_role("button", name="Make visible").click()
    expect(page.get_by_role("button", name="Hide station")).to_be_visible()


def test_place_a_new_station_on_the_map(pages: Pages, session: Session, email: str) -> None:
    page = sign_in(pages.new(), email)
    page.goto("/admin/stations/new?area=P1")
    page.get_by_role("textbox", name="Name", exact=True).fill("{{ 7*7 }} ${x} <b>Gate</b>")
    page.get_by_role("textbox", name="Code", exact=True).fill("gate-1")
    page.locator("#map-picker").click(position={"x": 120, "y": 120})
    expect(page.get_by_label("Latitude")).to_have_value(re.compile(r"-?\d+\.\d{6}"))
    page.get_by_label("Connector standard").select_option("IEC_62196_T2")
    page.get_by_label("Power").fill("22")
    page.get_by_role("button", name="Create the station").click()
    expect(page.get_by_role("heading", name="{{ 7*7 }} ${x} <b>Gate</b>")).to_be_visible()
    expect(page.get_by_role("cell", name="22 kW")).to_be_visible()
    session.rollback()
    assert session.scalars(select(Station.latitude).where(Station.code == "GATE-1")).one() != 0


def test_an_operator_is_chosen_with_its_consequence(pages: Pages, session: Session, email: str) -> None:
    make_operator(session, name="Harbor Café", code="HARBOR")
    session.commit()
    page = sign_in(pages.new(), email)
    page.goto("/admin/areas/P1/assign")
    page.get_by_label("New operator").select_option("HARBOR")
    expect(page.get_by_text("1 station; 0 are hidden.", exact=True)).to_be_visible()
    page.get_by_role("button", name="Assign to Harbor Café").click()
    expect(page.get_by_role("heading", name="Parking")).to_be_visible()
    expect(page.get_by_role("link", name="Harbor Café")).to_be_visible()
