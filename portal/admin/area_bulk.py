"""Several areas at once: given to an operator or to nobody, after a look at what that means for whom."""

from flask import Response, flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, and_, func, select
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.errors import Conflict, Invalid, PortalError
from portal.extensions import db
from portal.models import Area, Operator, Station
from portal.queries import areas as query
from portal.queries.bulk_effects import handovers, unseen_in
from portal.services.area_bulk import area_fingerprint, assign_many
from portal.web.auth import actor, viewer
from portal.web.bulk import Chosen, chosen, nothing_chosen
from portal.web.errors import translated
from portal.web.filters import number
from portal.web.htmx import go, page
from portal.web.transaction import transaction
from portal.web.undo import offer_undo

from .areas import SPEC, assignees, chosen_operator
from .blueprint import bp


@bp.get("/areas/bulk")
def areas_bulk() -> BaseResponse:
    rows = _chosen()
    return nothing_chosen(rows) or _page(rows, _target())


@bp.post("/areas/bulk")
def areas_bulk_apply() -> BaseResponse:
    if empty := nothing_chosen(_chosen()):
        return empty
    try:
        with transaction() as session:
            rows, seen = _chosen(), request.form.get("seen", "")
            event = assign_many(session, rows.stmt, _target(), seen=seen, actor=actor(), at=now())
    except (Conflict, Invalid) as error:
        return _page(_chosen(), _target(), error)
    count = event.after["areas"] if event else 0
    done = ngettext(
        "%(count)s area is assigned.", "%(count)s areas are assigned.", count, count=number(count)
    )
    flash(done if count else _("Nothing was to be changed."), "success")
    offer_undo(event)
    return go(rows.back)


def _chosen() -> Chosen:
    stmt = query.areas_with_counts(viewer())
    return chosen(SPEC, stmt, Area.code, "admin.areas", key=lambda row: int(row.area.id))


def _target() -> Operator | None:
    return chosen_operator(request.args.get("to", ""), field="to")


def _among(rows: Chosen) -> ColumnElement[bool]:
    ids = rows.stmt.with_only_columns(Area.id, maintain_column_froms=True)
    return Area.id.in_(ids.order_by(None))


def _page(rows: Chosen, target: Operator | None, error: PortalError | None = None) -> Response:
    changing = and_(_among(rows), Area.operator_id.is_distinct_from(target.id if target else None))
    counted = select(func.count(), func.count().filter(changing)).select_from(Area).where(_among(rows))
    total, number_changing = db.session.execute(counted).one()
    stations = Station.area_id.in_(select(Area.id).where(changing))
    return page(
        "admin/areas/bulk.html",
        http_status=200 if error is None else 409 if isinstance(error, Conflict) else 422,
        rows=rows,
        target=target,
        total=total,
        changing=number_changing,
        handovers=handovers(db.session(), changing, target, now()),
        unseen=unseen_in(db.session(), stations, target, now()),
        seen=area_fingerprint(db.session(), rows.stmt, target),
        offered=assignees(),
        error=translated(error) if error else None,
    )
