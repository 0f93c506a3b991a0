"""Security headers on every answer, errors included."""

from urllib.parse import urlsplit
from uuid import uuid4

from flask import Flask, Response, g

from portal.config import Config


def content_security_policy(config: Config) -> str:
    """Everything from our own origin; images also from the configured tile server."""
    tiles = ""
    if config.tile_url:
        parts = urlsplit(config.tile_url.replace("{s}", "*"))
        tiles = f" {parts.scheme}://{parts.netloc}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src 'self' data:{tiles}; connect-src 'self'; font-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def init_app(app: Flask, config: Config) -> None:
    policy = content_security_policy(config)

    @app.before_request
    def number_the_request() -> None:
        g.request_id = uuid4().hex

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "geolocation=(self), camera=(), microphone=()"
        headers["X-Request-ID"] = g.get("request_id") or uuid4().hex
        if config.secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        headers.setdefault("Cache-Control", "no-store")
        return response
