"""Browser pages that are watched: what a page must never do fails the test that opened it."""

from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

DESKTOP = (1280, 800)
PHONE = (390, 844)


class Watch:
    """Collects console errors (CSP violations among them), uncaught exceptions, requests that leave."""

    def __init__(self, context: BrowserContext, origin: str, allow: Sequence[str]) -> None:
        self.found: list[str] = []
        self._origin = urlsplit(origin).netloc
        self._allow = allow
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"uncaught: {error.error}"))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self._note(f"console: {message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != self._origin:
            self._note(f"left the origin: {request.url}")

    def _note(self, text: str) -> None:
        if not any(part in text for part in self._allow):
            self.found.append(text)


class Pages:
    """Opens watched pages of one browser on one origin; each has its own context: cookies, zone, colours."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self._browser = browser
        self.origin = origin
        self._open: list[tuple[BrowserContext, Watch]] = []

    def new(
        self,
        *,
        javascript: bool = True,
        colour_scheme: Literal["light", "dark"] = "light",
        viewport: tuple[int, int] = DESKTOP,
        timezone: str = "Pacific/Auckland",
        locale: str = "en-GB",
        allow: Sequence[str] = (),
        **options: Any,
    ) -> Page:
        """A page on which `goto("/map/")` works; `allow` holds parts of messages that the test expects."""
        context = self._browser.new_context(
            base_url=self.origin,
            java_script_enabled=javascript,
            color_scheme=colour_scheme,
            viewport={"width": viewport[0], "height": viewport[1]},
            timezone_id=timezone,
            locale=locale,
            **options,
        )
        context.set_default_timeout(30_000)
        self._open.append((context, Watch(context, self.origin, allow)))
        return context.new_page()

    def close(self) -> None:
        """Close all pages. Raises AssertionError with everything that the watches found."""
        for context, _ in self._open:
            context.close()
        found = [text for _, watch in self._open for text in watch.found]
        assert not found, "the browser complained:\n" + "\n".join(found)
