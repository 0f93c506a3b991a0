"""An admin opens a doubtful session, accepts a doubt, corrects the rest, and reads what happened to it."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.models import ChargingSession, SessionSample
from portal.services.doubts import judge
from tests.browser.walks import ADMIN, QUIET, fact, sign_in
from tests.support.axe import violations
from tests.support.pages import Pages


def test_a_doubtful_session_is_accepted_and_corrected(
    pages: Pages, session: Session, javascript: bool
) -> None:
    measured = ChargingSession.id.in_(select(SessionSample.session_id))
    charged = session.scalars(
        select(ChargingSession).where(measured).order_by(ChargingSession.id).limit(1)
    ).one()
    charged.started_at, charged.ended_at = datetime(2025, 10, 25, 23, 40, tzinfo=UTC), None
    session.flush()
    judge(session, [charged.id], now())
    session.commit()
    page = sign_in(pages.new(javascript=javascript, allow=QUIET), ADMIN, f"/admin/sessions/{charged.id}/")
    doubt = page.locator("#doubt-no_end")
    expect(doubt).to_contain_text("It has ended, but nobody knows when.")
    if javascript:
        assert violations(page) == []
    doubt.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("1 doubt is accepted.")).to_be_visible()
    expect(doubt).to_contain_text("Accepted by")
    doubt.get_by_role("button", name="Withdraw").click()
    expect(doubt.get_by_role("button", name="Accept")).to_be_visible()
    page.get_by_role("link", name="Correct…").click()
    page.get_by_label("End", exact=True).fill("2025-10-26T02:30")
    page.get_by_label("Energy").fill("6,5")
    page.get_by_label("Reason").fill("the log of the station")
    page.get_by_role("button", name="Save the correction").click()
    page.get_by_label("The second one (UTC+01:00)").check()
    page.get_by_role("button", name="Save the correction").click()
    expect(page.get_by_text("The session is corrected.")).to_be_visible()
    expect(fact(page, "Energy")).to_contain_text("6.5 kWh")
    expect(fact(page, "Energy")).to_contain_text("originally")
    expect(doubt).to_have_count(0)
    history = page.locator("#history")
    expect(history.get_by_text("Reason: the log of the station")).to_be_visible()
    expect(history.get_by_text("Acceptance of a session withdrawn")).to_be_visible()
    page.get_by_text("As a table").click()
    expect(page.get_by_role("region", name="Readings of the meter")).to_be_visible()
    session.expire_all()
    assert charged.ended_at == charged.started_at + timedelta(hours=1, minutes=50)
