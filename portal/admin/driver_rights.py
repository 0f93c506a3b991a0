"""What a driver may ask the CPO for: a copy of all its data, and to be forgotten."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.domain.errors import Conflict, Invalid, PortalError
from portal.extensions import db
from portal.queries import drivers as query
from portal.services.driver_rights import anonymise, held
from portal.web.auth import actor, viewer
from portal.web.driver_files import driver_archive
from portal.web.errors import translated
from portal.web.htmx import go, page
from portal.web.lookup import found
from portal.web.transaction import transaction

from .blueprint import bp
from .drivers import to_change


@bp.get("/drivers/<number>/all-data.zip")
def driver_all_data(number: str) -> Response:
    return driver_archive(query.driver(viewer(), number))


@bp.get("/drivers/<number>/anonymise")
def driver_anonymise(number: str) -> Response:
    """What would go, and what would stay."""
    return _preview(number)


@bp.post("/drivers/<number>/anonymise")
def driver_anonymise_now(number: str) -> BaseResponse:
    typed = request.form.get("number", "")
    try:
        with transaction() as session:
            anonymise(session, to_change(session, number), typed, actor=actor(), at=now())
    except (Conflict, Invalid) as error:
        return _preview(number, typed, error)
    flash(_("The driver is anonymised."), "success")
    return go(url_for(".driver", number=number.upper()))


def _preview(number: str, typed: str = "", error: PortalError | None = None) -> Response:
    subject = found(db.session.scalar(query.driver(viewer(), number)))
    return page(
        "admin/drivers/anonymise.html",
        http_status=200 if error is None else 409 if isinstance(error, Conflict) else 422,
        driver=subject,
        held=held(db.session(), subject),
        typed=typed,
        wrong=translated(error) if isinstance(error, Invalid) else None,
        refusal=translated(error) if isinstance(error, Conflict) else None,
    )
