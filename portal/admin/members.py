"""Members of an operator's private network, managed by the CPO."""

from flask import Response, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from portal.queries.members import network_owner
from portal.services import memberships
from portal.web.auth import viewer
from portal.web.members import Network, change_member, export_members, members_page

from .blueprint import bp


@bp.route("/operators/<code>/members/", methods=["GET", "POST"])
def operator_members(code: str) -> Response:
    return members_page(_network(code))


@bp.get("/operators/<code>/members/export.<any(csv,xlsx):kind>")
def operator_members_export(code: str, kind: str) -> Response:
    return export_members(_network(code), kind)


@bp.post("/operators/<code>/members/<number>/grant")
def grant_member(code: str, number: str) -> BaseResponse:
    return change_member(_network(code), number, memberships.grant, _back(code))


@bp.post("/operators/<code>/members/<number>/revoke")
def revoke_member(code: str, number: str) -> BaseResponse:
    return change_member(_network(code), number, memberships.revoke, _back(code))


def _network(code: str) -> Network:
    return Network(
        owner=network_owner(viewer(), code),
        layout="layouts/admin.html",
        endpoint="admin.operator_members",
        member_url=lambda verb, number: url_for(
            f"admin.{verb}_member", code=code, number=number, q=request.args.get("q") or None
        ),
        crumbs=lambda operator: [
            (url_for("admin.operators"), _("Operators")),
            (url_for("admin.operator", code=operator.code), operator.name),
        ],
    )


def _back(code: str) -> str:
    return url_for("admin.operator_members", code=code, q=request.args.get("q") or None)
