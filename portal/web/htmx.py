"""The only file that knows whether a request came from HTMX: page, fragment, redirect."""

import json
from typing import Any

from flask import Flask, Response, make_response, redirect, render_template
from htmx_flask import Htmx, request
from jinja2_fragments.flask import render_block
from werkzeug.wrappers import Response as BaseResponse

from .addresses import safe_next

extension = Htmx()


def init_app(app: Flask) -> None:
    extension.init_app(app)


def wants_fragment() -> bool:
    """An HTMX swap; boosted and history-restoring requests want whole pages."""
    asked = request.htmx
    return bool(asked) and not asked.boosted and not asked.history_restore_request


def page(template: str, fragment: str | None = None, http_status: int = 200, **context: Any) -> Response:
    """The template, or only its block `fragment` when HTMX asks. One URL has both, so neither is cached."""
    if fragment is not None and wants_fragment():
        body = render_block(template, fragment, **context)
    else:
        body = render_template(template, **context)
    response = make_response(body, http_status)
    response.headers["Vary"] = "Accept-Language, HX-Request"
    response.headers["Cache-Control"] = "no-store"
    return response


def changed(template: str, fragment: str, location: str, **context: Any) -> BaseResponse:
    """After a POST: the changed piece in its new state where HTMX asked, else on to the page that holds it."""
    return page(template, fragment=fragment, **context) if wants_fragment() else go(location)


def go(location: str) -> BaseResponse:
    """After a POST: send the browser on to a page, or back to the one that the form names as `next`."""
    location = safe_next(request.form.get("next"), location)
    if wants_fragment():
        response = make_response("", 204)
        response.headers["HX-Redirect"] = location
        return response
    return redirect(location, 303)


def reload(location: str, target: str) -> BaseResponse:
    """After a POST: swap that piece (a selector) of the page with its new state, else on to the page that holds it."""
    if not wants_fragment():
        return redirect(location, 303)
    response = make_response("", 204)
    response.headers["HX-Location"] = json.dumps({"path": location, "target": target, "swap": "outerHTML"})
    return response


def sign_in_again(location: str) -> Response:
    """An expired login in the middle of a swap."""
    response = make_response("", 401)
    response.headers["HX-Redirect"] = location
    return response
