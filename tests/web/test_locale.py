"""Whose wish decides the language, and how texts and numbers of the rooms below are said in it."""

from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid, NotFound
from portal.domain.text import N_, TextError, said
from portal.ingest.records import FieldError
from portal.models import Account, Preference, Role, SiteSettings, Theme
from portal.web.filters import energy
from portal.web.locale import in_locale
from portal.web.locale import spoken as translated
from tests.support.catalogues import german
from tests.support.factories import make_account, sign_in
from tests.support.languages import LUXEMBOURG, app_in

LONG = N_("has %(length)d characters, at most %(max)d are allowed")


@pytest.fixture
def german_app(database_url: str, tmp_path: Path) -> Flask:
    return app_in(LUXEMBOURG, german(), database_url, tmp_path)


@pytest.fixture
def admin(session: Session) -> Account:
    account: Account = make_account(session, Role.ADMIN)
    session.commit()
    return account


def language(client: FlaskClient, url: str = "/map/", asked: str = "") -> str:
    answer = client.get(url, headers={"Accept-Language": asked} if asked else None)
    assert "Accept-Language" in answer.headers["Vary"]
    return answer.text.partition('<html lang="')[2].partition('"')[0]


def test_the_account_decides_then_the_browser_then_the_site(
    client: FlaskClient, session: Session, admin: Account
) -> None:
    assert [
        language(client, asked=asked) for asked in ("", "de", "de-AT, en;q=0.5", "fr, de;q=0.2", "fr")
    ] == [*("en", "de", "de", "de", "en")]
    session.get_one(SiteSettings, 1).locale = "de"
    session.commit()
    assert [language(client, asked=asked) for asked in ("", "fr", "en")] == ["de", "de", "en"]
    sign_in(client, admin.email)
    assert language(client, "/admin/", "en") == "en"
    session.add(Preference(account_id=admin.id, locale="de", theme=Theme.AUTO, columns={}))
    session.commit()
    assert [language(client, url, "en") for url in ("/admin/", "/nothing-here")] == ["de", "de"]


def test_stations_for_the_map_are_the_same_in_every_language(client: FlaskClient) -> None:
    url = "/map/stations.json?bbox=-180,-90,180,90&zoom=2"
    german_answer, english = (client.get(url, headers={"Accept-Language": asked}) for asked in ("de", "en"))
    assert german_answer.data == english.data


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_refusals_of_the_rooms_below_are_said_in_german(german_app: Flask) -> None:
    """With what was put into them: numbers as Germans write them, and texts within texts."""
    refusals = {
        Invalid(
            "x",
            N_("Expected a number from %(least)s to %(most)s."),
            least=Decimal("0.01"),
            most=Decimal(2500),
        ): ("Erwartet wird eine Zahl von 0,01 bis 2.500."),
        FieldError(
            "note", "", said(N_("The text %(problem)s."), problem=str(TextError(LONG, length=9, max=5)))
        ): ("Der Text hat 9 Zeichen, höchstens 5 sind erlaubt."),
        NotFound(): "Unter dieser Adresse gibt es nichts, oder es ist nicht für Sie bestimmt.",
        Conflict("Not a message"): "Not a message",
    }
    with german_app.test_request_context():
        assert {refusal: translated(str(refusal)) for refusal in refusals} == refusals
    assert [str(refusal) for refusal in refusals][1] == "The text has 9 characters, at most 5 are allowed."


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_mails_and_files_can_be_in_another_language(german_app: Flask) -> None:
    with german_app.test_request_context():
        assert translated(str(NotFound())).startswith("Unter")
        with in_locale("en"):
            assert (translated(str(NotFound())).split()[0], energy(12_345)) == ("There", "12.345 kWh")
        assert energy(12_345) == "12,345 kWh"
    with german_app.app_context():  # the command line, and a mail of it in the site's language
        assert energy(12_345) == "12.345 kWh"
        with in_locale(None):
            assert energy(12_345) == "12,345 kWh"
