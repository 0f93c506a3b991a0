"""The list of operators, one operator, its status and its trail."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import AuditEvent, Operator, OperatorStatus, Role
from tests.admin.counting import count_statements
from tests.support.factories import (
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_station,
    post,
    sign_in,
)

LIST = "/admin/operators/"


@pytest.fixture
def admin(session: Session, client: FlaskClient) -> FlaskClient:
    account = make_account(session)
    session.commit()
    return sign_in(client, account.email)


def status_of(session: Session, code: str) -> OperatorStatus:
    session.rollback()
    return session.scalars(select(Operator.status).where(Operator.code == code)).one()


def test_list_searches_filters_and_sorts(admin: FlaskClient, session: Session) -> None:
    hotel = make_operator(session, code="HOTEL", name="Hôtel", country="SI", search="hotel hotel bled")
    make_operator(session, code="CAFE", name="Café", country="US", timezone="America/New_York")
    make_operator(session, code="OLD", name="Old", status=OperatorStatus.ARCHIVED)
    make_station(session, make_area(session, hotel))
    make_area(session, hotel)
    session.commit()

    def codes(query: str) -> list[str]:
        text = admin.get(LIST + query, headers={"HX-Request": "true"}).text
        assert "<html" not in text
        order = {code: text.find(f'id="operator-{code}"') for code in ("HOTEL", "CAFE", "OLD")}
        return sorted((code for code in order if order[code] >= 0), key=lambda code: order[code])

    assert codes("") == ["CAFE", "HOTEL", "OLD"]
    assert codes("?sort=-name") == ["OLD", "HOTEL", "CAFE"]
    assert codes("?sort=-areas")[0] == "HOTEL"
    assert codes("?q=HÔTEL") == ["HOTEL"]
    assert codes("?status=archived") == ["OLD"]
    assert codes("?country=US") == ["CAFE"]
    assert codes("?timezone=America/New_York") == ["CAFE"]
    page = admin.get(LIST).text
    assert "Create new" in page
    assert f'href="{LIST}HOTEL/"' in page
    assert '<td class="cell-number" data-label="Areas">2</td>' in page
    assert '<td class="cell-number" data-label="Stations">1</td>' in page
    for bad in ("?status=gone", "?sort=secret", "?after=%FF", "?after=e30"):
        assert admin.get(LIST + bad).status_code == 400


def test_pages_follow_each_other(admin: FlaskClient, session: Session) -> None:
    for number in range(27):
        make_operator(session, code=f"N-{number:02}", name=f"Name {number:02}", country=None)
    session.commit()
    import re

    for sort in ("name", "-country", "stations"):
        url, seen = f"{LIST}?sort={sort}", []
        while url:
            text = admin.get(url).text
            seen += re.findall(r'<tr id="operator-([^"]+)"', text)
            link = re.search(r'id="operators-next"[^>]*href="([^"]+)"', text)
            url = link[1].replace("&amp;", "&") if link else ""
        assert len(seen) == len(set(seen)) == 27


def test_export_has_the_whole_filtered_set(admin: FlaskClient, session: Session) -> None:
    make_operator(session, code="AAA", name="=1+1", city="Bled")
    make_operator(session, code="BBB", status=OperatorStatus.DISABLED)
    session.commit()
    rows = admin.get(f"{LIST}export.csv?status=active").text.splitlines()
    assert len(rows) == 2
    assert "'=1+1,AAA" in rows[1]
    assert admin.get(f"{LIST}export.xlsx").status_code == 200


def test_the_number_of_statements_is_constant(admin: FlaskClient, session: Session, app: Flask) -> None:
    make_station(session, make_area(session, make_operator(session)))
    session.commit()
    few = count_statements(app, lambda: admin.get(LIST))
    for _ in range(8):
        make_station(session, make_area(session, make_operator(session)))
    session.commit()
    assert count_statements(app, lambda: admin.get(LIST)) == few


def test_details_show_every_field_with_its_origin(admin: FlaskClient, session: Session) -> None:
    operator = make_operator(
        session,
        code="HOTEL",
        name="Hôtel Alpina",
        organization="Alpina d.o.o.",
        country="SI",
        state="Bled",
        city="Bled",
        zip="4260",
        address="Cesta 1",
        phone="04 1",
        phone_e164="+38641",
        energy_step_wh=250,
    )
    area = make_area(session, operator, name="Garage")
    make_station(session, area)
    make_station(session, area, visible=False)
    make_membership(session, operator, make_driver(session))
    session.commit()
    page = admin.get(f"{LIST}hotel/").text
    for words in ("Hôtel Alpina", "HOTEL", "Alpina d.o.o.", "Slovenia", "4260", "Cesta 1", "04 1"):
        assert words in page
    for words in ("Europe/Ljubljana", "250 Wh", "set here", "30 minutes", "from the site", "no limit"):
        assert words in page
    for words in ("Garage", "1 visible, 1 hidden", "Add/remove members", f'href="{LIST}HOTEL/members/"'):
        assert words in page
    assert "does not automatically receive login details" in page
    assert "/admin/accounts/new?operator=HOTEL" in page
    login = make_account(session, Role.OPERATOR, operator=operator)
    session.commit()
    page = admin.get(f"{LIST}HOTEL/").text
    assert login.email in page
    assert "automatically receive" not in page


@pytest.mark.parametrize("code", ["ABSENT", "%00", "{{7*7}}", "x" * 300, "'"])
def test_unknown_codes_are_404(admin: FlaskClient, code: str) -> None:
    for path in ("", "edit/operator", "edit/environment", "delete", "audit"):
        assert admin.get(f"{LIST}{code}/{path}").status_code == 404
    for path in ("edit/operator", "delete", "archive", "disable"):
        assert post(admin, f"{LIST}{code}/{path}").status_code in (404, 400 if code == "%00" else 404)


def test_disabling_ends_sign_ins_at_the_next_request(
    admin: FlaskClient, session: Session, app: Flask
) -> None:
    login = make_account(session, Role.OPERATOR, operator=make_operator(session, code="HOTEL"))
    session.commit()
    user = sign_in(app.test_client(), login.email)
    assert user.get("/operator/").status_code == 200
    assert post(admin, f"{LIST}HOTEL/disable").status_code == 303
    assert user.get("/operator/").status_code == 303
    assert post(admin, f"{LIST}HOTEL/enable").status_code == 303
    assert status_of(session, "HOTEL") is OperatorStatus.ACTIVE
    assert user.get("/operator/").status_code == 200
    actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert [each for each in actions if each.startswith("operator")] == [
        "operator.disabled",
        "operator.active",
    ]


def test_archiving_and_restoring_have_a_page(admin: FlaskClient, session: Session) -> None:
    make_operator(session, code="HOTEL")
    session.commit()
    assert f'action="{LIST}HOTEL/archive"' in admin.get(f"{LIST}HOTEL/archive").text
    post(admin, f"{LIST}HOTEL/archive")
    assert f'action="{LIST}HOTEL/restore"' in admin.get(f"{LIST}HOTEL/archive").text


def test_the_trail_of_one_operator_can_be_exported(admin: FlaskClient, session: Session) -> None:
    for code in ("HOTEL", "CAFE"):
        make_operator(session, code=code)
    session.commit()
    for code in ("HOTEL", "CAFE"):
        post(admin, f"{LIST}{code}/disable")
    assert f'href="{LIST}HOTEL/audit/export.csv"' in admin.get(f"{LIST}HOTEL/audit").text
    exported = admin.get(f"{LIST}HOTEL/audit/export.csv").text
    assert "operator.disabled" in exported
    assert "CAFE" not in exported


def test_an_archived_operators_form_offers_no_save(admin: FlaskClient, session: Session) -> None:
    make_operator(session, code="OLD", status=OperatorStatus.ARCHIVED)
    make_operator(session, code="NEW")
    session.commit()
    for step in ("operator", "environment"):
        assert ">Save<" in admin.get(f"{LIST}NEW/edit/{step}").text
        assert ">Save<" not in admin.get(f"{LIST}OLD/edit/{step}").text


def test_archived_operators_are_read_only_until_restored(admin: FlaskClient, session: Session) -> None:
    make_operator(session, code="HOTEL", name="Before")
    session.commit()
    assert post(admin, f"{LIST}HOTEL/archive").status_code == 303
    assert post(admin, f"{LIST}HOTEL/archive").status_code == 303, "twice is once"
    page = admin.get(f"{LIST}HOTEL/").text
    assert "Restore" in page
    assert f"{LIST}HOTEL/edit/operator" not in page
    answer = post(admin, f"{LIST}HOTEL/edit/operator", {"name": "After", "version": "2"})
    assert answer.status_code == 409
    assert "archived and read only" in answer.text
    settings = {"timezone": "UTC", "currency": "EUR", "version": "2", "security_key": "k" * 20}
    assert post(admin, f"{LIST}HOTEL/edit/environment", settings).status_code == 409
    assert post(admin, f"{LIST}HOTEL/disable").status_code == 409
    session.rollback()
    operator = session.scalars(select(Operator)).one()
    assert (operator.name, operator.timezone) == ("Before", "Europe/Ljubljana")
    assert operator.security_key_hash is None
    assert post(admin, f"{LIST}HOTEL/restore").status_code == 303
    assert status_of(session, "HOTEL") is OperatorStatus.ACTIVE
    assert session.scalars(select(AuditEvent.action)).all().count("operator.archived") == 1


def test_the_trail_is_of_this_operator_only(admin: FlaskClient, session: Session) -> None:
    make_operator(session, code="HOTEL")
    make_operator(session, code="CAFE")
    session.commit()
    post(admin, f"{LIST}HOTEL/disable")
    post(admin, f"{LIST}CAFE/archive")
    page = admin.get(f"{LIST}HOTEL/audit")
    assert "Operator disabled" in page.text
    assert "Operator archived" not in admin.get(f"{LIST}HOTEL/audit", headers={"HX-Request": "true"}).text
