"""Forms of signing in."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, EqualTo, Length

from portal.domain.passwords import MAX_LENGTH, MIN_LENGTH


class LoginForm(FlaskForm):  # type: ignore[misc]
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


class PasswordForm(FlaskForm):  # type: ignore[misc]
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
