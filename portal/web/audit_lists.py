"""The list of audit events, the same for admins and operators; which rows is the query's business."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response
from flask_babel import lazy_gettext as _
from sqlalchemy import Row, func

from portal.domain.viewer import Viewer
from portal.models import AuditEvent
from portal.queries import audit as query
from portal.queries.paging import AnySelect
from portal.services.audit import REDACTED, SECRET

from .audit_words import ACTIONS, SUBJECTS, action_label, field_label, subject_label, value_label
from .auth import viewer
from .list_specs import Column, Filter, ListSpec, choice_filter, day_filters, text_filter
from .lists import export_list, show_list


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An event as a template reads it."""

    event: AuditEvent
    operator_code: str | None

    @property
    def action(self) -> Any:
        return action_label(self.event.action)

    @property
    def subject_type(self) -> Any:
        return subject_label(self.event.subject_type)

    @property
    def changes(self) -> list[tuple[Any, Any, Any]]:
        """(field, before, after) in words, for ui.diff."""
        before, after = _redacted(self.event.before), _redacted(self.event.after)
        return [
            (field_label(name), value_label(before.get(name)), value_label(after.get(name)))
            for name in dict.fromkeys([*before, *after])
        ]


def audit_row(row: Row[*tuple[Any, ...]]) -> AuditRow:
    """From a row of queries/audit.py."""
    return AuditRow(row[0], row[1])


def audit_list(reader: Viewer) -> ListSpec:
    """Columns and filters for this reader, rows are AuditRow.

    Days are those of the reader's zone; only admins see operators and addresses.
    """
    admins_only = ("operator_code", "address")
    return ListSpec(
        noun="audit",
        columns=[column for column in _columns() if reader.is_admin or column.key not in admins_only],
        identity=AuditEvent.id,
        default_sort="-at",
        filters=_filters(reader),
        search=func.lower(AuditEvent.subject),
        search_label=_("Search by code, number or email of what was changed"),
        row=audit_row,
    )


def _columns() -> list[Column]:
    return [
        Column("at", _("When"), AuditEvent.id),
        Column("occurred_at", "", None, lambda row: row.event.at, shown=False),
        Column("actor", _("Who"), func.lower(AuditEvent.actor), lambda row: row.event.actor),
        Column("via", "", None, lambda row: row.event.via, shown=False),
        Column("address", _("From where"), None, lambda row: row.event.address),
        Column("action", _("What"), AuditEvent.action, lambda row: row.event.action),
        Column("subject_type", "", None, lambda row: row.event.subject_type, shown=False),
        Column("subject", _("On what"), func.lower(AuditEvent.subject), lambda row: row.event.subject),
        Column("operator_code", _("Operator"), None, lambda row: row.operator_code),
        Column("before", "", None, lambda row: _json(row.event.before), shown=False),
        Column("after", "", None, lambda row: _json(row.event.after), shown=False),
    ]


def _filters(reader: Viewer) -> list[Filter]:
    found = [
        *day_filters(AuditEvent.at, reader.zone),
        text_filter("actor", _("Who"), query.by_actor),
        Filter("action", _("What"), tuple(ACTIONS.items()), _with_action),
        choice_filter("subject_type", _("Kind"), AuditEvent.subject_type, tuple(SUBJECTS.items())),
    ]
    if reader.is_admin:
        found.append(text_filter("operator", _("Operator code"), query.for_operator))
    return found


def _with_action(stmt: AnySelect, action: str) -> AnySelect:
    """Any action: the trail may hold some that have no words here."""
    return stmt.where(AuditEvent.action == action)


def _redacted(values: dict[str, Any] | None) -> dict[str, Any]:
    """Secrets never get into the trail; should one have, it does not get out."""
    return {name: REDACTED if name in SECRET and value else value for name, value in (values or {}).items()}


def _json(values: dict[str, Any] | None) -> str:
    return json.dumps(_redacted(values), ensure_ascii=False) if values else ""


def audit_page(
    layout: str, stmt: AnySelect | None = None, crumbs: Sequence[tuple[str, str]] = ()
) -> Response:
    """The trail that the viewer may read, or a part of it (`stmt` from queries/audit.py)."""
    wanted = query.audit_events(viewer()) if stmt is None else stmt
    return show_list(audit_list(viewer()), wanted, "shared/audit_list.html", layout=layout, crumbs=crumbs)


def export_audit(kind: str, stmt: AnySelect | None = None) -> Response:
    wanted = query.audit_events(viewer()) if stmt is None else stmt
    return export_list(audit_list(viewer()), wanted, kind)
