"""The state machine of a session: its transition table, and that only the set of reports counts."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.tracking import Closing, Rules, Sample, Track, first_stop, track
from portal.models import SessionStatus

START = datetime(2026, 10, 24, 22, tzinfo=UTC)  # the night in which clocks are set back in Europe
RUNNING, CLOSED, IDLE = SessionStatus.RUNNING, SessionStatus.CLOSED, SessionStatus.CLOSED_IDLE
RULES = Rules(energy_step_wh=100, idle_timeout=timedelta(minutes=30))
LATER = 10_000
Row = tuple[int, int]


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def tracked(
    *rows: Row,
    stop: tuple[int, int, str] | None = None,
    until: int = 0,
    rules: Rules = RULES,
    register: int = 5000,
) -> Track:
    """The track of samples (minute, Wh since the start), judged at the minute `until`."""
    samples = [Sample(at(minute), register + wh) for minute, wh in rows]
    closing = Closing(at(stop[0]), register + stop[1], stop[2]) if stop else None
    return track(Sample(START, register), samples, closing, rules, at(until))


@pytest.mark.parametrize(
    ("rows", "stop", "until", "state", "energy", "advance", "end", "reason", "corrected"),
    [
        # running
        ([], None, 29, RUNNING, 0, None, None, None, False),
        ([(5, 99)], None, 29, RUNNING, 0, None, None, None, False),
        ([(5, 100)], None, 34, RUNNING, 100, 5, None, None, False),
        ([(5, 60), (10, 120), (15, 200)], None, 39, RUNNING, 120, 10, None, None, False),
        ([(5, 500), (6, 400), (7, 550), (8, 600)], None, 20, RUNNING, 600, 8, None, None, False),
        ([(5, -500)], None, 20, RUNNING, 0, None, None, None, False),
        # running to closed_idle: by the clock, by a sample that shows it, exactly at the deadline
        ([], None, 30, IDLE, 0, None, 0, "idle", False),
        ([(5, 100)], None, 35, IDLE, 100, 5, 5, "idle", False),
        ([(5, 100), (34, 200)], None, 63, RUNNING, 200, 34, None, None, False),
        ([(5, 100), (35, 200)], None, 36, IDLE, 100, 5, 5, "idle", False),
        ([(5, 100), (20, 199)], None, 35, IDLE, 100, 5, 5, "idle", False),
        # closed_idle stays so, whatever comes after its end
        ([(5, 100), (40, 900), (45, 1900)], None, 46, IDLE, 100, 5, 5, "idle", False),
        # closed: on the exact energy
        ([(5, 100)], (10, 150, "driver"), 11, CLOSED, 150, 5, 10, "driver", False),
        ([(5, 100), (12, 900)], (10, 150, "driver"), LATER, CLOSED, 150, 5, 10, "driver", False),
        ([(10, 900)], (10, 150, "driver"), LATER, CLOSED, 150, None, 10, "driver", False),
        ([], (0, 0, "error"), 0, CLOSED, 0, None, 0, "error", False),
        ([(5, 100)], (10, -7, "driver"), 11, CLOSED, -7, 5, 10, "driver", False),
        # closed_idle to closed: a late stop
        ([(5, 100)], (36, 150, "driver"), LATER, CLOSED, 150, 5, 36, "driver", True),
        ([(5, 100), (50, 300)], (60, 310, "driver"), LATER, CLOSED, 310, 50, 60, "driver", True),
    ],
)
def test_transitions(
    rows: list[Row],
    stop: tuple[int, int, str] | None,
    until: int,
    state: SessionStatus,
    energy: int,
    advance: int | None,
    end: int | None,
    reason: str | None,
    corrected: bool,
) -> None:
    found = tracked(*rows, stop=stop, until=until)
    assert (found.status, found.energy_wh, found.end_reason, found.corrected) == (
        state,
        energy,
        reason,
        corrected,
    )
    assert found.last_advance_at == (None if advance is None else at(advance))
    assert found.ended_at == (None if end is None else at(end))
    due = at(30 if advance is None else advance + 30)
    assert found.check_at == (due if state is RUNNING else None)


def test_no_timeout_is_never_idle() -> None:
    found = tracked((5, 100), until=LATER, rules=Rules(100))
    assert (found.status, found.check_at) == (RUNNING, None)
    assert tracked((5, 100), stop=(LATER, 150, "driver"), until=LATER, rules=Rules(100)).corrected is False


def test_a_meter_that_ran_backwards_costs_nothing() -> None:
    assert tracked(stop=(5, -7, "driver")).billed_wh == 0


def test_a_stop_without_a_reason_was_the_equipments() -> None:
    found = track(Sample(START, 0), [], Closing(at(1), 5), RULES, at(1))
    assert found.end_reason == "equipment"


def test_the_earliest_of_several_stops_counts() -> None:
    stops = [Closing(at(9), 900), Closing(at(8), 800, "local"), Closing(at(8), 801)]
    for order in (stops, stops[::-1]):
        assert first_stop(order) == stops[2]
    assert first_stop([]) is None


def test_charging_time_is_when_the_register_rose() -> None:
    rows = [(10, 50), (20, 50), (29, 150), (40, 150)]
    found = tracked(*rows, stop=(45, 150, "driver"))
    assert (found.charging_s, found.idle_s) == (19 * 60, 26 * 60)
    running = tracked(*rows, until=41)
    assert (running.charging_s, running.idle_s) == (19 * 60, 10 * 60)


@pytest.mark.parametrize("step", [1, 100, 100_000])
def test_the_step_never_changes_a_bill(step: int) -> None:
    stopped = tracked((5, 40), (9, 220), (12, 220), stop=(20, 333, "driver"), rules=Rules(step))
    assert (stopped.billed_wh, stopped.charging_s, stopped.idle_s) == (333, 17 * 60, 3 * 60)


# A register, perhaps one that runs backwards or says two things at once; and where it is cut into batches.
reports = st.lists(st.tuples(st.integers(-5, 200), st.integers(-300, 3000)), max_size=12)
stops = st.lists(
    st.tuples(st.integers(0, 220), st.integers(-300, 3000), st.sampled_from(["driver", "error"])), max_size=3
)


@settings(max_examples=200, deadline=None)
@given(rows=reports, ends=stops, until=st.integers(0, 300), dice=st.randoms(use_true_random=False))
def test_only_the_set_of_reports_counts(
    rows: list[Row], ends: list[tuple[int, int, str]], until: int, dice: Random
) -> None:
    samples = [Sample(at(minute), wh) for minute, wh in rows]
    closings = [Closing(at(minute), wh, why) for minute, wh, why in ends]
    wanted = track(Sample(START, 0), samples, first_stop(closings), RULES, at(until))
    shuffled = samples + dice.choices(samples, k=3) if samples else []
    dice.shuffle(shuffled)
    dice.shuffle(closings)
    assert track(Sample(START, 0), shuffled, first_stop(closings * 2), RULES, at(until)) == wanted
    check_sense(wanted, at(until))


def check_sense(found: Track, until: datetime) -> None:
    ended = found.status is not RUNNING
    assert ended is (found.ended_at is not None) is (found.end_reason is not None)
    assert found.charging_s >= 0 <= found.idle_s
    if ended:
        assert found.check_at is None
        assert found.ended_at is not None
        whole = found.ended_at - START
        assert timedelta(seconds=found.charging_s + found.idle_s) == whole
    else:
        assert found.check_at is not None
        assert found.check_at > until, "a running session that is due would be claimed for ever"
        assert found.energy_wh >= 0
