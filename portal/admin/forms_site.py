"""The form of the site's settings: it parses and shows every refusal at once; the service checks again."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext as translate
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, FileField, SelectField

from portal.domain.checking import Checked
from portal.domain.errors import Invalid
from portal.domain.images import MAX_BYTES, picture_type
from portal.domain.operator_values import Raw
from portal.domain.site_values import FIELDS, check_site
from portal.models import MailSecurity
from portal.services.site import Logo
from portal.web.forms import attach

from .forms_operator import StepForm, figure_field, text_field

LANGUAGES = {"en": "English", "de": "Deutsch"}
SECURITY = {
    MailSecurity.STARTTLS.value: _("STARTTLS"),
    MailSecurity.TLS.value: _("TLS"),
    MailSecurity.NONE.value: _("None"),
}
PLAIN = {"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}


class SiteForm(StepForm):
    saved: Sequence[str] = FIELDS
    checks: Sequence[Callable[[Raw], Checked]] = (check_site,)

    name = text_field(_("Name"), 100, required=True)
    logo = FileField(_("Logo"), render_kw={"accept": "image/png,image/jpeg,image/webp"})
    remove_logo = BooleanField(_("Remove the present logo"))
    locale = SelectField(_("Language"), validate_choice=False)
    timezone = text_field(_("Timezone"), 64, spellcheck="false")
    currency = text_field(_("Currency"), 3, spellcheck="false")
    energy_step_wh = figure_field(_("Energy step delta"))
    idle_timeout_min = figure_field(_("Idle session"))
    monetary_session_limit = figure_field(_("Monetary session limit"))
    mail_host = text_field(_("Server"), 253, **PLAIN)
    mail_port = figure_field(_("Port"))
    mail_security = SelectField(
        _("Encryption"), choices=lambda: list(SECURITY.items()), validate_choice=False
    )
    mail_user = text_field(_("User"), 254, **PLAIN)
    mail_from = text_field(_("Mails come from"), 254, type="email", **PLAIN)
    tile_url = text_field(_("Address of the tiles"), 500, **PLAIN)
    tile_attribution = text_field(_("Attribution"), 300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.locale.choices = [("", translate("As the environment says")), *LANGUAGES.items()]
        self.chosen_logo = Logo()

    def validate(self, extra_validators: Any = None) -> bool:
        """Reads the picture too, no further than one byte beyond what is allowed."""
        good = super().validate(extra_validators)
        upload = self.logo.data
        content = upload.read(MAX_BYTES + 1) if upload else b""
        self.chosen_logo = Logo(content or None, remove=bool(self.remove_logo.data))
        try:
            if content:
                picture_type("logo", content)
        except Invalid as error:
            attach(self, error)
            return False
        return good
