"""The mail about new statements: to the operator's own users, each in its language, with a link that leads there."""

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import create_app
from portal.extensions import db
from portal.models import AccountStatus, Preference, Role, Theme
from portal.web.statement_mail import notify_issued
from tests.support.factories import make_account, make_operator, post, sign_in
from tests.support.migrated import make_config
from tests.support.statements import Books

BASE = "https://portal.example"


@pytest.fixture
def mailing(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(make_config(database_url, base_url=BASE, mail_folder=str(tmp_path)))
    yield app
    app.extensions["later"].settle()
    with app.app_context():
        db.engine.dispose()


def mails(app: Flask, folder: Path) -> dict[str, Any]:
    app.extensions["later"].settle()
    files = folder.glob("*.eml")
    found = [message_from_bytes(file.read_bytes(), policy=default) for file in files]
    return {str(mail["To"]): mail for mail in found}


def make_users(session: Session, books: Books) -> None:
    ana, _off, _other = (
        make_account(
            session, Role.OPERATOR, operator=operator, email=f"{name}@example.com", name=name, **over
        )
        for name, operator, over in (
            ("ana", books.operator, {}),
            ("off", books.operator, {"status": AccountStatus.DISABLED}),
            ("other", make_operator(session), {}),
        )
    )
    make_account(session, Role.OPERATOR, operator=books.operator, email="bea@example.com")
    session.add(Preference(account_id=ana.id, locale="de", theme=Theme.AUTO, columns={}))


def test_from_the_command_line(mailing: Flask, session: Session, tmp_path: Path) -> None:
    books = Books(session)
    make_users(session, books)
    books.charge(9, 2)
    made = books.issue()
    session.commit()
    with mailing.app_context():
        notify_issued([made])
        notify_issued([])
    found = mails(mailing, tmp_path)
    assert sorted(found) == ["ana@example.com", "bea@example.com"]
    english = found["bea@example.com"].get_content()
    assert found["bea@example.com"]["Subject"].endswith(": ALPINA-2026-09-001")
    assert "ALPINA-2026-09-001 for September 2026, due to you: €1.64" in english
    assert f"{BASE}/operator/statements/ALPINA-2026-09-001/\n" in english.replace("\r\n", "\n")
    assert "1,64\xa0€" in found["ana@example.com"].get_content()


def test_after_an_admin_issued(mailing: Flask, session: Session, tmp_path: Path) -> None:
    books = Books(session)
    make_users(session, books)
    books.charge(9, 2)
    admin = make_account(session)
    session.commit()
    client = mailing.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    client.environ_base["HTTP_REFERER"] = f"{BASE}/"
    sign_in(client, admin.email)
    answer = post(client, "/admin/statements/new", {"month": "2026-09", "operator": "ALPINA"}, buffered=True)
    answer.close()
    assert answer.status_code == 303
    assert sorted(mails(mailing, tmp_path)) == ["ana@example.com", "bea@example.com"]
