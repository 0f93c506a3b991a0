"""Every route of the portal: who gets in, what the right one gets, and what the trail says of it.

An address names objects of tenant A by placeholders (tests/security/world.py: `Tenant.names`). Whoever a route
is for gets `status` there; for others see `refusal`. Objects that are foreign, hidden or absent are 404.
"""

from tests.security.route_kinds import (
    ADMIN,
    ANYONE,
    OPERATOR,
    ROLES,
    Form,
    Route,
    explained,
    figures,
    get,
    lists,
    members,
    post,
)
from tests.security.route_report import REPORT
from tests.security.route_sessions import SESSION
from tests.security.route_signed_in import EYES, PROFILE
from tests.security.route_statements import STATEMENTS
from tests.security.route_tariffs import TARIFFS

__all__ = ["ADMIN", "ANYONE", "KEY", "OPERATOR", "ROLES", "TABLE", "Form", "Route"]

NAMED = {"version": "1", "name": "New name", "phone": "", "state": ""}
NEW_CODE = {**NAMED, "code": "BRAND-NEW"}
PLACE = {**NAMED, "area": "{area}", "latitude": "46", "longitude": "14", "status": "available"}
CHARGER = {"uid": "another", "current_type": "DC"}
CONNECTOR = {"number": "7", "standard": "IEC_62196_T2", "max_kw": "22"}
WHERE = {"version": "1", "timezone": "Asia/Kathmandu", "currency": "EUR"}
LOGIN = {"version": "1", "name": "New name", "role": "operator", "operator": "{operator}"}
DRIVER = {**NAMED, "email": "new.driver@example.com"}
KEY = "Secret-key-0123456789"

OPEN = (
    get("/", ANYONE, 303),
    get("/healthz", ANYONE),
    get("/readyz", ANYONE),
    get("/live/events", ANYONE, 204),  # a stream only for who asks for one: tests/web/test_live.py
    get("/static/favicon.svg", ANYONE),
    get("/auth/login", ANYONE),
    post(
        "/auth/login",
        ANYONE,
        {"email": "nobody@example.com", "password": "wrong"},
        "account.sign_in_refused",
        status=422,
    ),
    post("/auth/logout", ANYONE, {}),
    get("/auth/forgot", ANYONE),
    post("/auth/forgot", ANYONE, {"email": "nobody@example.com"}, status=409),
    get("/site/logo", ANYONE, 404),
    get("/favicon.ico", ANYONE),
    get("/auth/link/{link}", ANYONE),
    post(
        "/auth/link/{link}",
        ANYONE,
        {"password": "a new password", "repeat": "a new password"},
        "account.password",
    ),
    get("/map/", ANYONE),
    get("/map/stations.json?bbox=-180,-90,180,90&zoom=2", ANYONE),
    get("/map/stations/{public}", ANYONE),
    get("/map/folium-1.js", ANYONE),
    get("/map/mini.js", ANYONE),
    get("/map/picker.js", ANYONE),
)

OPERATORS = (
    *lists("/admin/operators/", ADMIN),
    get("/admin/operators/new", ADMIN, 303),
    get("/admin/operators/new/code?name=New", ADMIN, 303),
    get("/admin/operators/states?country=US", ADMIN, 303),
    post("/admin/operators/new-key", ADMIN, {}),
    get("/admin/operators/new/{draft}/operator", ADMIN),
    post("/admin/operators/new/{draft}/operator", ADMIN, {**NEW_CODE, "version": "3"}),
    post("/admin/operators/new/{draft}/operator/keep", ADMIN, {**NEW_CODE, "version": "3"}),
    get("/admin/operators/new/{draft}/summary", ADMIN),
    post("/admin/operators/new/{draft}/summary", ADMIN, {"version": "3"}, "operator.create"),
    post("/admin/operators/new/{draft}/discard", ADMIN, {}),
    get("/admin/operators/{operator}/", ADMIN),
    get("/admin/operators/{operator}/edit/operator", ADMIN),
    post("/admin/operators/{operator}/edit/operator", ADMIN, NAMED, "operator.update"),
    get("/admin/operators/{operator}/edit/environment", ADMIN),
    post(
        "/admin/operators/{operator}/edit/environment",
        ADMIN,
        {**WHERE, "security_key": KEY},
        "operator.update",
        "operator.security_key",
    ),
    *lists("/admin/operators/{operator}/audit", ADMIN),
    get("/admin/operators/{operator}/archive", ADMIN),
    post("/admin/operators/{operator}/disable", ADMIN, {}, "operator.disabled"),
    get("/admin/operators/{operator}/delete", ADMIN),
    post("/admin/operators/{operator}/delete", ADMIN, {}, status=409),
    *lists("/admin/operators/{operator}/members/", ADMIN),
    post("/admin/operators/{operator}/members/{stranger}/grant", ADMIN, {}, "membership.grant"),
    post("/admin/operators/{operator}/members/{driver}/revoke", ADMIN, {}, "membership.revoke"),
    *members("/admin/operators/{operator}/members", ADMIN, "{admin_upload}"),
)

HARDWARE = (
    *lists("/admin/areas/", ADMIN),
    get("/admin/areas/bulk?to=-&code={area}", ADMIN),
    post("/admin/areas/bulk?to=-&code={area}", ADMIN, {}, status=409),
    get("/admin/areas/new", ADMIN),
    post("/admin/areas/new", ADMIN, NEW_CODE, "area.create"),
    get("/admin/areas/{area}/", ADMIN),
    get("/admin/areas/{area}/edit", ADMIN),
    post("/admin/areas/{area}/edit", ADMIN, NAMED, "area.update"),
    get("/admin/areas/{area}/assign", ADMIN),
    post("/admin/areas/{area}/assign", ADMIN, {"operator": "-", "version": "1"}, "area.unassign"),
    post("/admin/areas/{area}/delete", ADMIN, {}, status=409),
    *lists("/admin/stations/", ADMIN),
    get("/admin/stations/areas?area=zq", ADMIN),
    get("/admin/stations/bulk?do=hide&code={station}", ADMIN),
    post("/admin/stations/bulk?do=show&code={station}", ADMIN, {}, status=409),
    get("/admin/stations/new", ADMIN),
    post("/admin/stations/new", ADMIN, {**PLACE, "code": "BRAND-NEW"}, "station.create"),
    get("/admin/stations/{station}/", ADMIN),
    get("/admin/stations/{station}/edit", ADMIN),
    post("/admin/stations/{station}/edit", ADMIN, PLACE, "station.update"),
    post("/admin/stations/{station}/visibility", ADMIN, {"visible": "true"}, "station.show"),
    post("/admin/stations/{station}/close", ADMIN, {}, "station.close"),
    post("/admin/stations/{station}/delete", ADMIN, {}, status=409),
    get("/admin/stations/{station}/chargers/new", ADMIN),
    post("/admin/stations/{station}/chargers/new", ADMIN, CHARGER, "charger.create"),
    get("/admin/stations/{station}/chargers/{charger}/edit", ADMIN),
    post("/admin/stations/{station}/chargers/{charger}/edit", ADMIN, CHARGER, "charger.update"),
    post("/admin/stations/{station}/chargers/{charger}/delete", ADMIN, {}, "charger.delete"),
    get("/admin/stations/{station}/chargers/{charger}/connectors/new", ADMIN),
    post("/admin/stations/{station}/chargers/{charger}/connectors/new", ADMIN, CONNECTOR, "connector.create"),
    get("/admin/stations/{station}/chargers/{charger}/connectors/{connector}/edit", ADMIN),
    post(
        "/admin/stations/{station}/chargers/{charger}/connectors/{connector}/edit",
        ADMIN,
        CONNECTOR,
        "connector.update",
    ),
    post(
        "/admin/stations/{station}/chargers/{charger}/connectors/{connector}/delete",
        ADMIN,
        {},
        "connector.delete",
    ),
)

PEOPLE = (
    get("/auth/my-data", "driver", 200, "driver.export"),
    *lists("/admin/drivers/", ADMIN),
    get("/admin/drivers/new", ADMIN),
    post("/admin/drivers/new", ADMIN, {**DRIVER, "number": "BRAND-NEW"}, "driver.create"),
    get("/admin/drivers/{driver}/", ADMIN),
    get("/admin/drivers/{driver}/edit", ADMIN),
    post("/admin/drivers/{driver}/edit", ADMIN, DRIVER, "driver.update"),
    post("/admin/drivers/{driver}/disable", ADMIN, {}, "driver.disabled"),
    post("/admin/drivers/{driver}/enable", ADMIN, {}),
    post("/admin/drivers/{driver}/delete", ADMIN, {}, status=409),
    get("/admin/drivers/{driver}/all-data.zip", ADMIN, 200, "driver.export"),
    get("/admin/drivers/{driver}/anonymise", ADMIN),
    post(
        "/admin/drivers/{driver}/anonymise",
        ADMIN,
        {"number": "{driver}"},
        "membership.revoke",
        "account.delete",
        "driver.anonymise",
    ),
    post("/admin/drivers/{driver}/tokens/add", ADMIN, {"uid": "NEW-TOKEN", "kind": "rfid"}, "token.create"),
    post("/admin/drivers/{driver}/tokens/{token}/block", ADMIN, {}, "token.block"),
    post("/admin/drivers/{driver}/tokens/{token}/unblock", ADMIN, {}),
    post("/admin/drivers/{driver}/tokens/{token}/remove", ADMIN, {}, "token.delete"),
    *lists("/admin/accounts/", ADMIN),
    get("/admin/accounts/new", ADMIN),
    post(
        "/admin/accounts/new",
        ADMIN,
        {"email": "new@example.com", "role": "admin"},
        "account.create",
        "account.link",
        status=200,
    ),
    get("/admin/accounts/{account}/", ADMIN),
    get("/admin/accounts/{account}/edit", ADMIN),
    post("/admin/accounts/{account}/edit", ADMIN, LOGIN, "account.update"),
    post("/admin/accounts/{account}/disable", ADMIN, {}, "account.disabled"),
    post("/admin/accounts/{account}/enable", ADMIN, {}),
    post("/admin/accounts/{account}/link", ADMIN, {}, "account.link", status=200),
    post("/admin/accounts/{account}/sign-out", ADMIN, {}, "account.sign_out_everywhere"),
    post("/admin/accounts/{account}/delete", ADMIN, {}, "account.delete"),
)

RECORDS = (
    get("/admin/", ADMIN),
    *explained("/admin", ADMIN, "drivers"),
    get("/admin/settings", ADMIN),
    post("/admin/settings", ADMIN, {"name": "New name"}, "site.update"),
    post("/admin/settings/test-mail", ADMIN, {}, "site.test_mail"),
    get("/admin/setup", ADMIN),
    post("/admin/setup/end", ADMIN, {}),
    *lists("/admin/sessions/", ADMIN),
    get("/admin/sessions/{session}/", ADMIN),
    *figures("/admin/analytics/", ADMIN),
    *SESSION,
    *lists("/admin/audit/", ADMIN),
    get("/admin/audit/{event}/", ADMIN),
    post("/admin/audit/{event}/undo", ADMIN, {}, "audit.undo", "station.show"),
)

OWN = (
    get("/operator/", OPERATOR),
    *lists("/operator/stations/", OPERATOR),
    get("/operator/stations/{station}/", OPERATOR),
    *explained("/operator", OPERATOR, "members"),
    get("/operator/stations/bulk?do=show&code={station}", OPERATOR),
    post("/operator/stations/bulk?do=show&code={station}", OPERATOR, {}, status=409),
    post("/operator/stations/{station}/visibility", OPERATOR, {"visible": "true"}, "station.show"),
    *lists("/operator/members/", OPERATOR),
    post("/operator/members/{stranger}/grant", OPERATOR, {}, "membership.grant"),
    post("/operator/members/{driver}/revoke", OPERATOR, {}, "membership.revoke"),
    *members("/operator/members", OPERATOR, "{upload}"),
    *lists("/operator/sessions/", OPERATOR),
    get("/operator/sessions/{session}/", OPERATOR),
    *figures("/operator/analytics/", OPERATOR),
    *lists("/operator/audit", OPERATOR),
    get("/operator/audit/{event}/", OPERATOR),
    post("/operator/audit/{event}/undo", OPERATOR, {}, "audit.undo", "station.show"),
)

TABLE: tuple[Route, ...] = (
    *OPEN,
    *OPERATORS,
    *HARDWARE,
    *PEOPLE,
    *RECORDS,
    *OWN,
    *TARIFFS,
    *REPORT,
    *STATEMENTS,
    *PROFILE,
    *EYES,
)
