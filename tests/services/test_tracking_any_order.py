"""Whatever way reports are cut, mixed up and repeated, and whenever the portal looks: the same session."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.tracking import Closing, Sample
from portal.models import ChargingSession, Doubt, Operator, SessionDoubt, SessionStatus
from portal.queries.tracking import reporting_station
from portal.services.session_start import Start, open_session
from portal.services.tracking import add_samples, close_idle, stop_session
from tests.support.factories import TESTER, make_area, make_operator, make_station, make_tariff

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
END_MIN = 24 * 60
Report = Sample | Closing

samples = st.builds(
    lambda minute, wh: Sample(START + timedelta(minutes=minute), wh),
    st.integers(-2, 90),
    st.integers(-50, 9_000) | st.sampled_from([0, 99, 100, 101]),
)
closings = st.builds(
    lambda minute, wh, reason: Closing(START + timedelta(minutes=minute), wh, reason),
    st.integers(0, 90),
    st.integers(-50, 9_000),
    st.sampled_from([None, "driver", "local"]),
)
reports = st.tuples(st.lists(samples, max_size=12), st.lists(closings, max_size=2)).map(
    lambda both: [*both[0], *both[1]]
)


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Report], list[tuple[int, list[Report]]]]:
    """Reports, and how they arrive: (minute by the portal's clock, batch), every report at least once."""
    said = draw(reports.filter(bool))
    order = draw(st.permutations([*said, *draw(st.lists(st.sampled_from(said), max_size=4))]))
    arrivals, rest = [], list(order)
    while rest:
        cut = draw(st.integers(1, len(rest)))
        arrivals.append((draw(st.integers(0, END_MIN)), rest[:cut]))
        rest = rest[cut:]
    return said, arrivals


@given(deliveries(), st.integers(0, 60))
@settings(
    max_examples=20,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_order_of_reports_does_not_count(
    session: Session, delivery: tuple[list[Report], list[tuple[int, list[Report]]]], idle_min: int
) -> None:
    said, arrivals = delivery
    operator = make_operator(session, idle_timeout_min=idle_min, monetary_session_limit=Decimal(3))
    prices = {
        "price_per_kwh": Decimal("0.5"),
        "price_per_hour": Decimal("1.2"),
        "price_per_idle_hour": Decimal(6),
    }
    make_tariff(session, operator, vat_percent=Decimal(20), **prices)
    straight, mixed = begin(session, operator), begin(session, operator)
    for report in said:
        feed(session, straight, [report], END_MIN)
    for minute, batch in arrivals:
        feed(session, mixed, batch, minute)
        close_idle(session, actor=TESTER, at=at(minute))
    feed(session, mixed, said[:1], END_MIN)
    close_idle(session, actor=TESTER, at=at(END_MIN))
    session.flush()
    assert state(session, mixed) == state(session, straight)
    session.rollback()


def test_a_clock_that_is_behind_is_no_hand_that_corrects(session: Session) -> None:
    """One server closes the session as idle; another one, a little behind, hears of it before that instant."""
    charging = begin(session, make_operator(session, idle_timeout_min=30))
    assert close_idle(session, actor=TESTER, at=at(30)) == 1
    feed(session, charging, [Sample(at(29), 500)], 29)
    assert (charging.status, charging.ended_at) == (SessionStatus.RUNNING, None)
    feed(session, charging, [Closing(at(50), 900, "driver")], 50)
    assert (charging.status, charging.energy_wh) == (SessionStatus.CLOSED, 900)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def begin(session: Session, operator: Operator) -> ChargingSession:
    """A session on a station of its own."""
    station = make_station(session, make_area(session, operator))
    loaded = session.scalars(reporting_station(station.id).execution_options(populate_existing=True)).one()
    return open_session(
        session, loaded, Start("S", 1, None, Sample(START, 0)), currency="EUR", actor=TESTER, at=START
    )


def feed(session: Session, charging: ChargingSession, batch: Sequence[Report], minute: int) -> None:
    together = [report for report in batch if isinstance(report, Sample)]
    if together:
        add_samples(session, charging, together, actor=TESTER, at=at(minute))
    for report in batch:
        if isinstance(report, Closing):
            stop_session(session, charging, report, actor=TESTER, at=at(minute))


def state(session: Session, charging: ChargingSession) -> dict[str, Any]:
    """All that is known of a session but for what depends on when it was heard of: the request to stop, the row's own
    times, and whether a report was of the future then.
    """
    names = (
        *("status", "started_at", "ended_at", "end_reason", "energy_wh", "charging_s", "idle_s", "check_at"),
        *("last_advance_at", "net_minor", "vat_minor", "uncapped_minor", "rating", "currency"),
    )
    mine = (SessionDoubt.session_id == charging.id, SessionDoubt.doubt != Doubt.IN_THE_FUTURE)
    doubts = session.scalars(select(SessionDoubt.doubt).where(*mine).order_by(SessionDoubt.doubt)).all()
    return {name: getattr(charging, name) for name in names} | {"doubts": doubts}
