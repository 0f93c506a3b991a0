"""The watch over browser pages sees what a page must not do; the pages here are made to do it."""

import pytest
from flask import Flask, Response, make_response, request
from playwright.sync_api import Browser

from tests.support.pages import PHONE, Pages
from tests.support.serving import serving

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:"


@pytest.fixture(scope="module")
def origin():
    app = Flask(__name__)

    @app.get("/")
    def start() -> Response:
        head = "<!doctype html><title>Start</title><link rel=icon href='data:,'>"
        body = head + "<p id=zone></p><script src=/zone.js></script>"
        answer = make_response(body + request.args.get("more", ""))
        answer.headers["Content-Security-Policy"] = POLICY
        return answer

    @app.get("/zone.js")
    def zone() -> Response:
        code = (
            "document.getElementById('zone').textContent = Intl.DateTimeFormat().resolvedOptions().timeZone"
        )
        return Response(code + (";" + request.args.get("then", "")), mimetype="text/javascript")

    with serving(app) as made:
        yield made


def test_options_reach_the_browser(browser: Browser, origin: str) -> None:
    pages = Pages(browser, origin)
    page = pages.new(timezone="Asia/Kathmandu")
    page.goto("/")
    assert page.inner_text("#zone") in ("Asia/Kathmandu", "Asia/Katmandu")
    plain = pages.new(javascript=False, viewport=PHONE)
    plain.goto("/")
    assert plain.inner_text("#zone") == ""
    pages.close()


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ("<p style='color:red'>red</p>", "style-src"),
        ("<script>document.title = 'x'</script>", "script-src"),
        ("<script src='/zone.js?then=nothing()'></script>", "nothing is not defined"),
        ("<script src='/zone.js?then=console.error(1)'></script>", "console: 1"),
        ("<script src='/absent.js'></script>", "404"),
        ("<a href='http:" + "//example.com/'>out</a>", "left the origin"),
    ],
)
def test_complaints(browser: Browser, origin: str, more: str, complaint: str) -> None:
    pages = Pages(browser, origin)
    page = pages.new()
    page.goto(f"/?more={more}")
    for link in page.get_by_role("link").all():
        link.click()
    page.wait_for_timeout(100)
    with pytest.raises(AssertionError, match=complaint):
        pages.close()


def test_expected_complaints_are_allowed(browser: Browser, origin: str) -> None:
    pages = Pages(browser, origin)
    pages.new(allow=("status of 404",)).goto("/absent")
    pages.close()
