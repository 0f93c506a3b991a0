"""Every order of every list: pages of any depth and both directions are the unpaged order, at a constant price."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.admin import accounts, areas, drivers, operators
from portal.domain.paging import Cursor
from portal.domain.viewer import Viewer
from portal.models import Operator, Role
from portal.queries import accounts as account_queries
from portal.queries import areas as area_queries
from portal.queries import audit, members, sessions, stations
from portal.queries import drivers as driver_queries
from portal.queries import operators as operator_queries
from portal.queries import statement_lists as statement_queries
from portal.queries.paging import AnySelect, fetch_page
from portal.web import audit_lists, members_list, session_lists, statement_lists, station_lists
from portal.web.list_specs import ListSpec
from tests.admin.counting import count_statements
from tests.admin.people import admin_client, operator_client
from tests.support.factories import post
from tests.web.crowds import crowd

ADMIN = Viewer(role=Role.ADMIN)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
NO_LISTS = (
    "/then",
    "/analytics/",
    "/report/",
    "/report/what-if",
)  # they have files, but no rows to page through
Listed = tuple[Callable[[], ListSpec], Callable[[Operator], AnySelect]]

LISTS: dict[str, Listed] = {
    "accounts": (lambda: accounts.SPEC, lambda _: account_queries.accounts(ADMIN)),
    "areas": (lambda: areas.SPEC, lambda _: area_queries.areas_with_counts(ADMIN)),
    "audit": (lambda: audit_lists.audit_list(ADMIN), lambda _: audit.audit_events(ADMIN)),
    "drivers": (lambda: drivers.SPEC, lambda _: driver_queries.drivers_with_token_count(ADMIN)),
    "members": (
        lambda: members_list.members_spec(NOW),
        lambda operator: members.members(ADMIN, operator, NOW),
    ),
    "operators": (lambda: operators.SPEC, lambda _: operator_queries.operators_with_counts(ADMIN)),
    "sessions": (lambda: session_lists.session_list(ADMIN), lambda _: sessions.sessions(ADMIN)),
    "statements": (
        lambda: statement_lists.statement_list(ADMIN),
        lambda _: statement_queries.statements_with_payments(ADMIN),
    ),
    "stations": (
        lambda: station_lists.station_list(ADMIN),
        lambda _: stations.stations_with_hardware(ADMIN),
    ),
}


@pytest.mark.parametrize("noun", sorted(LISTS))
def test_pages_are_the_unpaged_order(session: Session, noun: str) -> None:
    owner = crowd(session, 17)
    spec, stmt = LISTS[noun][0](), LISTS[noun][1](owner)
    sortable = [column for column in spec.columns if column.sort is not None]
    assert sortable
    for column in sortable:
        for descending in (False, True):
            key: Any = column.sort
            order = (key.desc(), spec.identity.desc()) if descending else (key, spec.identity)
            ids = stmt.add_columns(spec.identity.label("_id")).order_by(None).order_by(*order)
            whole = [row[-1] for row in session.execute(ids).unique()]
            assert len(whole) >= 17
            for backwards in (False, True):
                walked = list(walk(session, spec, stmt, key, descending, backwards))
                assert walked == whole, (column.key, descending, backwards)


def walk(
    session: Session, spec: ListSpec, stmt: AnySelect, key: Any, descending: bool, backwards: bool
) -> Iterator[int]:
    """Ids page by page, as links lead: forward, or to the end and back again."""
    pages, cursor = [], None
    while True:
        page = fetch_page(
            session, stmt, key=key, identity=spec.identity, descending=descending, cursor=cursor, limit=6
        )
        pages.append(page)
        if page.after is None:
            break
        cursor = Cursor.decode(page.after.encode())
    if backwards:
        pages = pages[-1:]
        while pages[0].before is not None:
            cursor = Cursor.decode(pages[0].before.encode(), field="before")
            page = fetch_page(
                session, stmt, key=key, identity=spec.identity, descending=descending, cursor=cursor, limit=6
            )
            pages.insert(0, page)
    for page in pages:
        yield from (row[-1] for row in page.rows)


@pytest.mark.parametrize("engine_name", ["sqlite"])  # what is counted is what the portal sends
def test_a_page_costs_the_same_at_any_size(app: Flask, session: Session) -> None:
    """20 rows and 2,000, for admins and for an operator."""
    owner = crowd(session, 20)
    boss, hotel = admin_client(app, session), operator_client(app, session, owner)
    asked = [(boss, url) for url in list_urls(app, "admin", owner)]
    asked += [(hotel, url) for url in list_urls(app, "operator", owner)]
    assert len(asked) >= 13
    few = {url: count_statements(app, lambda who=who, url=url: who.get(url)) for who, url in asked}
    crowd(session, 2000, start=20)
    many = {url: count_statements(app, lambda who=who, url=url: who.get(url)) for who, url in asked}
    assert {url: count for url, count in many.items() if count > few[url]} == {}
    assert max(few.values()) <= 14, few


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_every_list_keeps_columns_and_views(app: Flask, session: Session) -> None:
    owner = crowd(session, 2)
    boss, hotel = admin_client(app, session), operator_client(app, session, owner)
    for who, surface in ((boss, "admin"), (hotel, "operator")):
        for url in list_urls(app, surface, owner):
            for form in ({"keep": "view", "name": "Mine"}, {"keep": "columns"}):
                answer = post(who, url, form)
                assert (answer.status_code, answer.location.partition("?")[0]) == (303, url)
            check_row_shapes(who, url)


def check_row_shapes(client: FlaskClient, url: str) -> None:
    """Whatever columns are chosen, a row has as many cells as the head."""
    page = client.get(url).text
    offered = [part.partition('"')[0] for part in page.split('name="columns" value="')[1:]]
    assert len(offered) > 3, url
    for columns in (offered[:1], offered):
        table = client.get(url, query_string={"columns": ",".join(columns)}).text
        head, body = table.partition("<thead>")[2].split("</thead>", 1)
        row = body.partition("<tbody>")[2].partition("</tr>")[0]
        assert head.count("<th ") == row.count("<td"), (url, columns)


def list_urls(app: Flask, surface: str, owner: Operator) -> list[str]:
    """The address of every list of a surface, known by its export."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{surface}.")]
    exports = {rule.endpoint.removesuffix("_export") for rule in rules if rule.endpoint.endswith("_export")}
    found = [rule for rule in rules if rule.endpoint in exports and not rule.rule.endswith(NO_LISTS)]
    return sorted(rule.rule.replace("<code>", owner.code) for rule in found)
