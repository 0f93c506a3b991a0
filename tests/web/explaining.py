"""What the page of the explanation says, for tests."""

import html
import re

from flask.testing import FlaskClient


class Answer:
    """What the page says."""

    def __init__(self, text: str) -> None:
        self.text = html.unescape(text)
        found = re.search(r'data-sees="(yes|no)" data-reason="(\w+)"', text)
        self.sees, self.reason = (found[1] == "yes", found[2]) if found else (None, None)
        self.clauses = re.findall(r'data-clause="(\w+)"', text)
        self.remedies = re.findall(
            r'<form method="post" action="([^"]+)">', text.partition('id="verdict"')[2]
        )


def ask(client: FlaskClient, surface: str = "admin", **query: str) -> Answer:
    answer = client.get(f"/{surface}/why", query_string=query)
    assert answer.status_code == 200, answer.text
    return Answer(answer.text)
