"""Delete an operator that nothing refers to; otherwise say what does and what to do about it."""

from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.domain.clock import now
from portal.domain.errors import Conflict
from portal.extensions import db
from portal.models import Operator
from portal.queries.operators import one_operator
from portal.services.operators import blockers_of, delete_operator
from portal.web.auth import actor, viewer
from portal.web.errors import translated
from portal.web.htmx import go, page
from portal.web.lookup import found
from portal.web.transaction import transaction

from .blueprint import bp


@bp.get("/operators/<code>/delete")
def operator_delete(code: str) -> Response:
    return _page(found(db.session.scalar(one_operator(viewer(), code))))


@bp.post("/operators/<code>/delete")
def delete_this_operator(code: str) -> Response:
    try:
        with transaction() as session:
            operator = found(session.scalar(one_operator(viewer(), code).with_for_update()))
            delete_operator(session, operator, actor=actor(), at=now())
    except Conflict as error:
        return _page(found(db.session.scalar(one_operator(viewer(), code))), error)
    flash(_("Operator %(code)s is deleted. Its code stays taken.", code=code.upper()), "success")
    return go(url_for(".operators"))


def _page(operator: Operator, error: Conflict | None = None) -> Response:
    blockers = [_shown(each, operator) for each in blockers_of(db.session(), operator)]
    problem = translated(error) if error else None
    status = 409 if error else 200
    context: dict[str, Any] = {"operator": operator, "blockers": blockers, "problem": problem}
    return page("admin/operators/delete.html", http_status=status, **context)


def _shown(blocker: Any, operator: Operator) -> dict[str, Any]:
    labels = {
        "areas": _("Areas"),
        "accounts": _("Logins"),
        "memberships": _("Memberships, ended ones included"),
        "sessions": _("Charging sessions"),
        "statements": _("Statements"),
        "tariffs": _("Tariffs"),
    }
    links = {
        "areas": url_for("admin.areas", operator=operator.code),
        "accounts": url_for("admin.accounts", operator=operator.code),
        "memberships": url_for("admin.operator_members", code=operator.code),
        "sessions": url_for("admin.sessions", operator=operator.code),
        "statements": url_for("admin.statements", operator=operator.code),
        "tariffs": url_for("admin.tariffs", operator=operator.code),
    }
    noun = blocker.noun
    return {"label": labels[noun], "count": blocker.count, "remedy": _(blocker.remedy), "url": links[noun]}
