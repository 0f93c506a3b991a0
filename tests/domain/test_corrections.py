"""What is typed about a session: local times on days when clocks change, figures, amounts in their currency."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from portal.domain.checking import Checked
from portal.domain.corrections import check_correction, shown
from portal.models import ChargingSession, SessionStatus

LATER = datetime(2027, 1, 1, tzinfo=UTC)
LJUBLJANA = "Europe/Ljubljana"


def session(**over: Any) -> ChargingSession:
    values = {
        **{"started_at": datetime(2026, 10, 24, 22, tzinfo=UTC), "energy_wh": 10_000, "currency": "EUR"},
        **{
            "ended_at": datetime(2026, 10, 25, 4, tzinfo=UTC),
            "net_minor": 400,
            "vat_minor": 88,
            "version": 1,
        },
        **{"settings": {}, "status": SessionStatus.CLOSED},
    }
    return ChargingSession(**(values | over))


def check(charging: ChargingSession, zone: str = LJUBLJANA, **typed: str) -> Checked:
    now = shown(charging, None, zone)
    raw = {name: str(text) for name, text in asdict(now).items()} | {"reason": "why"} | typed
    return check_correction(raw, charging, now, zone, LATER)


def refused(checked: Checked) -> set[str]:
    return {error.field for error in checked.errors}


@pytest.mark.parametrize(
    ("zone", "typed", "first", "second"),
    [
        (LJUBLJANA, "2026-10-25T02:30", "2026-10-25T00:30Z", "2026-10-25T01:30Z"),
        ("America/New_York", "2026-11-01T01:15", "2026-11-01T05:15Z", "2026-11-01T06:15Z"),
        ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45Z", "2026-04-04T15:15Z"),
        ("Africa/Casablanca", "2026-02-15T02:10", "2026-02-15T01:10Z", "2026-02-15T02:10Z"),
    ],
)
def test_an_end_in_a_repeated_hour_asks_which(zone: str, typed: str, first: str, second: str) -> None:
    charging = session(started_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert refused(check(charging, zone, ended_at=typed)) == {"ended_which"}
    for which, instant in (("first", first), ("second", second)):
        meant = check(charging, zone, ended_at=typed, ended_which=which).accepted()["ended_at"]
        assert meant == datetime.fromisoformat(instant)
        stored = session(started_at=charging.started_at, ended_at=meant)
        assert (shown(stored, None, zone).ended_at, shown(stored, None, zone).ended_which) == (typed, which)
        assert check(stored, zone, energy="1").accepted()["ended_at"] == meant, "left as it was"


def test_times_that_cannot_be() -> None:
    skipped = session(started_at=datetime(2026, 3, 28, tzinfo=UTC))
    assert refused(check(skipped, ended_at="2026-03-29T02:30")) == {"ended_at"}
    for typed in ("2026-10-24T23:59", "2028-01-01T00:00", "soon", ""):
        assert refused(check(session(), ended_at=typed)) == {"ended_at"}, typed
    assert check(session(ended_at=None), ended_at="").accepted()["ended_at"] is None, "as it was"
    there = check(session(), "Asia/Kathmandu", ended_at="2026-10-25T10:00").accepted()["ended_at"]
    assert there == datetime(2026, 10, 25, 4, 15, tzinfo=UTC)


def test_what_was_left_is_not_judged_and_nothing_finer_is_lost() -> None:
    exact = datetime(2026, 10, 25, 4, 0, 15, 250_000, tzinfo=UTC)
    charging = session(ended_at=exact, energy_wh=-50)
    assert (shown(charging, None, LJUBLJANA).ended_at, shown(charging, None, LJUBLJANA).energy) == (
        "2026-10-25T05:00:15",
        "-0.05",
    )
    values = check(charging, driver="d-1").accepted()
    assert (values["ended_at"], values["energy_wh"], values["driver"]) == (exact, -50, "D-1")


@pytest.mark.parametrize(("typed", "wh"), [("8,5", 8500), ("0", 0), ("12.345", 12_345), (" 7 ", 7000)])
def test_energy_is_exact(typed: str, wh: int) -> None:
    assert check(session(), energy=typed).accepted()["energy_wh"] == wh


@pytest.mark.parametrize("typed", ["", "-1", "1.2345", "1,234", "NaN", "1e9", "a lot"])
def test_what_is_no_energy(typed: str) -> None:
    assert refused(check(session(), energy=typed)) == {"energy"}


def test_amounts_have_the_digits_of_their_currency() -> None:
    assert check(session(), net="4.5", vat="0,99").accepted()["net_minor"] == 450
    yen, dinar = session(currency="JPY"), session(currency="KWD")
    assert (shown(yen, None, "UTC").net, shown(dinar, None, "UTC").net) == ("400", "0.400")
    assert check(yen, net="500").accepted()["net_minor"] == 500
    assert check(dinar, net="1.234").accepted()["net_minor"] == 1234
    for charging, typed in ((session(), "1.234"), (yen, "4.5"), (dinar, "1.2345"), (yen, "-1"), (yen, "")):
        assert refused(check(charging, net=typed)) == {"net"}, typed
    assert refused(check(session(net_minor=None, vat_minor=None), net="1")) == {"vat"}, "both or none"
    assert check(session(net_minor=None, vat_minor=None)).accepted()["net_minor"] is None


def test_a_reason_is_required_and_every_refusal_is_told() -> None:
    checked = check(session(), reason=" ", energy="x", net="y", ended_at="z", driver="d" * 37)
    assert refused(checked) == {"reason", "energy", "net", "ended_at", "driver"}
    assert refused(check(session(), reason="r" * 201)) == {"reason"}
    assert refused(check(session(), pricing="tariff")) == {"pricing"}


def test_an_amount_is_never_dropped_for_that_of_the_tariff() -> None:
    rated = session(tariff={"currency": "EUR"}, rating=[])
    assert check(rated, energy="9").accepted()["pricing"] == "tariff"
    assert refused(check(rated, net="3")) == {"pricing"}
    assert check(rated, net="3", pricing="typed").accepted()["net_minor"] == 300
