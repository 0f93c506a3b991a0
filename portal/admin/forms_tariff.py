"""Forms of tariffs: they parse, show every refusal at once, and rate the example; the service checks again."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import SelectField

from portal.domain.checking import Checked
from portal.domain.errors import Invalid
from portal.domain.operator_values import Raw
from portal.domain.rating import Prices, Rated, rate
from portal.domain.tariff_values import FIELDS, PERIOD, check_prices, check_tariff
from portal.domain.values import decimal_value
from portal.web.tariff_lists import SCOPES, SITE

from .forms_operator import StepForm, figure_field, text_field

MINUTES = Decimal(10_000)


class TariffForm(StepForm):
    """What a tariff costs, and a session to try it on (`example_…`: never saved)."""

    saved: Sequence[str] = (*FIELDS, *PERIOD)
    checks: Sequence[Callable[[Raw], Checked]] = (check_tariff,)

    name = text_field(_("Name"), 100, required=True, autocomplete="off")
    currency = text_field(_("Currency"), 3, required=True, spellcheck="false")
    price_per_kwh = figure_field(_("Price per kWh"))
    price_per_session = figure_field(_("Price per session"))
    price_per_hour = figure_field(_("Price per hour of charging"))
    price_per_idle_hour = figure_field(_("Price per hour of idling"))
    vat_percent = figure_field(_("VAT"))
    step_wh = figure_field(_("Billed in steps of"))
    max_price = figure_field(_("Maximum price of a session"))
    valid_from = text_field(_("Applies from"), 20, type="datetime-local")
    valid_to = text_field(_("Applies until"), 20, type="datetime-local")
    example_kwh = figure_field(_("Energy"), default="22")
    example_charging = figure_field(_("Charging"), default="90")
    example_idle = figure_field(_("Idle"), default="30")

    def previews(self) -> bool:
        """Whether it was sent only to work out the example."""
        return request.method == "POST" and request.form.get("go") == "example"

    def example(self) -> tuple[Prices, Rated] | None:
        """The example session rated at what is typed; None while some of that is no number."""
        try:
            prices = Prices(**check_prices(self.raw()).accepted())
            kwh, charging, idle = (
                decimal_value(name, self[name].data, least=Decimal(0), most=MINUTES, places=3) or Decimal(0)
                for name in ("example_kwh", "example_charging", "example_idle")
            )
        except Invalid:
            return None
        return prices, rate(prices, int(kwh * 1000), int(charging * 60), int(idle * 60))


class NewTariffForm(TariffForm):
    """With what the tariff is for; that never changes afterwards."""

    scope = SelectField(_("For"), choices=lambda: list(SCOPES.items()), default=SITE, validate_choice=False)
    place = text_field(_("Its code"), 36, autocomplete="off", spellcheck="false", autocapitalize="characters")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.scope.data not in SCOPES:
            self.scope.data = SITE
