"""Areas: the list, one area, and handing it to an operator."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as translate
from flask_babel import lazy_gettext as _
from sqlalchemy import func
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.errors import Conflict, Invalid, PortalError
from portal.domain.text import N_
from portal.extensions import db
from portal.models import Area, Operator, Station
from portal.queries import areas as query
from portal.queries.bulk_effects import handovers, unseen_in
from portal.queries.stations import in_area, stations
from portal.services.areas import assign_area, delete_area
from portal.web.auth import actor, viewer
from portal.web.errors import translated
from portal.web.filters import country_name
from portal.web.htmx import go, page
from portal.web.lists import Column, ListSpec, export_list, flag_filter, show_list
from portal.web.lookup import found
from portal.web.station_lists import operator_filter
from portal.web.transaction import transaction
from portal.web.undo import offer_undo

from .blueprint import bp

NOBODY = "-"  # no code looks like this
SHOWN_STATIONS = 10

SPEC = ListSpec(
    noun="areas",
    columns=(
        Column("name", _("Area"), func.lower(Area.name), lambda row: row.area.name),
        Column("code", _("Code"), Area.code, lambda row: row.area.code),
        Column(
            "operator",
            _("Operator"),
            func.lower(func.coalesce(Operator.name, "")),
            lambda row: row.area.operator.name if row.area.operator else None,
        ),
        Column("city", _("City"), func.lower(func.coalesce(Area.city, "")), lambda row: row.area.city),
        Column("stations", _("Stations"), None, lambda row: row.stations, numeric=True),
        Column(
            "address",
            _("Address"),
            None,
            lambda row: row.area.address,
            shown=False,
            cell=lambda row: row.area.address,
        ),
        Column(
            "country",
            _("Country"),
            func.coalesce(Area.country, ""),
            lambda row: row.area.country,
            shown=False,
            cell=lambda row: row.area.country and country_name(row.area.country),
        ),
        Column(
            "operator_code",
            _("Operator code"),
            None,
            lambda row: row.area.operator.code if row.area.operator else None,
            shown=False,
            cell=lambda row: row.area.operator.code if row.area.operator else None,
        ),
        Column(
            "created_at", _("Created"), Area.created_at, shown=False, cell=lambda row: row.area.created_at
        ),
        Column(
            "updated_at", _("Changed"), Area.updated_at, shown=False, cell=lambda row: row.area.updated_at
        ),
    ),
    identity=Area.id,
    default_sort="name",
    filters=(
        operator_filter(),
        flag_filter(
            "assigned",
            _("Assignment"),
            Area.operator_id.is_not(None),
            _("With an operator"),
            _("Without an operator"),
        ),
    ),
    search=Area.search,
    search_label=_("Search by name, code or city"),
    row=lambda row: query.AreaRow(row[0], row[1]),
)


@bp.route("/areas/", methods=["GET", "POST"])
def areas() -> Response:
    stmt = query.areas_with_counts(viewer())
    return show_list(SPEC, stmt, "admin/areas/list.html", jobs=assignees())


@bp.get("/areas/export.<any(csv,xlsx):kind>")
def areas_export(kind: str) -> Response:
    return export_list(SPEC, query.areas_with_counts(viewer()), kind)


@bp.get("/areas/<code>/")
def area(code: str) -> Response:
    return _area_page(code)


@bp.post("/areas/<code>/delete")
def area_delete(code: str) -> BaseResponse:
    try:
        with transaction() as session:
            delete_area(session, to_change(session, code), actor=actor(), at=now())
    except Conflict as error:
        return _area_page(code, refusal=error, http_status=409)
    flash(translate("Area %(code)s is deleted.", code=code.upper()), "success")
    return go(url_for(".areas"))


@bp.get("/areas/<code>/assign")
def area_assign(code: str) -> Response:
    """Choose an operator, and read what that would change."""
    return _assign_page(code, request.args.get("operator"))


@bp.post("/areas/<code>/assign")
def area_assign_now(code: str) -> BaseResponse:
    chosen = request.form.get("operator", "")
    try:
        with transaction() as session:
            subject = to_change(session, code)
            seen = request.form.get("version", 0, type=int) if "version" in request.form else None
            event = assign_area(
                session, subject, chosen_operator(chosen), actor=actor(), at=now(), version=seen
            )
    except (Invalid, Conflict) as error:
        return _assign_page(code, chosen, error)
    flash(translate("The operator of the area is changed."), "success")
    offer_undo(event)
    return go(url_for(".area", code=code.upper()))


def to_change(session: Session, code: str) -> Area:
    """The area, locked until the transaction ends."""
    return found(session.scalar(query.area(viewer(), code).with_for_update(of=Area)))


def assignees() -> list[tuple[str, str]]:
    """Whom areas can be given to, nobody first: code and words."""
    offered = db.session.scalars(query.assignable_operators(viewer()))
    return [(NOBODY, translate("No operator")), *((each.code, each.name) for each in offered)]


def _area_page(code: str, refusal: Conflict | None = None, http_status: int = 200) -> Response:
    subject = found(db.session.scalar(query.area(viewer(), code)))
    total, hidden = db.session.execute(query.station_numbers(subject)).one()
    some = in_area(stations(viewer()), subject.code).order_by(func.lower(Station.name)).limit(SHOWN_STATIONS)
    return page(
        "admin/areas/details.html",
        http_status=http_status,
        area=subject,
        total=total,
        hidden=hidden,
        stations=db.session.scalars(some).all(),
        refusal=refusal,
    )


def _assign_page(code: str, choice: str | None, error: PortalError | None = None) -> Response:
    """`choice` is an operator's code, NOBODY, or nothing yet."""
    subject = found(db.session.scalar(query.area(viewer(), code)))
    offered = db.session.scalars(query.assignable_operators(viewer())).all()
    target = next((operator for operator in offered if operator.code == choice), None)
    known = target is not None or choice == NOBODY
    same = known and (target.id if target else None) == subject.operator_id
    return page(
        "admin/areas/assign.html",
        fragment="consequence",
        http_status=200 if error is None else 409 if isinstance(error, Conflict) else 422,
        area=subject,
        offered=offered,
        nobody=NOBODY,
        choice=choice,
        target=target,
        same=same,
        handovers=handovers(db.session(), Area.id == subject.id, target, now()) if known else [],
        unseen=unseen_in(db.session(), Station.area_id == subject.id, target, now()),
        error=translated(error) if error else None,
    )


def chosen_operator(code: str, field: str = "operator") -> Operator | None:
    """The operator that was chosen; one that is not active is refused by the service."""
    if code == NOBODY:
        return None
    operator = db.session.scalar(query.operator(viewer(), code))
    if operator is None:
        raise Invalid(field, N_("Choose an operator from the list."))
    return operator
