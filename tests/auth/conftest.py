"""A portal whose mails go into a folder of the test."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import create_app
from portal.extensions import db
from tests.support.migrated import make_config

BASE = "https://portal.example"


@dataclass
class MailingPortal:
    """The app under its public address, and what it has mailed so far."""

    app: Flask
    folder: Path

    def client(self) -> FlaskClient:
        made = self.app.test_client()
        made.environ_base["wsgi.url_scheme"] = "https"
        return made

    def mails(self) -> list[EmailMessage]:
        """Also those that were on their way."""
        self.app.extensions["later"].settle()
        files = sorted(self.folder.glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]  # type: ignore[misc]


@pytest.fixture
def mailing(database_url: str, tmp_path: Path) -> Iterator[MailingPortal]:
    app = create_app(make_config(database_url, base_url=BASE, mail_folder=str(tmp_path)))
    made = MailingPortal(app, tmp_path)
    yield made
    made.mails()
    with app.app_context():
        db.engine.dispose()


def link_in(mail: EmailMessage) -> str:
    """The path of the one link, which must stand under our own address."""
    links = re.findall(r"https?://\S+", mail.get_content())
    assert len(links) == 1, links
    assert links[0].startswith(f"{BASE}/auth/link/")
    return str(links[0].removeprefix(BASE))
