"""`portal statements issue|verify`: a month's statements for all operators, and the proof that they still hold."""

import sys
from collections.abc import Iterator
from datetime import date

import click
from sqlalchemy import select

from portal.domain.clock import now
from portal.domain.errors import Invalid, NotFound
from portal.domain.operator_values import month_value
from portal.domain.text import N_, said
from portal.domain.viewer import command_line
from portal.extensions import db
from portal.models import Operator, RunStatus, Statement, StatementRun
from portal.services.statement_proof import Drift, verify
from portal.services.statement_runs import Step, next_step, start_run
from portal.services.statements import issue_statements
from portal.web.statement_mail import notify_issued
from portal.web.transaction import transaction

from .opened import opened_portal

OPERATOR = click.option("--operator", metavar="CODE", help="Of this operator alone.")


@click.group()
def statements() -> None:
    """Issue and verify the statements of operators."""


@statements.command()
@click.option("--month", required=True, metavar="YYYY-MM", help="A month that is over at the operators.")
@OPERATOR
def issue(month: str, operator: str | None) -> None:
    """Issue the statements of a month; a run that was stopped goes on where it was."""
    try:
        first = month_value("month", month)
    except Invalid as error:
        raise click.BadParameter("expected a month such as 2026-09", param_hint="--month") from error
    with opened_portal():
        if operator:
            _issue_one(operator, first)
            return
        sys.exit(1 if _issue_all(first) else 0)


@statements.command("verify")
@OPERATOR
def verify_(operator: str | None) -> None:
    """Recompute every statement from the sessions and name each drift; exit 1 when there is one."""
    with opened_portal():
        checked = drifted = 0
        for one in _operators(operator):
            checked += 1
            drifted += sum(_told(drift) for drift in verify(db.session, one))  # type: ignore[arg-type]
            db.session.expunge_all()
        click.echo(f"operators: {checked}, drifts: {drifted}")
        sys.exit(1 if drifted else 0)


def _issue_one(code: str, month: date) -> None:
    with transaction() as session:
        made = issue_statements(session, _operator(code), month, actor=command_line(), at=now())
        lines = [_line(one) for one in made]
    notify_issued(made)
    click.echo("\n".join(lines) or f"{code.upper()}: nothing to settle")


def _issue_all(month: date) -> int:
    """How many operators were refused."""
    run_id, operators, done = _run(month)
    with click.progressbar(length=operators, label="statements", file=sys.stderr) as bar:
        bar.update(done)
        while (step := _step(run_id)) is not None:
            bar.update(1)
            for one in step:
                click.echo(one)
    with db.session.begin():
        problems = db.session.get_one(StatementRun, run_id).problems
        for problem in problems:
            said_why = said(problem["message"], **problem["params"])
            click.echo(f"{problem['operator']}: {said_why}", err=True)
        return len(problems)


def _run(month: date) -> tuple[int, int, int]:
    """The open run of the month, or a new one: its id, how many operators it has and how many are done."""
    with transaction() as session:
        open_ = (StatementRun.month == month, StatementRun.status != RunStatus.DONE)
        run = session.scalar(select(StatementRun).where(*open_))
        run = run or start_run(session, month, actor=command_line(), at=now())
        return run.id, run.operators, run.done


def _step(run_id: int) -> list[str] | None:
    """What was issued in one transaction; None when the run is done."""
    with transaction() as session:
        step: Step | None = next_step(session, at=now(), run_id=run_id)
        if step is None or step.operator is None:
            return None
        lines = [_line(one) for one in step.issued]
    notify_issued(step.issued)
    return lines


def _operators(code: str | None) -> Iterator[Operator]:
    if code:
        yield _operator(code)
        return
    codes = db.session.scalars(select(Operator.code).order_by(Operator.code)).all()
    yield from (_operator(one) for one in codes)


def _operator(code: str) -> Operator:
    found = db.session.scalar(select(Operator).where(Operator.code == code.upper()))
    if found is None:
        raise NotFound(N_("There is no operator %(code)s."), code=code.upper())
    return found


def _line(one: Statement) -> str:
    return f"{one.number} {one.currency} {one.sessions} sessions, due {one.due_minor} minor units"


def _told(drift: Drift) -> bool:
    """Whether it counts: what the next statement will correct does not."""
    kind = "pending" if drift.pending else "DRIFT"
    click.echo(f"{kind} {drift.number}: {drift.what}")
    return not drift.pending
