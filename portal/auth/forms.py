"""Forms of signing in."""

from flask_babel import lazy_gettext as _
from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from portal.domain.passwords import MAX_LENGTH, MIN_LENGTH
from portal.models import Theme
from portal.web.forms import Form

LANGUAGES = {"": _("As my browser asks"), "en": "English", "de": "Deutsch"}
THEMES = {
    Theme.AUTO.value: _("As my system is set"),
    Theme.LIGHT.value: _("Light"),
    Theme.DARK.value: _("Dark"),
}


class LoginForm(Form):
    email = EmailField(
        _("Email"),
        [DataRequired(_("Enter your email address.")), Length(max=254)],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        _("Password"),
        [DataRequired(_("Enter your password.")), Length(max=MAX_LENGTH)],
        render_kw={"autocomplete": "current-password"},
    )


class ForgotForm(Form):
    email = EmailField(
        _("Email"),
        [DataRequired(_("Enter your email address.")), Length(max=254)],
        render_kw={"autocomplete": "username", "autofocus": True},
    )


class ProfileForm(Form):
    name = StringField(_("Name"), render_kw={"maxlength": 100, "autocomplete": "name"})
    locale = SelectField(_("Language"), choices=lambda: list(LANGUAGES.items()), validate_choice=False)
    theme = SelectField(_("Colours"), choices=lambda: list(THEMES.items()), validate_choice=False)


class PasswordForm(Form):
    password = PasswordField(
        _("New password"),
        [DataRequired(_("Enter a password.")), Length(MIN_LENGTH, MAX_LENGTH)],
        render_kw={"autocomplete": "new-password"},
    )
    repeat = PasswordField(
        _("New password again"),
        [EqualTo("password", _("The two passwords differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(PasswordForm):
    present = PasswordField(
        _("Present password"),
        [DataRequired(_("Enter your present password.")), Length(max=MAX_LENGTH)],
        render_kw={"autocomplete": "current-password"},
    )
