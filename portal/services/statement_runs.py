"""Issuing a month for all operators: one operator a transaction, so that a run that was killed simply goes on."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.domain.text import N_
from portal.domain.viewer import Actor
from portal.models import Operator, RunStatus, Statement, StatementRun
from portal.queries import statements as query

from .audit import record
from .statements import issue_statements

OPEN = N_("A run for %(month)s is under way already.")
FUTURE = N_("%(month)s is not over yet.")


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did: whose turn it was (None: the run is done) and what was issued."""

    run: StatementRun
    operator: Operator | None = None
    issued: list[Statement] = field(default_factory=list)


def start_run(session: Session, month: date, *, actor: Actor, at: datetime) -> StatementRun:
    """Ask for the statements of a month of all operators with terms. Raises Invalid (month), Conflict (under way)."""
    if month >= at.date().replace(day=1):
        raise Invalid("month", FUTURE, month=f"{month:%Y-%m}")
    open_ = select(StatementRun.id).where(StatementRun.month == month, StatementRun.status != RunStatus.DONE)
    if session.scalar(open_) is not None:
        raise Conflict(OPEN, month=f"{month:%Y-%m}")
    to_settle = query.operators_to_settle(month).order_by(None).with_only_columns(func.count(Operator.id))
    made = StatementRun(
        month=month,
        operators=session.scalar(to_settle) or 0,
        problems=[],
        started_at=at,
        started_by=actor.label[:254],
    )
    session.add(made)
    record(session, actor, "statement_run.start", made, at=at, name=f"{month:%Y-%m}")
    return made


def next_step(session: Session, *, at: datetime, run_id: int | None = None) -> Step | None:
    """Settle the next operator of the oldest open run (or of this one) that nobody else is at; None: there is none.

    What an operator's statement is refused for is kept with the run; the others go on.
    """
    wanted = query.open_runs() if run_id is None else query.open_runs().where(StatementRun.id == run_id)
    run = session.scalar(wanted.limit(1).execution_options(populate_existing=True))
    if run is None:
        return None
    turn = query.operators_to_settle(run.month).where(Operator.code > run.after_code).limit(1)
    operator = session.scalar(turn)
    if operator is None:
        run.status, run.finished_at = RunStatus.DONE, at
        session.flush()
        return Step(run)
    issued = _try(session, run, operator, at)
    run.status, run.after_code = RunStatus.RUNNING, operator.code
    run.done, run.issued = run.done + 1, run.issued + len(issued)
    session.flush()
    return Step(run, operator, issued)


def _try(session: Session, run: StatementRun, operator: Operator, at: datetime) -> list[Statement]:
    try:
        with session.begin_nested():
            return issue_statements(
                session, operator, run.month, actor=Actor(run.started_by, via="jobs"), at=at
            )
    except (Conflict, Invalid) as refused:
        params = {name: str(value) for name, value in refused.params.items()}
        problem = {"operator": operator.code, "message": refused.message, "params": params}
        run.problems = [*run.problems, problem]
        return []
