"""The one place that turns refusals into a page, a fragment or problem+json."""

from typing import Any

from flask import Flask, Response, current_app, jsonify, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, default_exceptions

from portal.domain.clock import now
from portal.domain.errors import Conflict, Forbidden, Invalid, NotFound, PortalError, TooMany
from portal.extensions import db
from portal.services.audit import record_event

from .auth import actor, forget_for_this_request, viewer
from .htmx import page
from .locale import spoken
from .transaction import transaction

STATUS: dict[type[PortalError], int] = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
}
RETRY_SECONDS = 5


def init_app(app: Flask) -> None:
    app.register_error_handler(PortalError, refused)
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(InterfaceError, database_away)
    app.register_error_handler(PoolTimeout, database_away)
    app.register_error_handler(IntegrityError, raced)
    app.register_error_handler(DataError, unreadable)
    app.register_error_handler(UnicodeEncodeError, unreadable)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, crashed)


def translated(error: PortalError) -> str:
    """The refusal in the reader's language."""
    return spoken(str(error))


def refused(error: PortalError) -> Response:
    db.session.rollback()
    status = STATUS[type(error)]
    if isinstance(error, Forbidden):
        _note_denied()
    if isinstance(error, Invalid) and (request.method == "GET" or error.field in request.args):
        status = 400  # a damaged address, not a form to mend
    text = translated(error)
    response = answer(status, f"{error.field}: {text}" if isinstance(error, Invalid) else text)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _note_denied() -> None:
    """Who tried what, in a transaction of its own; the refusal is given even where it cannot be written down."""
    tried = f"{request.method} {request.path}"
    try:
        with transaction() as session:
            record_event(
                session, actor(), "request.denied", tried, at=now(), operator_id=viewer().operator_id
            )
    except Exception:
        current_app.logger.exception("a denied attempt was not recorded")
        db.session.remove()


def form_expired(error: CSRFError) -> Response:
    return answer(
        400, _("This form has expired or came from another site. Reload the page and send it again.")
    )


def raced(error: IntegrityError) -> Response:
    db.session.rollback()
    return answer(
        409, _("Somebody else changed this at the same moment. Look at its present state and try again.")
    )


def unreadable(error: DataError | UnicodeEncodeError) -> Response:
    """A value that no row can have, such as a NUL in an address: nothing is there."""
    db.session.rollback()
    return answer(404, MESSAGES[404]()) if request.method in ("GET", "HEAD") else answer(400, MESSAGES[400]())


def database_away(error: DBAPIError) -> Response:
    db.session.remove()
    forget_for_this_request()
    current_app.logger.error("database unavailable: %s", error.__class__.__name__)
    response = answer(
        503, _("The database does not answer at the moment. Please try again in a few seconds.")
    )
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def http_error(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if status < 400:
        return error  # a redirect
    response = answer(status, MESSAGES.get(status, lambda: default_exceptions[status].description or "")())
    if status == 405 and (allowed := getattr(error, "valid_methods", None)):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def crashed(error: Exception) -> Response:
    """A fault of ours: logged with its traceback, told without it."""
    current_app.logger.exception("unhandled error")
    db.session.remove()
    forget_for_this_request()
    return answer(500, _("Something went wrong on our side. It was noted; please try again."))


def answer(status: int, message: str) -> Response:
    """The refusal in the shape that the caller reads."""
    title = TITLES.get(status, TITLES[400])()
    if request.path.startswith("/api/") or request.path.endswith(".json"):
        body: dict[str, Any] = {
            "type": f"/problems/{status}",
            "title": title,
            "status": status,
            "detail": message,
        }
        response = jsonify(body)
        response.status_code = status
        response.mimetype = "application/problem+json"
        response.headers["Cache-Control"] = "no-store"
        return response
    return page(
        "shared/error.html",
        fragment="fragment",
        http_status=status,
        code=status,
        title=title,
        message=message,
    )


TITLES = {
    400: lambda: _("This request could not be understood"),
    401: lambda: _("Please sign in"),
    403: lambda: _("Not allowed"),
    404: lambda: _("Not found"),
    405: lambda: _("Not possible here"),
    409: lambda: _("Not possible as things stand"),
    413: lambda: _("Too large"),
    422: lambda: _("Please check your entries"),
    429: lambda: _("Too many tries"),
    500: lambda: _("Something went wrong"),
    503: lambda: _("Back in a moment"),
}
MESSAGES = {
    400: lambda: _("What you sent holds characters that the portal cannot read."),
    404: lambda: _("There is nothing at this address, or it is not for you to see."),
    405: lambda: _("This address does not take this kind of request."),
    413: lambda: _("What you sent is larger than the portal accepts."),
}
