"""In which language the portal answers, and how that is said in HTML."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from babel import Locale
from babel.numbers import format_decimal
from flask import has_request_context, request
from flask_babel import force_locale, get_locale, gettext
from flask_login import current_user

from portal.config import LOCALES
from portal.domain.text import Said

from .site import current_site

FALLBACK = Locale("en")


def select_locale() -> str:
    """What the account chose, else what the browser asks for, else what the site speaks.

    The command line is English; what leaves it in another language says so: see `in_locale`.
    """
    if not has_request_context():
        return str(FALLBACK)
    chosen: str | None = getattr(current_user, "locale", None)
    return chosen or asked_locale() or site_locale()


def asked_locale() -> str | None:
    """The first language of the browser's list that the portal speaks, whatever the country: `de-AT` is German."""
    asked = (
        tag.replace("_", "-").partition("-")[0].lower()
        for tag, quality in request.accept_languages
        if quality
    )
    return next((language for language in asked if language in LOCALES), None)


def site_locale() -> str:
    """The language of the site's settings, else that of the environment's."""
    return current_site().locale


@contextmanager
def in_locale(locale: str | None) -> Iterator[None]:
    """Texts and formats inside are in this language, whoever asks; None is the site's. For mails and files."""
    with force_locale(locale or site_locale()):
        yield


def present_locale() -> Locale:
    """The language of this answer."""
    return get_locale() or FALLBACK


def language_tag() -> str:
    """For `<html lang>`, as in BCP 47."""
    return str(present_locale()).replace("_", "-")


def text_direction() -> str:
    """For `<html dir>`."""
    return str(present_locale().text_direction)


def spoken(text: str) -> str:
    """A text of the rooms below in the reader's language; one that is no message stays as it is."""
    if not isinstance(text, Said):
        return str(gettext(text)) if text else ""
    filled = {name: _shown(value) for name, value in text.params.items()}
    message = str(gettext(text.message))
    return message % filled if filled else message


def _shown(value: object) -> object:
    if isinstance(value, Said):
        return spoken(value)
    if isinstance(value, Decimal):
        return format_decimal(value, locale=present_locale(), decimal_quantization=False)
    return value
