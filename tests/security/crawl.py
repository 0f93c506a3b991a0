"""Follows everything that a role can reach: links, GET forms, HTMX fragments, scripts, exports."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.security.asking import HTMX
from tests.security.markup import Document

SAME_SHAPE = 2  # so many addresses that differ in nothing but the values of their parameters
SAME_PATH = 10  # and so many that differ in their parameters
ASSETS = ("/static/",)


@dataclass(frozen=True)
class Found:
    """One answer: what was asked for (as a fragment or not), and what came."""

    url: str
    fragment: bool
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_html(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("text/html")

    def __str__(self) -> str:
        return f"{self.url}{' (fragment)' if self.fragment else ''}"


@dataclass
class Crawler:
    """Walks breadth first; each address once as a page, and once as a fragment."""

    client: FlaskClient
    found: list[Found] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _shapes: Counter[str] = field(default_factory=Counter)

    def crawl(self, starts: Iterable[str]) -> list[Found]:
        todo = [url for url in starts if self._fresh(url)]
        while todo:
            url = todo.pop(0)
            for fragment in (False,) if "/export." in url else (False, True):
                answer = self._ask(url, fragment)
                self.found.append(answer)
                todo.extend(each for each in links(answer) if self._fresh(each))
        return self.found

    def _ask(self, url: str, fragment: bool) -> Found:
        answer: TestResponse = self.client.get(url, headers=HTMX if fragment else None, buffered=True)
        return Found(url, fragment, answer.status_code, dict(answer.headers), answer.data)

    def _fresh(self, url: str) -> bool:
        """Whether to ask for it: not asked yet, and not just one more value of the same parameters."""
        parts = urlsplit(url)
        if url in self._seen or parts.netloc or parts.path.startswith(ASSETS):
            return False
        self._seen.add(url)
        shape = f"{parts.path}?{sorted({name for name, _ in parse_qsl(parts.query)})}"
        self._shapes.update((shape, parts.path))
        return self._shapes[shape] <= SAME_SHAPE and self._shapes[parts.path] <= SAME_PATH


def links(answer: Found) -> Iterator[str]:
    """Addresses of our own that the answer leads to."""
    targets = [answer.headers[name] for name in ("Location", "HX-Redirect") if name in answer.headers]
    if answer.is_html:
        document = Document(answer.body.decode())
        targets += document.addresses()
        targets += [f"{action}?{urlencode(values)}" for action, values in document.get_forms()]
    for target in targets:
        url = urljoin(answer.url, re.sub(r"#.*", "", target))
        if url.startswith("/") and not url.startswith("//"):
            yield url
