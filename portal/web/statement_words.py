"""Statements in words: kinds, statuses, lines, and what a run could not do."""

from typing import Any

from flask_babel import lazy_gettext as _

from portal.domain.text import said
from portal.models import RunStatus, Statement, StatementKind, StatementLineKind, StatementStatus

from .locale import spoken

OPEN, PART = "open", "part"
ISSUED, PAID, CREDITED = (status.value for status in StatementStatus)
STATES = {
    OPEN: _("Open"),
    PART: _("Partly paid"),
    ISSUED: _("Issued"),
    PAID: _("Paid"),
    CREDITED: _("Credited"),
}
KINDS = {StatementKind.STATEMENT.value: _("Statement"), StatementKind.CREDIT.value: _("Credit")}
LINE_KINDS = {
    StatementLineKind.SESSION.value: _("Session"),
    StatementLineKind.LATE.value: _("Late session"),
    StatementLineKind.CORRECTION.value: _("Correction"),
    StatementLineKind.CREDIT.value: _("Taken back"),
}
LINE_TONES = {
    StatementLineKind.LATE.value: "warning",
    StatementLineKind.CORRECTION.value: "info",
    StatementLineKind.CREDIT.value: "danger",
}
RUN_STATES = {
    RunStatus.WAITING.value: _("Waiting"),
    RunStatus.RUNNING.value: _("Under way"),
    RunStatus.DONE.value: _("Done"),
}


def state_label(statement: Statement, paid: int) -> Any:
    """The status with what was paid so far in mind."""
    if statement.status is StatementStatus.PAID and not paid:
        return _("Nothing to pay")
    part = statement.status is StatementStatus.ISSUED and paid
    return STATES[PART] if part else STATES[statement.status.value]


def state_tone(statement: Statement, paid: int) -> str:
    if statement.status is StatementStatus.ISSUED:
        return "warning" if paid else "info"
    return "success" if statement.status is StatementStatus.PAID else "neutral"


def problem_words(problem: dict[str, Any]) -> str:
    """Why a run issued nothing for an operator."""
    return spoken(said(problem["message"], **problem["params"]))
