"""Forms of drivers, tokens and logins: they parse; the services check."""

from flask_babel import lazy_gettext as _
from wtforms import EmailField, SelectField, StringField, TelField

from portal.models import Role, TokenKind

from .forms_hardware import CODE_LENGTHS, REQUIRED, VersionedForm

KIND_LABELS = {TokenKind.RFID.value: _("RFID card"), TokenKind.APP.value: _("App")}
ROLE_LABELS = {
    Role.ADMIN.value: _("CPO admin"),
    Role.OPERATOR.value: _("Operator user"),
    Role.DRIVER.value: _("Driver"),
}
EMAIL_LENGTHS = {"maxlength": 254, "autocomplete": "off", "spellcheck": "false"}
TOKEN_LENGTHS = {"maxlength": 36, "autocomplete": "off", "spellcheck": "false"}


class DriverForm(VersionedForm):
    name = StringField(_("Name"), [REQUIRED], render_kw={"maxlength": 100})
    email = EmailField(_("Email"), render_kw=EMAIL_LENGTHS)
    phone = TelField(_("Phone number"), render_kw={"maxlength": 40})
    country = SelectField(_("Country of the phone number"), validate_choice=False)


class NewDriverForm(DriverForm):
    number = StringField(_("Driver number"), [REQUIRED], render_kw=CODE_LENGTHS)
    token_uid = StringField(_("Token"), render_kw=TOKEN_LENGTHS)


class TokenForm(VersionedForm):
    uid = StringField(_("Token"), [REQUIRED], render_kw=TOKEN_LENGTHS)
    kind = SelectField(_("Kind"), choices=lambda: list(KIND_LABELS.items()))


class AccountForm(VersionedForm):
    name = StringField(_("Name"), render_kw={"maxlength": 100})
    role = SelectField(_("Role"), choices=lambda: list(ROLE_LABELS.items()))
    operator = StringField(_("Operator code"), render_kw=CODE_LENGTHS)
    driver = StringField(_("Driver number"), render_kw=CODE_LENGTHS)


class NewAccountForm(AccountForm):
    email = EmailField(_("Email"), [REQUIRED], render_kw=EMAIL_LENGTHS)
