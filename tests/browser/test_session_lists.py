"""An operator looks for doubtful sessions, narrows them by day, and takes along what it sees."""

import csv
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import ChargingSession, Doubt, Operator, SessionDoubt
from tests.browser.walks import HOTEL, menu, sign_in

LJUBLJANA = ZoneInfo("Europe/Ljubljana")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_doubtful_sessions_of_a_day(page: Page, session: Session) -> None:
    mine = select(ChargingSession).join(ChargingSession.operator).where(Operator.code == "HOTEL-ALPINA")
    some = session.scalars(mine.order_by(ChargingSession.started_at.desc()).limit(30)).all()
    session.add_all(SessionDoubt(session_id=one.id, doubt=Doubt.OVERLAP) for one in some)
    last = some[0].started_at.astimezone(LJUBLJANA).date() - timedelta(days=2)
    wanted = [one for one in some if one.started_at.astimezone(LJUBLJANA).date() <= last]
    assert 0 < len(wanted) < 25
    session.commit()

    sign_in(page, HOTEL)
    menu(page, "Sessions")
    rows = page.locator("#sessions-table tbody tr")
    expect(rows).to_have_count(25)
    page.get_by_label("Doubts").select_option("Overlap")
    expect(page.locator(".list-note")).to_contain_text("30 sessions")
    page.get_by_label("To", exact=True).fill(last.isoformat())
    expect(rows).to_have_count(len(wanted))
    energy = sum(one.energy_wh or 0 for one in wanted)
    expect(page.locator(".list-note")).to_contain_text(f"{len(wanted)} session")
    expect(page.locator(".list-note")).to_contain_text(f"{energy / 1000:,.3f}".rstrip("0"))
    expect(rows.first).to_contain_text("Overlap")

    page.locator("summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    with open(download.value.path(), encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    assert {row["external_id"] for row in found} == {one.external_id for one in wanted}
    assert {row["doubts"] for row in found} == {"overlap"}
    assert len(found) == len(wanted)

    page.get_by_label("Station code").press_sequentially("lake")
    expect(page.locator("#sessions-station-options option").first).to_have_attribute("value", "ALP-LAKE-1")
