"""The wizard's last step: every value, and where those that were left empty come from."""

from flask import Response

from portal.domain.errors import Conflict
from portal.domain.operator_values import check_code, check_details, check_environment, check_terms
from portal.domain.settings import effective_settings
from portal.models import Operator, OperatorDraft, Terms
from portal.web.errors import translated
from portal.web.htmx import page
from portal.web.navigation import site

TEMPLATE = "admin/operators/wizard_summary.html"


def summary_page(draft: OperatorDraft, error: Conflict | None = None) -> Response:
    """What the draft will make; at 409 with the reason why it did not yet."""
    operator, terms = preview(draft)
    return page(
        TEMPLATE,
        http_status=409 if error else 200,
        step="summary",
        draft=draft,
        operator=operator,
        terms=terms,
        settings=effective_settings(site(), operator),
        key_last4=draft.data.get("key", {}).get("last4"),
        problem=translated(error) if error else None,
    )


def preview(draft: OperatorDraft) -> tuple[Operator, Terms | None]:
    """The operator and terms that a finished draft stands for; belonging to no session."""
    details, environment = draft.data.get("operator", {}), draft.data.get("environment", {})
    values = {**check_code(details).values, **check_details(details).values}
    operator = Operator(**values, **check_environment(environment).values)
    terms = check_terms(environment).values
    return operator, Terms(**terms, currency=operator.currency) if terms else None
