"""What all forms share."""

from typing import Any

from flask_wtf import FlaskForm

from portal.domain.errors import Invalid

from .errors import translated


def attach(form: FlaskForm, error: Invalid) -> None:
    """Show a refusal beside the field that it names, or above the form when there is none of that name."""
    field: Any = getattr(form, error.field, None)
    if field is None or not hasattr(field, "errors"):
        form.form_errors.append(translated(error))
    else:
        field.errors = [*field.errors, translated(error)]
