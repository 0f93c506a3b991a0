"""What charging costs at one's own stations; prices are the CPO's business."""

from flask import Response

from portal.domain.clock import now
from portal.queries import tariffs as query
from portal.web.auth import viewer
from portal.web.lists import export_list, show_list
from portal.web.tariff_lists import tariff_list, tariff_words

from .blueprint import bp


@bp.route("/tariffs/", methods=["GET", "POST"])
def tariffs() -> Response:
    at = now()
    return show_list(
        tariff_list(viewer(), at),
        query.tariffs(viewer()),
        "operator/tariffs/list.html",
        **tariff_words(at),
    )


@bp.get("/tariffs/export.<any(csv,xlsx):kind>")
def tariffs_export(kind: str) -> Response:
    return export_list(tariff_list(viewer(), now()), query.tariffs(viewer()), kind)
