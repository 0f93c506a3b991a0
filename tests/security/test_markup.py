"""The lint of pages finds what it is there to find."""

import pytest

from tests.security.markup import lint

SOUND = """<html><body><h1>Hi</h1><form action="/go"><label for="q">Q</label><input id="q" name="q" hx-get="/x"></form>
<a href="/y" hx-get="/y">y</a><p id="hint">x<input aria-describedby="hint"><img src="/a.svg" alt=""></body></html>"""

BREACHES = {
    '<p style="color: red">': "style=",
    '<p onclick="x()">': "onclick=",
    '<p hx-on:click="x()">': "hx-on:click=",
    '<a href="javascript:x()">x</a>': "javascript:",
    "<script>x()</script>": "inline <script>",
    "<style>p {}</style>": "inline <style>",
    '<i id="q"></i>': "id 'q' stands 2 times",
    '<label for="gone">x</label>': "leads nowhere",
    '<p aria-labelledby="hint gone">': "leads nowhere",
    '<button hx-post="/x">x</button>': "does nothing without HTMX",
    '<img src="/a.png">': "has no alt",
    "<a>x</a>": "<a> leads nowhere",
    "<h1>Again</h1>": "2 <h1>",
    "<div>": "closes nothing",
    "</div>": "closes nothing",
    '<i class="a" class="b"></i>': "an attribute twice",
}


def test_nothing_to_say_about_a_sound_page() -> None:
    assert lint(SOUND) == []


@pytest.mark.parametrize("breach", BREACHES)
def test_each_breach_is_found(breach: str) -> None:
    found = lint(SOUND.replace("</body>", f"{breach}</body>"))
    assert any(BREACHES[breach] in complaint for complaint in found), found
