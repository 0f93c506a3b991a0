"""Phone numbers, kept as typed and beside that in E.164 so that they can be dialled and compared; email."""

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from .errors import Invalid
from .text import N_
from .values import text_value

MAX_LENGTH = 40


def phone_value(field: str, text: str | None, country: str | None) -> tuple[str | None, str | None]:
    """The number as typed and in E.164; `country` (ISO 3166 alpha-2) is where a number without + belongs.

    Raises Invalid on `field`.
    """
    raw = text_value(field, text, MAX_LENGTH)
    if raw is None:
        return None, None
    try:
        number = phonenumbers.parse(raw, country)
    except phonenumbers.NumberParseException:
        number = None
    # Possible instead of valid: new number ranges open faster than the list of them is updated.
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid(
            field, N_("Expected a number such as +386 1 234 5678; one without + needs the country.")
        )
    return raw, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_country(e164: str | None) -> str | None:
    """The country (ISO 3166 alpha-2) that a number belongs to, where it tells."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(e164)) if e164 else None


def email_value(field: str, text: str | None) -> str | None:
    """A deliverable-looking address in lower case; blank means none. Raises Invalid on `field`."""
    if not (text or "").strip():
        return None
    try:
        return validate_email((text or "").strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Invalid(field, N_("Expected an email address such as name@example.com.")) from None
