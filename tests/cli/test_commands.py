"""The `portal` command as a person types it."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.support.chromium import ROOT

Portal = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def portal(database_url: str, tmp_path: Path) -> Portal:
    """Runs the command in an empty folder, on the test's database."""

    def run(*arguments: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "portal", *arguments],
            cwd=tmp_path,
            env=_environment(database_url) | env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


def _environment(database_url: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    return clean | {
        "PYTHONPATH": str(ROOT),
        "PORTAL_DATABASE_URL": database_url,
        "PORTAL_SECRET_KEY": "a secret for tests only 123",
    }


def test_check_is_content_with_a_good_database(portal: Portal) -> None:
    done = portal("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "FAIL" not in done.stdout
    assert "at most one unrevoked membership per operator and driver: 0" in done.stdout


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_check_says_what_mails_lack(portal: Portal, database_url: str, tmp_path: Path) -> None:
    assert "ok   mail: not set up" in portal("check").stdout
    lacking = portal("check", PORTAL_MAIL_FOLDER=str(tmp_path))
    assert (lacking.returncode, "FAIL mail: PORTAL_BASE_URL" in lacking.stdout) == (1, True)
    base = {"PORTAL_BASE_URL": "https://portal.example"}
    assert portal("check", PORTAL_MAIL_FOLDER=str(tmp_path), **base).returncode == 0
    server = "mail_host = 'smtp.example.com', mail_from = 'p@example.com', mail_user = 'me'"
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE site_settings SET {server}"))
    engine.dispose()
    assert "FAIL mail: PORTAL_MAIL_PASSWORD" in portal("check", **base).stdout
    assert portal("check", PORTAL_MAIL_PASSWORD="secret", **base).returncode == 0


def test_check_finds_what_is_broken(portal: Portal, database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM site_settings"))
    engine.dispose()
    done = portal("check")
    assert done.returncode == 1
    assert "FAIL there is one row of site settings: 1" in done.stdout


def test_a_wrong_setting_is_one_line(portal: Portal) -> None:
    done = portal("db", "upgrade", PORTAL_SECRET_KEY="short")
    assert done.returncode == 1
    assert re.fullmatch(r"portal: PORTAL_SECRET_KEY: [^\n]+\n", done.stderr)


def test_settings_come_from_a_file_too(portal: Portal, tmp_path: Path, database_url: str) -> None:
    (tmp_path / ".env").write_text("PORTAL_DEFAULT_CURRENCY=EURO\n")
    assert "PORTAL_DEFAULT_CURRENCY" in portal("db", "upgrade").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["account", "create"],
        ["account", "create", "a@example.com", "--role", "operator"],
        ["demo", "--port", "x"],
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_wrong_usage_is_two(portal: Portal, arguments: list[str]) -> None:
    done = portal(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("portal: ")
    assert done.stderr.count("\n") == 1


def test_an_account_without_password_gets_a_link_that_works_once(portal: Portal) -> None:
    done = portal("account", "create", "Boss@Example.com", "--role", "admin")
    assert done.returncode == 0, done.stderr
    assert "boss@example.com (admin)" in done.stdout
    assert re.search(r"http://127\.0\.0\.1:5000/auth/link/[\w-]{40,}", done.stdout)
    again = portal("account", "create", "boss@example.com", "--role", "admin")
    assert (again.returncode, again.stderr.count("\n")) == (1, 1)
    assert "already a login" in again.stderr


def test_an_account_with_a_password_says_nothing_of_it(portal: Portal) -> None:
    done = portal(
        "account", "create", "a@example.com", "--role", "admin", "--password-stdin", stdin="a-long-secret-1\n"
    )
    assert done.returncode == 0, done.stderr
    assert "link" not in done.stdout
    assert "a-long-secret-1" not in done.stdout + done.stderr


def test_an_operators_login_needs_its_operator(portal: Portal) -> None:
    done = portal("account", "create", "a@example.com", "--role", "operator", "--operator", "NOPE")
    assert done.returncode == 1
    assert "NOPE" in done.stderr


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_demo_is_made_once_and_doubles_nothing(portal: Portal, tmp_path: Path) -> None:
    first = portal("demo", "--dir", "here", "--no-serve")
    assert first.returncode == 0, first.stderr
    for email in ("admin", "alpina", "harbor", "mia", "rex", "oli"):
        assert f"{email}@example.com" in first.stdout
    before = _counts(tmp_path / "here")
    assert before["charging_session"] > 1000
    assert portal("demo", "--dir", "here", "--no-serve").returncode == 0
    assert _counts(tmp_path / "here") == before


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("content", ["a real database", "garbage"])
def test_the_demo_refuses_what_it_did_not_make(portal: Portal, tmp_path: Path, content: str) -> None:
    file = tmp_path / "portal.sqlite3"
    if content == "garbage":
        file.write_bytes(b"not a database at all, really not" * 100)
    else:
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE precious (x)"))
        engine.dispose()
    before = file.read_bytes()
    done = portal("demo", "--dir", ".", "--no-serve")
    assert done.returncode == 1
    assert "not a database of the demo" in done.stderr
    assert file.read_bytes() == before


def test_the_production_server_answers(database_url: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bind = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "portal", "serve", "--bind", bind, "--workers", "1"]
    server = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=_environment(database_url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert _wait_for(f"http://{bind}/readyz") == 200
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_for(url: str) -> int:
    for _ in range(150):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return int(answer.status)
        except OSError:
            time.sleep(0.2)
    return 0


def _counts(folder: Path) -> dict[str, int]:
    engine = create_engine(f"sqlite:///{folder / 'portal.sqlite3'}")
    with engine.connect() as connection:
        names = (
            connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        )
        found = {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one() for name in names
        }
    engine.dispose()
    return found


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize(
    ("out", "words"), [("x.pdf", ".csv or .xlsx"), ("nowhere/x.csv", "no folder 'nowhere'")]
)
def test_an_export_that_cannot_be_written_is_wrong_usage(portal: Portal, out: str, words: str) -> None:
    done = portal("export", "stations", "--out", out)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_report_that_cannot_be_written_is_wrong_usage(portal: Portal, tmp_path: Path) -> None:
    (tmp_path / "drivers.csv").write_text("number,name,email,phone,token_uid\n")
    done = portal("import", "drivers", "drivers.csv", "--format", "portal", "--report", "nowhere/r.csv")
    assert done.returncode == 2
    assert "no folder 'nowhere'" in done.stderr
