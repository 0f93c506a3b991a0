"""Members of an operator's private network, managed by the CPO."""

from flask import Response, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from portal.ingest.uploads import as_csv, read_member_upload
from portal.queries.members import network_owner
from portal.web import members as page
from portal.web import members_bulk, members_dates, members_upload
from portal.web.auth import viewer

from .blueprint import bp

bp.url_value_preprocessor(members_upload.take_large_files)


@bp.route("/operators/<code>/members/", methods=["GET", "POST"])
def operator_members(code: str) -> Response:
    return page.members_page(_network(code))


@bp.get("/operators/<code>/members/export.<any(csv,xlsx):kind>")
def operator_members_export(code: str, kind: str) -> Response:
    return page.export_members(_network(code), kind)


@bp.post("/operators/<code>/members/<number>/grant")
def grant_member(code: str, number: str) -> BaseResponse:
    return members_dates.grant_member(_network(code), number)


@bp.post("/operators/<code>/members/<number>/revoke")
def revoke_member(code: str, number: str) -> BaseResponse:
    return page.revoke_member(_network(code), number)


@bp.route("/operators/<code>/members/<number>/dates", methods=["GET", "POST"])
def member_dates(code: str, number: str) -> BaseResponse:
    return members_dates.dates_page(_network(code), number)


@bp.get("/operators/<code>/members/<number>/history")
def member_history(code: str, number: str) -> Response:
    return members_dates.history_page(_network(code), number)


@bp.post("/operators/<code>/members/bulk")
def members_change(code: str) -> BaseResponse:
    return members_bulk.change_many(_network(code))


@bp.route("/operators/<code>/members/import", methods=["GET", "POST"])
def members_import(code: str) -> BaseResponse:
    return members_upload.upload_page(_network(code))


@bp.get("/operators/<code>/members/import/<upload_id>")
def members_import_check(code: str, upload_id: str) -> BaseResponse:
    return members_upload.check_page(_network(code), upload_id)


@bp.post("/operators/<code>/members/import/<upload_id>")
def members_import_take(code: str, upload_id: str) -> BaseResponse:
    return members_upload.take_in(_network(code), upload_id)


def _network(code: str) -> page.Network:
    return page.Network(
        owner=network_owner(viewer(), code),
        layout="layouts/admin.html",
        endpoint="admin.operator_members",
        link=lambda name, **values: url_for(f"admin.{name}", code=code, **values),
        plain=as_csv,
        read=read_member_upload,
        crumbs=lambda operator: [
            (url_for("admin.operators"), _("Operators")),
            (url_for("admin.operator", code=operator.code), operator.name),
        ],
    )
