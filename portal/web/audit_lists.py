"""The list of audit events, the same for admins and operators; which rows is the query's business."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, url_for
from flask_babel import lazy_gettext as _
from sqlalchemy import Row, func

from portal.domain.errors import Invalid
from portal.domain.viewer import Viewer
from portal.extensions import db
from portal.models import AuditEvent
from portal.queries import audit as query
from portal.queries.paging import AnySelect, capped_count
from portal.services.audit import REDACTED, SECRET

from .audit_values import value_words
from .audit_words import ACTIONS, GROUPS, SUBJECTS, VIAS, action_label, field_label, subject_label
from .auth import viewer
from .htmx import page
from .list_specs import Column, Filter, ListSpec, choice_filter, day_filters, text_filter
from .lists import export_list, show_list
from .lookup import found, row_id


@dataclass(frozen=True, slots=True)
class AuditRow:
    """An event as a template reads it."""

    event: AuditEvent
    operator_code: str | None
    names: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def action(self) -> Any:
        return action_label(self.event.action)

    @property
    def via(self) -> Any:
        return VIAS.get(self.event.via, self.event.via)

    @property
    def subject_type(self) -> Any:
        return subject_label(self.event.subject_type)

    @property
    def changes(self) -> list[tuple[Any, Any, Any]]:
        """(field, before, after) in words, for ui.diff."""
        before, after = redacted(self.event.before), redacted(self.event.after)
        return [
            (
                field_label(name),
                value_words(name, before.get(name), self.names),
                value_words(name, after.get(name), self.names),
            )
            for name in dict.fromkeys([*before, *after])
        ]


def audit_row(row: Row[*tuple[Any, ...]]) -> AuditRow:
    """From a row of queries/audit.py."""
    return AuditRow(row[0], row[1])


def audit_list(reader: Viewer) -> ListSpec:
    """Columns and filters for this reader, rows are AuditRow.

    Days are those of the reader's zone; only admins see operators and addresses.
    """
    admins_only = ("operator_code", "address", "request_id")
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
        Column(
            "via", _("Way"), AuditEvent.via, lambda row: row.event.via, shown=False, cell=lambda row: row.via
        ),
        Column("address", _("From where"), None, lambda row: row.event.address),
        Column("action", _("What"), AuditEvent.action, lambda row: row.event.action),
        Column("subject_type", "", None, lambda row: row.event.subject_type, shown=False),
        Column("subject", _("On what"), func.lower(AuditEvent.subject), lambda row: row.event.subject),
        Column("operator_code", _("Operator"), None, lambda row: row.operator_code),
        Column("request_id", _("Request"), None, shown=False, cell=lambda row: row.event.request_id),
        Column("number", _("Entry"), None, shown=False, cell=lambda row: row.event.id, numeric=True),
        Column("before", "", None, lambda row: _json(row.event.before), shown=False),
        Column("after", "", None, lambda row: _json(row.event.after), shown=False),
    ]


def _filters(reader: Viewer) -> list[Filter]:
    offered = [
        *day_filters(AuditEvent.at, reader.zone),
        text_filter("actor", _("Who"), query.by_actor),
        Filter("group", _("Group"), tuple((key, label) for key, (label, _p) in GROUPS.items()), _in_group),
        Filter("action", _("What"), tuple(ACTIONS.items()), _with_action),
        choice_filter("subject_type", _("Kind"), AuditEvent.subject_type, tuple(SUBJECTS.items())),
        choice_filter("via", _("Way"), AuditEvent.via, tuple(VIAS.items())),
        text_filter("viewed_as", _("Map viewed as"), query.viewed_as),
        Filter("parent", _("Parts of entry"), (), _part_of, kind="hidden"),
    ]
    if reader.is_admin:
        offered.append(text_filter("operator", _("Operator code"), query.for_operator))
    return offered


def _in_group(stmt: AnySelect, group: str) -> AnySelect:
    if group not in GROUPS:
        raise Invalid("group", "Expected one of: %(offered)s.", offered=", ".join(GROUPS))
    return query.in_group(stmt, GROUPS[group][1])


def _part_of(stmt: AnySelect, number: str) -> AnySelect:
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise Invalid("parent", "Expected the number of an audit entry.")
    return query.part_of(stmt, int(number))


def _with_action(stmt: AnySelect, action: str) -> AnySelect:
    """Any action: the trail may hold some that have no words here."""
    return stmt.where(AuditEvent.action == action)


def redacted(values: dict[str, Any] | None) -> dict[str, Any]:
    """Secrets never get into the trail; should one have, it does not get out."""
    return {name: REDACTED if name in SECRET and value else value for name, value in (values or {}).items()}


def _json(values: dict[str, Any] | None) -> str:
    return json.dumps(redacted(values), ensure_ascii=False) if values else ""


def audit_page(
    layout: str, stmt: AnySelect | None = None, crumbs: Sequence[tuple[str, str]] = ()
) -> Response:
    """The trail that the viewer may read, or a part of it (`stmt` from queries/audit.py)."""
    wanted = query.audit_events(viewer()) if stmt is None else stmt
    template = "shared/audit_list.html"
    return show_list(
        audit_list(viewer()), wanted, template, layout=layout, crumbs=crumbs, event_url=event_url
    )


def export_audit(kind: str, stmt: AnySelect | None = None) -> Response:
    wanted = query.audit_events(viewer()) if stmt is None else stmt
    return export_list(audit_list(viewer()), wanted, kind)


def event_page(layout: str, event_id: int) -> Response:
    """One entry with all that it says, the bulk change that it is a part of, and the number of its own parts."""
    reader, session = viewer(), db.session()
    row = found(session.execute(query.audit_event(reader, row_id(event_id))).first())
    event = row[0]
    parent = session.execute(query.audit_event(reader, event.parent_id)).first() if event.parent_id else None
    return page(
        "shared/audit_event.html",
        layout=layout,
        row=AuditRow(event, row[1], query.names_of(session, reader, event)),
        parent=audit_row(parent) if parent else None,
        parts=capped_count(session, query.parts_of(reader, event.id)),
        event_url=event_url,
        list_url=url_for(".audit"),
        parts_url=url_for(".audit", parent=event.id),
    )


def event_url(event_id: int) -> str:
    """Where one entry stands on this surface."""
    return url_for(".audit_event", event_id=event_id)
