"""Members of one's own private network."""

from flask import Response, url_for
from werkzeug.wrappers import Response as BaseResponse

from portal.ingest.uploads import as_csv, read_member_upload
from portal.queries.members import network_owner
from portal.web import members as page
from portal.web import members_bulk, members_dates, members_upload
from portal.web.auth import viewer

from .blueprint import bp

bp.url_value_preprocessor(members_upload.take_large_files)


@bp.route("/members/", methods=["GET", "POST"])
def members() -> Response:
    return page.members_page(_network())


@bp.get("/members/export.<any(csv,xlsx):kind>")
def members_export(kind: str) -> Response:
    return page.export_members(_network(), kind)


@bp.post("/members/<number>/grant")
def grant_member(number: str) -> BaseResponse:
    return members_dates.grant_member(_network(), number)


@bp.post("/members/<number>/revoke")
def revoke_member(number: str) -> BaseResponse:
    return page.revoke_member(_network(), number)


@bp.route("/members/<number>/dates", methods=["GET", "POST"])
def member_dates(number: str) -> BaseResponse:
    return members_dates.dates_page(_network(), number)


@bp.get("/members/<number>/history")
def member_history(number: str) -> Response:
    return members_dates.history_page(_network(), number)


@bp.post("/members/bulk")
def members_change() -> BaseResponse:
    return members_bulk.change_many(_network())


@bp.route("/members/import", methods=["GET", "POST"])
def members_import() -> BaseResponse:
    return members_upload.upload_page(_network())


@bp.get("/members/import/<upload_id>")
def members_import_check(upload_id: str) -> BaseResponse:
    return members_upload.check_page(_network(), upload_id)


@bp.post("/members/import/<upload_id>")
def members_import_take(upload_id: str) -> BaseResponse:
    return members_upload.take_in(_network(), upload_id)


def _network() -> page.Network:
    return page.Network(
        owner=network_owner(viewer()),
        layout="layouts/operator.html",
        endpoint="operator.members",
        link=lambda name, **values: url_for(f"operator.{name}", **values),
        plain=as_csv,
        read=read_member_upload,
    )
