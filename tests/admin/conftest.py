"""Fixtures of the admin portal's tests."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import Area
from tests.support.factories import make_account, make_area, make_operator, sign_in


@pytest.fixture
def admin(session: Session, client: FlaskClient) -> FlaskClient:
    """A client that a CPO admin is signed in with."""
    account = make_account(session)
    session.commit()
    return sign_in(client, account.email)


@pytest.fixture
def area(session: Session) -> Area:
    """P1 "Parking" of the operator "Hotel Alpina"."""
    made = make_area(session, make_operator(session, name="Hotel Alpina"), code="P1", name="Parking")
    session.commit()
    return made
