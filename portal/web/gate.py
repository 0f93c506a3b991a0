"""Requests that no page of ours makes, refused before anything looks at them."""

from urllib.parse import urlsplit

from flask import Flask, request
from flask_wtf.csrf import CSRFError

from portal.config import Config
from portal.domain.errors import Invalid
from portal.domain.text import N_

SAFE = ("GET", "HEAD", "OPTIONS")


def init_app(app: Flask, config: Config) -> None:
    @app.before_request
    def refuse() -> None:
        if request.method not in SAFE and from_another_site(config):
            raise CSRFError("The request came from another site.")
        for name, value in request.args.items(multi=True):
            if "\0" in value:
                raise Invalid(name, N_("Expected text without NUL characters."))


def from_another_site(config: Config) -> bool:
    """Whether a browser says that a page of another origin sent this; beside the token, not instead of it."""
    source = request.headers.get("Origin") or request.headers.get("Referer")
    if source is None:
        return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")
    return urlsplit(source).netloc not in {request.host, urlsplit(config.base_url).netloc or request.host}
