"""Forms of areas, stations, chargers and connectors: they parse; the services check."""

from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as translate
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DecimalField,
    FloatField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import NumberInput

from portal.domain.connectors import choices as standards
from portal.domain.geography import countries
from portal.models import CurrentType, StationStatus
from portal.web.forms import Form
from portal.web.station_lists import STATUS_LABELS

REQUIRED = InputRequired(_("Please fill this in."))
CODE_LENGTHS = {"maxlength": 36, "autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}


class VersionedForm(Form):
    """Knows on which version of its subject it was opened, and its countries."""

    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "country" in self:
            self.country.choices = [("", "–"), *countries(str(get_locale() or "en"))]

    def opened_on(self) -> int:
        """The present version where none is sent; 0, which no version is, for anything but a number."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class AreaForm(VersionedForm):
    name = StringField(_("Name"), [REQUIRED], render_kw={"maxlength": 100})
    address = StringField(_("Address"), render_kw={"maxlength": 200})
    city = StringField(_("City"), render_kw={"maxlength": 100})
    country = SelectField(_("Country"), validate_choice=False)


class NewAreaForm(AreaForm):
    code = StringField(_("Code"), [REQUIRED], render_kw=CODE_LENGTHS)
    operator = SelectField(_("Operator"), validate_choice=False)


class StationForm(VersionedForm):
    name = StringField(_("Name"), [REQUIRED], render_kw={"maxlength": 200})
    area = StringField(_("Area"), [REQUIRED], render_kw=CODE_LENGTHS)
    latitude = FloatField(_("Latitude"), [REQUIRED], widget=NumberInput(step="any"))
    longitude = FloatField(_("Longitude"), [REQUIRED], widget=NumberInput(step="any"))
    address = StringField(_("Address"), render_kw={"maxlength": 200})
    city = StringField(_("City"), render_kw={"maxlength": 100})
    state = StringField(_("State"), render_kw={"maxlength": 100})
    zip = StringField(_("Zip code"), render_kw={"maxlength": 20})
    country = SelectField(_("Country"), validate_choice=False)
    opening_hours = StringField(_("Opening hours"), render_kw={"maxlength": 500})
    status = SelectField(
        _("Status"), choices=lambda: list(STATUS_LABELS.items()), default=StationStatus.AVAILABLE.value
    )
    energy_step_wh = IntegerField(_("Energy step delta"), [Optional()], widget=NumberInput(step=1, min=1))
    idle_timeout_min = IntegerField(_("Idle session"), [Optional()], widget=NumberInput(step=1, min=0))
    monetary_session_limit = DecimalField(
        _("Monetary session limit"), [Optional()], places=None, widget=NumberInput(step="any", min=0)
    )

    def chosen_status(self) -> StationStatus:
        return StationStatus(self.status.data)


def _charger_uid() -> StringField:
    return StringField(_("Charger"), [REQUIRED, Length(max=36)], render_kw={"maxlength": 36})


def _current() -> RadioField:
    kinds = [(CurrentType.AC.value, _("AC")), (CurrentType.DC.value, _("DC"))]
    return RadioField(_("Current"), choices=lambda: kinds, default=CurrentType.AC.value)


def _kilowatts() -> DecimalField:
    return DecimalField(_("Power"), [Optional()], places=None, widget=NumberInput(step="any", min=0))


class NewStationForm(StationForm):
    """A station, and its first charger and connector where a standard is chosen."""

    code = StringField(_("Code"), [REQUIRED], render_kw=CODE_LENGTHS)
    visible = BooleanField(_("Visible to everybody on the map"), default=True)
    uid = StringField(_("Charger"), default="1", render_kw={"maxlength": 36})
    current_type = _current()
    number = IntegerField(_("Connector number"), [Optional()], default=1, widget=NumberInput(step=1, min=1))
    standard = SelectField(_("Connector standard"), validate_choice=False)
    max_kw = _kilowatts()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standard.choices = [("", translate("Add the hardware later")), *_standard_choices()]


class ChargerForm(Form):
    uid = _charger_uid()
    current_type = _current()


class ConnectorForm(Form):
    number = IntegerField(_("Connector number"), [REQUIRED], widget=NumberInput(step=1, min=1))
    standard = SelectField(_("Connector standard"), [REQUIRED], validate_choice=False)
    max_kw = _kilowatts()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.standard.choices = _standard_choices()


def _standard_choices() -> list[tuple[str, str]]:
    return [(name, translate(label)) for name, label in standards()]
