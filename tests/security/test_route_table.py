"""Each route × role × own, foreign or absent object; a route without a row fails."""

from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.security.asking import HTMX, Visitor, fingerprint, names_of, placeholders, rule_of, visitor
from tests.security.route_equipment import EQUIPMENT
from tests.security.route_table import ADMIN, ANYONE, OPERATOR, ROLES, TABLE, Route
from tests.security.world import make_world

MADE_BY_FLASK = {"HEAD", "OPTIONS"}
ONCE = pytest.mark.parametrize("engine_name", ["sqlite"])  # the guard refuses before an object is looked for
PRIVATE = [route for route in TABLE if route.who != ANYONE]


def test_every_route_has_a_row(app: Flask, session: Session) -> None:
    names = names_of(make_world(session), "own")
    listed = {rule_of(app, route, names) for route in (*TABLE, *EQUIPMENT)}
    rules = app.url_map.iter_rules()
    routes = {(rule.rule, verb) for rule in rules for verb in (rule.methods or set()) - MADE_BY_FLASK}
    assert sorted(routes - listed) == [], "routes without a row"


def test_open_pages_are_open_to_everybody(app: Flask, session: Session) -> None:
    """What is not open, and every change: test_audit.py asks for them as the right one."""
    surprises = []
    world = make_world(session)
    for role in ROLES:
        asking = visitor(app, world, role)
        for route in (each for each in TABLE if each.who == ANYONE and not each.unsafe):
            answer = asking.ask(route, names_of(world, "own"))
            if answer.status_code != route.status:
                surprises.append(f"{said(route)} as {role}: {answer.status_code}")
    assert not surprises, "\n".join(surprises)


@ONCE
def test_wrong_roles_are_refused_whatever_they_ask_for(app: Flask, session: Session) -> None:
    """The refusal does not tell whether the object exists."""
    surprises = []
    world = make_world(session)
    for role in ("admin", "operator", "driver"):
        asking = visitor(app, world, role)
        for route in PRIVATE:
            if route.allows(role):
                continue
            answers = [asking.ask(route, names_of(world, whose)) for whose in cases(route)]
            if {answer.status_code for answer in answers} != {403} or len(
                set(map(fingerprint, answers))
            ) != 1:
                surprises.append(f"{said(route)} as {role}: {[answer.status_code for answer in answers]}")
    assert not surprises, "\n".join(surprises)


@ONCE
@pytest.mark.parametrize("htmx", [False, True])
def test_anonymous_visitors_are_sent_to_the_login_and_back(app: Flask, session: Session, htmx: bool) -> None:
    surprises = []
    world, asking = make_world(session), Visitor(app.test_client())
    for route in PRIVATE:
        answer = asking.ask(route, names_of(world, "own"), headers=HTMX if htmx else None)
        target = urlsplit(answer.headers.get("HX-Redirect" if htmx else "Location", ""))
        back = parse_qs(target.query).get("next")
        wanted = None if htmx or route.unsafe else [route.address.format(**names_of(world, "own"))]
        good = (401 if htmx else 303, "/auth/login", "", wanted)
        if (answer.status_code, target.path, target.netloc, back) != good:
            surprises.append(f"{said(route)}: {answer.status_code} {target.geturl()}")
    assert not surprises, "\n".join(surprises)


@pytest.mark.parametrize("htmx", [False, True])
def test_foreign_is_absent(app: Flask, session: Session, htmx: bool) -> None:
    """404 with the same bytes for what belongs to somebody else and for what there is not."""
    surprises = []
    world = make_world(session)
    for role in (ADMIN, OPERATOR):
        asking = visitor(app, world, role)
        for route in TABLE:
            prints, statuses = set(), []
            for whose in foreign_cases(route, role) if route.allows(role) else ():
                answer = asking.ask(route, names_of(world, whose), headers=HTMX if htmx else None)
                prints.add(fingerprint(answer))
                statuses.append(answer.status_code)
            if set(statuses) - {404} or len(prints) > 1:
                surprises.append(f"{said(route)} as {role}: {statuses}")
    assert not surprises, "\n".join(surprises)


def cases(route: Route) -> list[str]:
    return ["own", "foreign", "absent"] if placeholders(route) else ["own"]


def foreign_cases(route: Route, role: str) -> list[str]:
    """Whose objects this role must not find: an operator any of another tenant, an admin others' drafts.

    Drivers are the CPO's, so that any operator may look for them.
    """
    names = set(placeholders(route))
    if not names:
        return []
    foreign = names & (
        {"station", "session", "statement", "event", "upload"}
        if role == OPERATOR
        else {"draft", "admin_upload"}
    )
    return ["foreign", "absent"] if foreign else ["absent"]


def said(route: Route) -> str:
    return f"{route.method} {route.address}"
