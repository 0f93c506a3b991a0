"""Screenshots of the map over the imported registries, as anonymous, as a member, as a revoked member."""

import os
from datetime import datetime
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from portal import create_app
from portal.config import Config
from portal.domain.clock import now
from portal.domain.viewer import Actor
from portal.engine import WRITE, engine_options, prepare_engine
from portal.extensions import db
from portal.models import Account, Driver, Operator, Role
from portal.services.accounts import create_account
from portal.services.drivers import DriverData, create_driver
from portal.services.memberships import grant, revoke
from tests.support.chromium import ARGUMENTS, find_chromium
from tests.support.serving import serving

NETWORK = "GE-WATTSTATION"
EMAIL, PASSWORD = "member@example.com", "correct horse battery"
ACTOR = Actor("real data", via="cli")
SIZE = {"width": 1200, "height": 740}
MOST_BYTES = 200_000
# The city in which the network has most hidden stations: there a membership shows.
CITY = """
SELECT station.city FROM station JOIN area ON area.id = station.area_id
JOIN operator ON operator.id = area.operator_id WHERE NOT visible AND operator.code = :code
GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1
"""


def draw(database_url: str, folder: Path) -> list[tuple[str, str]]:
    """Write the images; returns their names and what they show."""
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(database_url, **engine_options(database_url))
    prepare_engine(engine)
    city = _member(engine)
    app = create_app(Config(database_url=database_url, secret_key="only for measuring 0123456789"))  # noqa: S106
    found = find_chromium()
    made = []
    with serving(app) as origin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found.program, args=list(ARGUMENTS), env={**os.environ, **found.env}
        )
        page = browser.new_page(base_url=origin, viewport=SIZE, locale="en-GB", timezone_id="UTC")
        for name, what in (
            ("anonymous", "Anonymous: visible stations only"),
            ("member", f"A member of {NETWORK}: its private stations too"),
            ("revoked", "The same driver in the answer after the membership was revoked"),
        ):
            if name == "member":
                _sign_in(page)
            if name == "revoked":
                _revoke(engine)
            file = f"real-data-{name}.png"
            made.append((file, f"{what}. {_picture(page, city, folder / file)}"))
        browser.close()
    with app.app_context():
        db.engine.dispose()
    engine.dispose()
    return made


def _member(engine: Engine) -> str:
    """A driver with a login and a membership; the city in which to look."""
    at: datetime = now()
    with Session(engine) as session:
        session.connection(execution_options=WRITE)
        operator = session.scalars(select(Operator).where(Operator.code == NETWORK)).one()
        driver = create_driver(session, "REAL-1", DriverData("Member", EMAIL), actor=ACTOR, at=at)
        create_account(session, EMAIL, Role.DRIVER, actor=ACTOR, at=at, driver=driver, password=PASSWORD)
        grant(session, operator, driver, actor=ACTOR, at=at)
        city = str(session.scalar(text(CITY), {"code": NETWORK}))
        session.commit()
    return city


def _revoke(engine: Engine) -> None:
    with Session(engine) as session:
        session.connection(execution_options=WRITE)
        operator = session.scalars(select(Operator).where(Operator.code == NETWORK)).one()
        driver = session.scalars(select(Driver).join(Account).where(Account.email == EMAIL)).one()
        revoke(session, operator, driver, actor=ACTOR, at=now())
        session.commit()


def _sign_in(page: Page) -> None:
    page.goto("/auth/login")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/map/**")


def _picture(page: Page, city: str, file: Path) -> str:
    """Take it once the map stands still; how many stations the endpoint counts for the same search."""
    search = urlencode({"q": city})
    page.goto(f"/map/?{search}", wait_until="networkidle")
    page.wait_for_timeout(1500)
    page.screenshot(path=file)
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"error: {file.name} has more than {MOST_BYTES} bytes")
    answer = page.request.get(f"/map/stations.json?bbox=-180,-90,180,90&zoom=9&{search}").json()
    total = sum(feature["properties"].get("count", 1) for feature in answer["features"])
    return f"{total:,} stations found for “{city}”"
