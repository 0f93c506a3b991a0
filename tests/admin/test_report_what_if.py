"""What if other terms had been in force: both results side by side, and nothing kept."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.domain.days import next_month
from portal.models import AuditEvent, Operator, Terms
from tests.support.charging import make_charging, make_terms
from tests.support.factories import make_area, make_operator, make_station

URL = "/admin/report/what-if"
TRIED = "operator=ALPINA&tried=1&price_per_kwh_ac=0.30&share_percent=50"


@pytest.fixture
def operator(session: Session) -> Operator:
    """Two sessions of last month, one of long ago, one in another currency."""
    made = make_operator(session, code="ALPINA", timezone="UTC")
    make_terms(session, made, next_month(now().date(), -30))
    station = make_station(session, make_area(session, made))
    recent = now().replace(day=1) - timedelta(days=3)
    for over in ({}, {"net_minor": 1000}, {"currency": "USD"}):
        make_charging(session, station, made, recent, **over)
    make_charging(session, station, made, now() - timedelta(days=500))
    session.commit()
    return made


def kept(session: Session) -> Any:
    session.rollback()
    return session.scalars(select(Terms.share_percent)).all(), session.scalar(
        select(func.count(AuditEvent.id))
    )


def test_both_stand_side_by_side(admin: FlaskClient, session: Session, operator: Operator) -> None:
    """10 kWh: now 1.00 and 20 % of 3.20 and of 9.00; then 3.00 and the half of 4.20 and of 10.00."""
    before = kept(session)
    page = admin.get(f"{URL}?{TRIED}").text
    for amount in ("€4.44", "€13.10", "+€8.66", "€9.76", "€1.10"):
        assert amount in page, amount
    assert "1 session in another currency than that of the terms is left out." in page
    first = admin.get(f"{URL}?{TRIED}&reimbursement_first=y").text
    assert "€10.10" in first  # 6.00 and the half of 1.20 and 7.00
    assert kept(session) == before


def test_it_starts_from_the_present_terms(admin: FlaskClient, operator: Operator) -> None:
    page = admin.get(f"{URL}?operator=alpina").text
    assert 'value="0.1"' in page
    assert 'value="20"' in page
    assert page.count("€4.44") >= 2
    assert "€0.00" in page  # no difference


def test_wrong_figures_are_named(admin: FlaskClient, operator: Operator) -> None:
    answer = admin.get(f"{URL}?operator=ALPINA&tried=1&share_percent=101")
    assert answer.status_code == 200
    assert "Share of the revenue: " in answer.text
    live = admin.get(f"{URL}?{TRIED}", headers={"HX-Request": "true"})
    assert live.text.strip().startswith('<div class="stack" id="what-if">')
    assert 'id="what-if-errors"' in admin.get(f"{URL}?operator=NOPE").text
    assert admin.get(URL).status_code == 200


def test_the_proposal_as_a_file(admin: FlaskClient, operator: Operator) -> None:
    answer = admin.get(f"{URL}/export.csv?{TRIED}")
    [row] = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    figures = [Decimal(row[name]) for name in ("net", "due", "proposed_due", "difference", "proposed_kept")]
    assert figures == [Decimal(each) for each in ("14.20", "4.44", "13.10", "8.66", "1.10")]
    assert "20 kWh" in row["proposed_explanation"] or "20.0 kWh" in row["proposed_explanation"]
    assert admin.get(f"{URL}/export.xlsx?{TRIED}").status_code == 200
    assert admin.get(f"{URL}/export.csv?operator=ALPINA&tried=1&share_percent=x").status_code == 400


def test_the_proposal_on_paper(admin: FlaskClient, operator: Operator) -> None:
    answer = admin.get(f"{URL}/export.pdf?{TRIED}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
