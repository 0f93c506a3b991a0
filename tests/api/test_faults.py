"""Sessions over a bad line, the server killed in the middle: what the portal knows is what the meters measured."""

from random import SystemRandom

from sqlalchemy import Engine

from tests.support.fault_run import fault_run

SESSIONS = 100


def test_totals_are_the_meters_own(database_url: str, engine: Engine) -> None:
    seed = SystemRandom().randrange(10**6)
    outcome = fault_run(database_url, engine, sessions=SESSIONS, seed=seed)
    assert outcome.sessions == SESSIONS
