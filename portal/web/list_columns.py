"""Which columns a list shows: those of its address, else those that the account remembers, else the spec's."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import abort
from flask_babel import gettext as _

from portal.domain.errors import Invalid
from portal.domain.text import N_
from portal.extensions import db
from portal.queries.saved_views import kept_columns

from .auth import viewer
from .errors import answer, translated
from .filters import local_time, number
from .list_specs import Column, ListSpec

PARAMETER = "columns"


def default_columns(spec: ListSpec) -> tuple[str, ...]:
    return tuple(column.key for column in spec.columns if column.shown)


def picked_columns(spec: ListSpec, wanted: Sequence[str]) -> tuple[str, ...]:
    """The wanted columns in the list's order, the first one among them. Raises Invalid for one not offered."""
    offered = [column.key for column in spec.columns if column.offered]
    if set(wanted) - set(offered):
        raise Invalid(PARAMETER, N_("Expected some of: %(offered)s."), offered=", ".join(offered))
    return tuple(key for key in offered if key in wanted or key == offered[0])


def columns_of_address(spec: ListSpec, text: str) -> tuple[str, ...]:
    """What `columns=a,b` in an address asks for; one that is not offered ends the request with 422."""
    try:
        return picked_columns(spec, [key for key in text.split(",") if key])
    except Invalid as error:
        abort(answer(422, f"{error.field}: {translated(error)}"))


def remembered_columns(spec: ListSpec, endpoint: str) -> tuple[str, ...]:
    """What the account chose for this list; columns that there are no longer are passed over."""
    kept: dict[str, Any] = db.session.scalar(kept_columns(viewer().account_id)) or {}
    chosen = kept.get(endpoint)
    if not isinstance(chosen, list):
        return default_columns(spec)
    return picked_columns(
        spec, [column.key for column in spec.columns if column.offered and column.key in chosen]
    )


class Cell:
    """The cell of a column that the template does not draw itself."""

    def __init__(self, column: Column, row: Any) -> None:
        self.column = column
        self.value = column.cell(row) if column.cell else None

    @property
    def instant(self) -> bool:
        return isinstance(self.value, datetime)

    @property
    def text(self) -> str:
        """In the reader's language and zone; empty where there is nothing."""
        if self.value is None or self.value == "":
            return ""
        if isinstance(self.value, bool):
            return str(_("Yes") if self.value else _("No"))
        if isinstance(self.value, datetime):
            return local_time(self.value)
        return number(self.value) if isinstance(self.value, int | Decimal) else str(self.value)
