"""Operators: the list, one operator, its trail, its status."""

from operator import attrgetter
from typing import Any

from flask import Response, flash, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import func
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.settings import effective_settings
from portal.extensions import db
from portal.models import Operator, OperatorStatus
from portal.queries import operators as query
from portal.services.operators import set_status
from portal.web.audit_lists import audit_page, audit_row, export_audit
from portal.web.auth import actor, viewer
from portal.web.filters import country_name
from portal.web.htmx import go, page
from portal.web.list_specs import Column, Filter, ListSpec, choice_filter
from portal.web.lists import export_list, show_list
from portal.web.lookup import found
from portal.web.navigation import site
from portal.web.report_terms import TERMS_STATES, TERMS_TONES, timeline
from portal.web.transaction import transaction

from .blueprint import bp

STATUS_LABELS = {
    OperatorStatus.ACTIVE: _("Active"),
    OperatorStatus.DISABLED: _("Disabled"),
    OperatorStatus.ARCHIVED: _("Archived"),
}
STATUS_OF = {
    "enable": OperatorStatus.ACTIVE,
    "restore": OperatorStatus.ACTIVE,
    "disable": OperatorStatus.DISABLED,
    "archive": OperatorStatus.ARCHIVED,
}
SHOWN = 10


def _text(key: str, label: Any, shown: bool = True) -> Column:
    column = getattr(Operator, key)
    folded = func.lower(func.coalesce(column, ""))
    value = attrgetter(f"Operator.{key}")
    return Column(key, label, folded, value, shown=shown, cell=None if shown else value)


def _kept(key: str, label: Any) -> Column:
    """A column that is offered, and stands in no file."""
    column = getattr(Operator, key)
    sort = column if key.endswith("_at") else func.lower(func.coalesce(column, ""))
    return Column(key, label, sort, shown=False, cell=attrgetter(f"Operator.{key}"))


def _present(name: str, label: Any, words: Any = str) -> Filter:
    """A choice among the values that operators have."""
    column = getattr(Operator, name)

    def choices() -> list[tuple[str, Any]]:
        values = db.session.scalars(query.present_values(viewer(), column))
        return sorted(((value, words(value)) for value in values), key=lambda choice: str(choice[1]))

    return Filter(name, label, choices, lambda stmt, value: stmt.where(column == value))


SPEC = ListSpec(
    noun="operators",
    columns=[
        _text("name", _("Name")),
        _text("code", _("Code")),
        _text("organization", _("Organization"), shown=False),  # stands beneath the name
        _text("country", _("Country")),
        _text("city", _("City"), shown=False),  # stands beneath the country
        _text("timezone", _("Timezone")),
        Column("status", _("Status"), Operator.status, lambda row: row.Operator.status),
        Column("areas", _("Areas"), query.AREA_COUNT, lambda row: row.areas, numeric=True),
        Column("stations", _("Stations"), query.STATION_COUNT, lambda row: row.stations, numeric=True),
        *(_kept(key, label) for key, label in (("phone", _("Phone")), ("address", _("Address")))),
        *(_kept(key, label) for key, label in (("zip", _("Zip code")), ("currency", _("Currency")))),
        *(_kept(key, label) for key, label in (("created_at", _("Created")), ("updated_at", _("Changed")))),
    ],
    identity=Operator.id,
    default_sort="name",
    filters=[
        choice_filter(
            "status",
            _("Status"),
            Operator.status,
            [(each.value, label) for each, label in STATUS_LABELS.items()],
        ),
        _present("country", _("Country"), country_name),
        _present("timezone", _("Timezone")),
    ],
    search=Operator.search,
    search_label=_("Search by name, code, organization or city"),
    row=lambda row: row,
)


@bp.route("/operators/", methods=["GET", "POST"])
def operators() -> Response:
    drafts = [each for each in db.session.scalars(query.drafts_of(viewer())) if each.data]
    stmt = query.operators_with_counts(viewer())
    return show_list(SPEC, stmt, "admin/operators/list.html", drafts=drafts, labels=STATUS_LABELS)


@bp.get("/operators/export.<any(csv,xlsx):kind>")
def operators_export(kind: str) -> Response:
    return export_list(SPEC, query.operators_with_counts(viewer()), kind)


@bp.get("/operators/<code>/")
def operator(code: str) -> Response:
    one = found(db.session.scalar(query.one_operator(viewer(), code)))
    return page(
        "admin/operators/details.html",
        operator=one,
        status_label=STATUS_LABELS[one.status],
        settings=effective_settings(site(), one),
        **_belongings(one),
    )


@bp.get("/operators/<code>/archive")
def operator_archive(code: str) -> Response:
    one = found(db.session.scalar(query.one_operator(viewer(), code)))
    return page("admin/operators/archive.html", operator=one)


@bp.get("/operators/<code>/audit/export.<any(csv,xlsx):kind>")
def operator_audit_export(code: str, kind: str) -> Response:
    one = found(db.session.scalar(query.one_operator(viewer(), code)))
    return export_audit(kind, query.operator_trail(viewer(), one))


@bp.route("/operators/<code>/audit", methods=["GET", "POST"])
def operator_audit(code: str) -> Response:
    one = found(db.session.scalar(query.one_operator(viewer(), code)))
    crumbs = [(url_for(".operators"), gettext("Operators")), (url_for(".operator", code=one.code), one.name)]
    return audit_page("layouts/admin.html", query.operator_trail(viewer(), one), crumbs)


@bp.post("/operators/<code>/<any(enable,disable,archive,restore):verb>")
def operator_status(code: str, verb: str) -> BaseResponse:
    with transaction() as session:
        one = found(session.scalar(query.one_operator(viewer(), code).with_for_update()))
        set_status(session, one, STATUS_OF[verb], actor=actor(), at=now())
    flash(_said(verb, one.code), "success")
    return go(url_for(".operator", code=one.code))


def _belongings(one: Operator) -> dict[str, Any]:
    """What the page shows beside the fields; each a query of its own, none per row."""
    at, session = now(), db.session
    return {
        "counts": query.OperatorCounts(*session.execute(query.operator_counts(one, at)).one()),
        "areas": session.execute(query.operator_areas(one).limit(SHOWN)).all(),
        "accounts": session.scalars(query.operator_accounts(one).limit(SHOWN)).all(),
        "versions": timeline(one, at),
        "terms_states": TERMS_STATES,
        "terms_tones": TERMS_TONES,
        "events": [audit_row(row) for row in session.execute(query.operator_trail(viewer(), one, SHOWN))],
        "at": at,
    }


def _said(verb: str, code: str) -> str:
    if verb == "disable":
        return str(gettext("Operator %(code)s is disabled: its users are signed out.", code=code))
    if verb == "archive":
        return str(gettext("Operator %(code)s is archived: read only, and no longer offered.", code=code))
    return str(gettext("Operator %(code)s is active again.", code=code))
