"""What all forms share."""

from typing import Any

from flask_babel import gettext
from flask_wtf import FlaskForm

from portal.domain.errors import Invalid
from portal.domain.text import N_

from .errors import translated

NUMBER = N_("Expected a number such as 12.50.")
CHOICE = N_("Choose one from the list.")
# What WTForms says by itself, in the words of the portal.
OWN_WORDS = {
    "Not a valid integer value.": N_("Expected a whole number."),
    "Not a valid decimal value.": NUMBER,
    "Not a valid float value.": NUMBER,
    "Not a valid choice.": CHOICE,
    "Invalid Choice: could not coerce.": CHOICE,
    "This field is required.": N_("Please fill this in."),
    "Field must be at least %(min)d characters long.": N_("Use at least %(min)d characters."),
    "Field cannot be longer than %(max)d characters.": N_("Use at most %(max)d characters."),
    "Field must be between %(min)d and %(max)d characters long.": N_("Use %(min)d to %(max)d characters."),
}


class Words:
    """WTForms' messages by way of our catalogue; it fills in their figures afterwards."""

    def gettext(self, text: str) -> str:
        return str(gettext(OWN_WORDS.get(text, text)))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(plural)


class Form(FlaskForm):  # type: ignore[misc]
    """A form that speaks the reader's language."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def get_translations(self, form: FlaskForm) -> Words:
            return Words()


def attach(form: FlaskForm, error: Invalid) -> None:
    """Show a refusal beside the field that it names, or above the form when there is none of that name."""
    field: Any = getattr(form, error.field, None)
    if field is None or not hasattr(field, "errors"):
        form.form_errors.append(translated(error))
    else:
        field.errors = [*field.errors, translated(error)]
