"""The requests in docs/tracking.md do what the page says."""

import json
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.cli.demo_chargers import KEY
from portal.services.security_keys import seal_key
from tests.api.equipment import PEPPER, Equipment, make_equipment
from tests.support.chromium import ROOT
from tests.support.factories import make_driver

PAGE = (ROOT / "docs" / "tracking.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_examples_work(session: Session, client: FlaskClient) -> None:
    _equipment, operator, station = make_equipment(session, client, code="ALP-LAKE-1")
    operator.security_key_hash = seal_key(KEY, PEPPER).hash
    make_driver(session, token_uid="04A1B2C3D4E501")
    session.commit()
    assert f"station='{station.code}:{KEY}'" in PAGE
    requests = re.findall(r"^curl .* \$portal/sessions(\S*) -d '(.*)'$", PAGE, re.MULTILINE)
    said = [Equipment(client, station.code, KEY).send(path, json.loads(body)) for path, body in requests]
    assert [answer.status_code for answer in said] == [201, 200, 200]
    (shown,) = re.findall(r"^```json\n(.*)\n```$", PAGE, re.MULTILINE)
    assert json.loads(shown).keys() == said[0].json.keys()
    assert json.loads(shown)["energy_wh"] == said[1].json["energy_wh"]
    assert (said[2].json["status"], said[2].json["energy_wh"]) == ("closed", 6900)
