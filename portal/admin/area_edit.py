"""Areas: create and change."""

from flask import flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import Invalid
from portal.domain.text import N_
from portal.extensions import db
from portal.queries import areas as query
from portal.services.areas import AreaData, create_area, update_area
from portal.web.auth import actor, viewer
from portal.web.htmx import go
from portal.web.lookup import found

from .areas import to_change
from .blueprint import bp
from .forms_hardware import AreaForm, NewAreaForm
from .saving import attempt, form_page


@bp.route("/areas/new", methods=["GET", "POST"])
def area_new() -> Response:
    form = NewAreaForm(operator=request.args.get("operator"))
    offered = db.session.scalars(query.assignable_operators(viewer())).all()
    form.operator.choices = [("", _("No operator")), *((each.code, each.name) for each in offered)]
    tried = attempt(form, lambda session: _create(session, form))
    if not tried.done:
        return form_page("admin/areas/form.html", form, tried)
    flash(_("The area is created."), "success")
    return go(url_for(".area", code=tried.value))


@bp.route("/areas/<code>/edit", methods=["GET", "POST"])
def area_edit(code: str) -> Response:
    form = AreaForm(obj=found(db.session.scalar(query.area(viewer(), code))))
    tried = attempt(form, lambda session: _update(session, code, form))
    if not tried.done:
        fresh = found(db.session.scalar(query.area(viewer(), code)))
        return form_page("admin/areas/form.html", form, tried, fresh)
    flash(_("The changes are saved."), "success")
    return go(url_for(".area", code=code.upper()))


def _create(session: Session, form: NewAreaForm) -> str:
    operator = None
    if form.operator.data:
        operator = session.scalar(query.operator(viewer(), form.operator.data))
        if operator is None:
            raise Invalid("operator", N_("Choose an operator from the list."))
    area = create_area(session, form.code.data, _data(form), operator=operator, actor=actor(), at=now())
    return area.code


def _update(session: Session, code: str, form: AreaForm) -> None:
    area = to_change(session, code)
    update_area(session, area, _data(form), version=form.opened_on(), actor=actor(), at=now())


def _data(form: AreaForm) -> AreaData:
    return AreaData(form.name.data, form.address.data, form.city.data, form.country.data)
