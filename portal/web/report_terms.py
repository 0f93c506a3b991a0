"""The versions of an operator's terms in time, the same for admins and operators."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _

from portal.extensions import db
from portal.models import Operator, Terms
from portal.queries.terms import versions


class TermsState(StrEnum):
    PAST = "past"
    CURRENT = "current"
    FUTURE = "future"


TERMS_STATES = {
    TermsState.PAST: _("Over"),
    TermsState.CURRENT: _("In force"),
    TermsState.FUTURE: _("To come"),
}
TERMS_TONES = {TermsState.PAST: "neutral", TermsState.CURRENT: "success", TermsState.FUTURE: "info"}


@dataclass(frozen=True, slots=True)
class Version:
    """A version with a day of the last month in which it holds (None: until further notice).

    `used_by` is the number of a statement that it was used by: then it never changes.
    """

    terms: Terms
    last: date | None
    state: TermsState
    used_by: str | None

    @property
    def month(self) -> str:
        """As addresses name it."""
        return f"{self.terms.effective_from:%Y-%m}"


def timeline(operator: Operator, at: datetime) -> list[Version]:
    """Its versions, the latest first; which one is in force is a matter of its own calendar."""
    today = at.astimezone(ZoneInfo(operator.timezone)).date()
    found = []
    after: date | None = None
    for terms, used_by in reversed(db.session.execute(versions(operator)).all()):
        last = after - timedelta(days=1) if after else None
        state = TermsState.FUTURE if terms.effective_from > today else TermsState.CURRENT
        if after and after <= today:
            state = TermsState.PAST
        found.append(Version(terms, last, state, used_by))
        after = terms.effective_from
    return found
