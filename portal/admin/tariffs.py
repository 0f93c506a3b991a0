"""Tariffs: the list, and ending one."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from portal.domain.clock import now
from portal.models import Tariff
from portal.queries import tariffs as query
from portal.services.tariffs import end_tariff
from portal.web.auth import actor, viewer
from portal.web.htmx import go
from portal.web.lists import export_list, show_list
from portal.web.lookup import found, row_id
from portal.web.tariff_lists import tariff_list, tariff_words
from portal.web.transaction import transaction

from .blueprint import bp


@bp.route("/tariffs/", methods=["GET", "POST"])
def tariffs() -> Response:
    at = now()
    return show_list(
        tariff_list(viewer(), at),
        query.tariffs(viewer()),
        "admin/tariffs/list.html",
        **tariff_words(at),
    )


@bp.get("/tariffs/export.<any(csv,xlsx):kind>")
def tariffs_export(kind: str) -> Response:
    return export_list(tariff_list(viewer(), now()), query.tariffs(viewer()), kind)


@bp.post("/tariffs/<int:tariff_id>/end")
def tariff_end(tariff_id: int) -> BaseResponse:
    version = request.form.get("version", 0, type=int)
    with transaction() as session:
        end_tariff(session, tariff_to_change(session, tariff_id), version=version, actor=actor(), at=now())
    flash(_("The tariff applies no more. Sessions that began before keep its prices."), "success")
    return go(url_for(".tariffs"))


def tariff_to_change(session: Session, tariff_id: int) -> Tariff:
    """The tariff, locked until the transaction ends."""
    one = query.one_tariff(viewer(), row_id(tariff_id))
    return found(session.scalar(one.with_for_update(of=Tariff)))
