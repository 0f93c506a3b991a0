"""What pages and files of analytics say, and a place to charge at."""

import csv
import io
import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.models import Operator, Station
from tests.support.factories import make_area, make_operator, make_station

OCTOBER = "from=2026-10-01&to=2026-10-31"


def make_lake(session: Session) -> tuple[Operator, Station]:
    """Hotel Alpina and its only station."""
    alpina = make_operator(session, code="ALPINA", name="Hotel Alpina", timezone="Europe/Ljubljana")
    area = make_area(session, alpina, code="LAKE-AREA", name="Lake")
    return alpina, make_station(session, area, code="LAKE", name="Lakeside")


def text(client: FlaskClient, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, answer.text[-2000:]
    return " ".join(answer.text.replace("\u202f", " ").replace("\u00a0", " ").split())


def figure(page: str, key: str) -> str:
    """What a card says below its title, in one line."""
    card = page.split(f'id="figure-{key}"')[1].split('class="stat-value">')[1].split("</div>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", card).split())


def time_table(page: str) -> list[list[str]]:
    """The cells of the charts' table, the line of totals last."""
    table = page.split('class="chart-table"')[1].split("</details>")[0]
    lines = table.split("<tr>")[2:]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", line)]
        for line in lines
    ]


def rows(client: FlaskClient, url: str) -> list[dict[str, str]]:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
