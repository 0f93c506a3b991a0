"""The form of a version of an operator's terms."""

from collections.abc import Callable, Sequence

from portal.domain.checking import Checked
from portal.domain.operator_values import TERMS, Raw, check_terms

from .forms_operator import EnvironmentForm, StepForm


class TermsForm(StepForm):
    """Prices, percentage and the month in which they begin: the fields of the environment step."""

    saved: Sequence[str] = TERMS
    checks: Sequence[Callable[[Raw], Checked]] = (check_terms,)

    price_per_kwh_ac = EnvironmentForm.price_per_kwh_ac
    price_per_kwh_dc = EnvironmentForm.price_per_kwh_dc
    price_per_session = EnvironmentForm.price_per_session
    price_per_hour = EnvironmentForm.price_per_hour
    share_percent = EnvironmentForm.share_percent
    reimbursement_first = EnvironmentForm.reimbursement_first
    effective_from = EnvironmentForm.effective_from
