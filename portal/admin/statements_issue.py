"""Issuing statements: the draft of one operator's month, or a run over all operators."""

from datetime import date
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.days import next_month
from portal.domain.errors import Conflict, Invalid
from portal.domain.operator_values import month_value
from portal.extensions import db
from portal.models import RunStatus, Statement, StatementRun
from portal.queries import statement_lists as query
from portal.queries.operators import one_operator, operators
from portal.queries.statements import runs
from portal.services.statement_runs import start_run
from portal.services.statements import issue_statements
from portal.web.auth import actor, viewer
from portal.web.errors import translated
from portal.web.filters import local_month
from portal.web.htmx import go, page
from portal.web.lookup import found, row_id
from portal.web.statement_draft import DraftView
from portal.web.statement_mail import notify_issued
from portal.web.statement_view import explain
from portal.web.statement_words import LINE_KINDS, LINE_TONES, RUN_STATES, problem_words
from portal.web.transaction import transaction

from .blueprint import bp

SHOWN_RUNS, MONTHS = 10, 24
STILL = 60  # seconds after which a run that is not done is said to need the jobs


@bp.get("/statements/new")
def statement_new() -> Response:
    month, code = _month(request.args.get("month")), request.args.get("operator", "").strip()
    return _page(month, code, _draft(month, code) if code else None)


@bp.post("/statements/new")
def statement_issue() -> BaseResponse:
    month, code = month_value("month", request.form.get("month")), request.form.get("operator", "")
    try:
        made = _issue(month, code)
    except (Conflict, Invalid) as error:
        return _page(month, code, _draft(month, code), translated(error), 409)
    if not made:
        return _page(month, code, _draft(month, code), _("There is nothing to settle in this month."), 409)
    notify_issued(made)
    count = ngettext("The statement is issued.", "%(num)s statements are issued.", len(made))
    flash(count, "success")
    return go(url_for(".statement", number=made[0].number))


@bp.post("/statements/runs/")
def statement_run_start() -> BaseResponse:
    month = month_value("month", request.form.get("month"))
    try:
        with transaction() as session:
            run_id = start_run(session, month, actor=actor(), at=now()).id
    except (Conflict, Invalid) as error:
        return _page(month, "", None, translated(error), 409)
    return go(url_for(".statement_run", run_id=run_id))


@bp.get("/statements/runs/<int:run_id>/")
def statement_run(run_id: int) -> Response:
    run = found(db.session.scalar(query.one_run(viewer(), row_id(run_id))))
    return page("admin/statements/run.html", fragment="progress", **_of_run(run))


def _issue(month: date, code: str) -> list[Statement]:
    with transaction() as session:
        operator = found(session.scalar(one_operator(viewer(), code)))
        return issue_statements(session, operator, month, actor=actor(), at=now())


def _page(
    month: date, code: str, draft: DraftView | None, problem: str | None = None, status: int = 200
) -> Response:
    return page(
        "admin/statements/new.html",
        fragment="draft",
        http_status=status,
        month=month,
        code=code,
        draft=draft,
        problem=problem,
        months=_months(month),
        operators=db.session.scalars(operators(viewer()).order_by("code")).all(),
        runs=db.session.scalars(runs(viewer()).limit(SHOWN_RUNS)).all(),
        to_settle=_to_settle(db.session(), month),
        run_states=RUN_STATES,
        explain=explain,
        line_kinds=LINE_KINDS,
        line_tones=LINE_TONES,
    )


def _draft(month: date, code: str) -> DraftView:
    operator = found(db.session.scalar(one_operator(viewer(), code)))
    return DraftView(db.session(), operator, month, now())


def _to_settle(session: Session, month: date) -> int:
    return session.scalar(query.how_many_to_settle(month)) or 0


def _month(text: str | None) -> date:
    """What the address names, else the last whole month."""
    return month_value("month", text) if text else next_month(now().date(), -1)


def _months(chosen: date) -> list[tuple[str, str]]:
    """The last two years and what was chosen, the latest first."""
    present = now().date()
    offered = {next_month(present, -back) for back in range(MONTHS)} | {chosen}
    return [(f"{month:%Y-%m}", local_month(month)) for month in sorted(offered, reverse=True)]


def _of_run(run: StatementRun) -> dict[str, Any]:
    moving = run.status is not RunStatus.DONE
    idle = moving and (now() - run.started_at).total_seconds() > STILL
    problems = [(each["operator"], problem_words(each)) for each in run.problems]
    return {"run": run, "moving": moving, "idle": idle, "problems": problems, "run_states": RUN_STATES}
