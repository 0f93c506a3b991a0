"""Two operators with a secret word in every text field, and everybody who may try to read it.

A tenant's fields all hold its `mark`; its one public station and the area of it hold `open_mark` instead, since
anybody may read those on the map. Drivers are the CPO's: their names hold no mark, what identifies them does.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import count

from sqlalchemy.orm import Session

from portal.domain.clock import now
from portal.domain.viewer import Actor
from portal.models import Account, Driver, Operator, Role, Station
from portal.services import drafts
from portal.services.accounts import issue_link
from portal.services.audit import record, record_event
from portal.services.member_upload import keep_upload
from tests.security.world_charging import NOON, charge, settle
from tests.support.charging import make_terms
from tests.support.factories import (
    TESTER,
    make_account,
    make_area,
    make_driver,
    make_membership,
    make_operator,
    make_sign_in,
    make_station,
    make_tariff,
)

_numbers = count(1)


@dataclass
class Tenant:
    """One operator and all that is its own. `names` fills the placeholders of addresses."""

    mark: str
    open_mark: str
    operator: Operator
    account: Account
    member: Driver
    revoked: Driver
    hidden: Station
    public: Station
    names: dict[str, object] = field(default_factory=dict)


@dataclass
class World:
    """Two tenants, an admin, and drivers with their logins."""

    a: Tenant
    b: Tenant
    admin: Account
    member: Account
    revoked: Account
    stranger: Account
    stranger_number: str

    def account(self, role: str) -> Account | None:
        """The login of `admin`, `operator` (of tenant A), `driver` (member of A), `revoked`, `stranger`; None else."""
        logins = {
            "admin": self.admin,
            "operator": self.a.account,
            "driver": self.member,
            "revoked": self.revoked,
            "stranger": self.stranger,
        }
        return logins.get(role)


ABSENT: dict[str, object] = {
    "operator": "NOPE",
    "area": "NOPE",
    "station": "NOPE",
    "public": "NOPE",
    "driver": "NOPE",
    "token": "NOPE",
    "account": 999_999,
    "session": 999_999,
    "tariff": 999_999,
    "terms": "1999-01",
    "statement": "NOPE-2026-09-001",
    "run": 999_999,
    "charger": 999_999,
    "connector": 999_999,
    "draft": "0" * 32,
    "link": "nope",
    "event": 999_999,
    "upload": "0" * 32,
    "admin_upload": "0" * 32,
    "sign_in": 999_999,
}


def make_world(session: Session) -> World:
    """Committed; every call makes another world beside the former ones."""
    n = next(_numbers)
    a, b = (make_tenant(session, f"zq{letter}{n}", n) for letter in "ab")
    stranger = make_driver(session, name=f"Stranger {n}")
    logins = [make_account(session, Role.DRIVER, driver=who) for who in (a.member, a.revoked, stranger)]
    world = World(a, b, make_account(session), *logins, stranger.number)
    for tenant, admin in ((a, world.admin), (b, make_account(session))):
        tenant.names["sign_in"] = make_sign_in(session, admin).id
        tenant.names["draft"] = make_draft(session, admin, f"{tenant.mark}D".upper())
        tenant.names["upload"] = make_upload(session, tenant, tenant.account)
        tenant.names["admin_upload"] = make_upload(session, tenant, admin)
    session.commit()
    return world


def make_tenant(session: Session, mark: str, n: int) -> Tenant:
    """Every text field of every table that belongs to a tenant holds the mark."""
    word = f"{mark}closed"
    operator = make_operator(
        session,
        code=f"{word}-OP".upper(),
        **{name: f"{word} {name}" for name in ("name", "organization", "address", "state", "city")},
        zip=f"{word}z"[:20],
        phone=f"{word} phone",
        country="SI",
        security_key_hash=f"{word}keyhash",
        security_key_last4="zq4k",
    )
    account = make_account(
        session, Role.OPERATOR, operator=operator, name=f"{word} user", email=f"{word}@example.com"
    )
    member, revoked = (_driver(session, word, which, n) for which in ("m", "r"))
    make_membership(session, operator, member, note=f"{word} note", granted_by=f"{word} granter")
    make_membership(
        session,
        operator,
        revoked,
        revoked_at=NOON,
        revoked_by=f"{word} revoker",
        revoke_reason=f"{word} reason",
    )
    hidden = _station(session, operator, word, visible=False)
    public = _station(session, operator, f"{mark}open", visible=True)
    charged = charge(session, hidden, operator, member, word)
    record_event(
        session,
        Actor(f"{word} actor", address="192.0.2.77"),
        "station.update",
        f"{word} subject",
        at=NOON,
        operator_id=operator.id,
        details={"name": f"{word} after"},
    )
    user = Actor(account.name or "", account_id=account.id)
    hid = {"before": {"visible": True}, "after": {"visible": False}}
    hiding = record(session, user, "station.hide", hidden, at=now(), operator_id=operator.id, **hid)
    tenant = Tenant(word, f"{mark}open", operator, account, member, revoked, hidden, public)
    statement, run = settle(session, operator)  # before there are terms: those that it used never change
    tenant.names = {
        "statement": statement.number,
        "run": run.id,
        "operator": operator.code,
        "area": hidden.area.code,
        "station": hidden.code,
        "public": public.code,
        "driver": member.number,
        "token": f"{word}t-m".upper(),
        "account": account.id,
        "session": charged.id,
        "tariff": make_tariff(session, operator, name=f"{word} tariff").id,
        "terms": f"{make_terms(session, operator, date(2026, 10, 1)).effective_from:%Y-%m}",
        "charger": hidden.chargers[0].id,
        "connector": hidden.chargers[0].connectors[0].id,
        "event": hiding.id if hiding else 0,
        "link": issue_link(session, account, actor=TESTER, at=now()),
    }
    return tenant


def make_draft(session: Session, admin: Account, code: str) -> str:
    """The id of a run of the wizard that stands before its summary."""
    draft = drafts.start_draft(session, admin.id, at=now())
    typed = {"code": code, "name": f"{code} name"}
    drafts.save_step(session, draft, "operator", typed, version=draft.version, at=now())
    where = {"timezone": "Europe/Ljubljana", "currency": "EUR"}
    drafts.save_step(session, draft, "environment", where, version=draft.version, at=now())
    return draft.id


def make_upload(session: Session, tenant: Tenant, account: Account) -> str:
    """The id of a file of members between its dry run and the decision."""
    content = f"driver_number,note\n{tenant.member.number},{tenant.mark} note\n".encode()
    purpose = f"members:{tenant.operator.code}"
    return keep_upload(session, account.id, purpose, f"{tenant.mark}.csv", content, at=now()).id


def _driver(session: Session, word: str, which: str, n: int) -> Driver:
    return make_driver(
        session,
        token_uid=f"{word}t-{which}",
        number=f"N{n}-{which}-{word[:3]}".upper(),
        name=f"Someone {which}",
        email=f"{word}.{which}@example.com",
        phone=f"+386 40 {word}",
        phone_e164=None,
    )


def _station(session: Session, operator: Operator, word: str, *, visible: bool) -> Station:
    texts = ("name", "address", "city")
    area = make_area(
        session, operator, code=f"{word}-AREA".upper(), country="SI", **{t: f"{word} area {t}" for t in texts}
    )
    station = make_station(
        session,
        area,
        code=f"{word}-ST".upper(),
        visible=visible,
        opening_hours=f"{word} hours",
        state=f"{word} state",
        zip=f"{word}z"[:20],
        **{t: f"{word} station {t}" for t in texts},
    )
    session.refresh(station, ["area", "chargers"])
    charger = station.chargers[0]
    session.refresh(charger, ["connectors"])
    charger.uid = f"{word}-charger"[:36]
    return station
