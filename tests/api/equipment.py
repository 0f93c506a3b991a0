"""A station that reports, and what a test needs around it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.domain.clock import now
from portal.models import Operator, Station
from portal.services.security_keys import seal_key
from tests.support.factories import make_area, make_operator, make_station
from tests.support.migrated import make_config

KEY = "equipment-key-0123456789"
PEPPER = make_config("sqlite:///x").secret_key


@dataclass
class Equipment:
    """Sends what a station would; `key=None` sends no credentials at all."""

    client: FlaskClient
    code: str
    key: str | None = KEY
    started: datetime = field(default_factory=lambda: now().replace(microsecond=0) - timedelta(minutes=20))

    def at(self, minute: float) -> str:
        """Minutes after the start, as equipment writes instants."""
        return (self.started + timedelta(minutes=minute)).isoformat()

    def send(self, path: str, body: Any, **options: Any) -> TestResponse:
        auth = (self.code, self.key) if self.key is not None else None
        sent: dict[str, Any] = {"json": body} if not isinstance(body, bytes) else {"data": body}
        return self.client.post(f"/api/v1/ingest/sessions{path}", auth=auth, **(sent | options))

    def start(self, id: str = "S-1", minute: float = 0, wh: int = 1000, **over: Any) -> TestResponse:
        said = {"id": id, "connector": 1, "driver_token": None, "at": self.at(minute), "meter_wh": wh}
        return self.send("", said | over)

    def samples(self, *rows: tuple[float, int], id: str = "S-1") -> TestResponse:
        return self.send(f"/{id}/samples", [{"at": self.at(minute), "meter_wh": wh} for minute, wh in rows])

    def stop(self, minute: float, wh: int, reason: str | None = "driver", id: str = "S-1") -> TestResponse:
        return self.send(f"/{id}/stop", {"at": self.at(minute), "meter_wh": wh, "reason": reason})


def make_equipment(session: Session, client: FlaskClient, **over: Any) -> tuple[Equipment, Operator, Station]:
    """A committed station of an operator with KEY."""
    sealed = seal_key(KEY, PEPPER)
    operator = make_operator(session, security_key_hash=sealed.hash, security_key_last4=sealed.last4)
    station = make_station(session, make_area(session, operator), **over)
    session.commit()
    return Equipment(client, station.code), operator, station
