"""Security headers on every answer, errors included."""

from functools import lru_cache
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Flask, Response, g

from portal.config import Config

from .site import site_if_known


@lru_cache(maxsize=8)
def content_security_policy(tile_url: str) -> str:
    """Everything from our own origin; images also from the tile server, where there is one."""
    tiles = ""
    if tile_url:
        parts = urlsplit(tile_url.replace("{s}", "*"))
        tiles = f" {parts.scheme}://{parts.netloc}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src 'self' data:{tiles}; connect-src 'self'; font-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def init_app(app: Flask, config: Config) -> None:
    @app.before_request
    def number_the_request() -> None:
        g.request_id = uuid4().hex

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        # Pages, which alone show tiles, have read the site's settings by now; nothing else has to for this.
        headers["Content-Security-Policy"] = content_security_policy(site_if_known().tile_url)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=()"
        headers["X-Request-ID"] = g.get("request_id") or uuid4().hex
        if config.secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        headers.setdefault("Cache-Control", "no-store")
        return response
