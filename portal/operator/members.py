"""Members of one's own private network."""

from flask import Response, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from portal.queries.members import network_owner
from portal.services import memberships
from portal.web.auth import viewer
from portal.web.members import Network, change_member, export_members, members_page

from .blueprint import bp


@bp.route("/members/", methods=["GET", "POST"])
def members() -> Response:
    return members_page(_network())


@bp.get("/members/export.<any(csv,xlsx):kind>")
def members_export(kind: str) -> Response:
    return export_members(_network(), kind)


@bp.post("/members/<number>/grant")
def grant_member(number: str) -> BaseResponse:
    return change_member(_network(), number, memberships.grant, _back())


@bp.post("/members/<number>/revoke")
def revoke_member(number: str) -> BaseResponse:
    return change_member(_network(), number, memberships.revoke, _back())


def _network() -> Network:
    return Network(
        owner=network_owner(viewer()),
        layout="layouts/operator.html",
        endpoint="operator.members",
        member_url=lambda verb, number: url_for(
            f"operator.{verb}_member", number=number, q=request.args.get("q") or None
        ),
    )


def _back() -> str:
    return url_for("operator.members", q=request.args.get("q") or None)
