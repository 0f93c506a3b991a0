"""The audit trail in words: actions, kinds of subjects, values; field names stand in audit_fields.py."""

from typing import Any

from flask_babel import lazy_gettext as _

from .audit_fields import FIELDS

ACTIONS = {
    "account.active": _("Login enabled"),
    "account.create": _("Login created"),
    "account.delete": _("Login deleted"),
    "account.disabled": _("Login disabled"),
    "account.forgot": _("New password asked for"),
    "account.link": _("Link to set a password issued"),
    "account.password": _("Password set"),
    "account.password_refused": _("Present password not known"),
    "account.preferences": _("Language or theme chosen"),
    "account.sign_in": _("Signed in"),
    "account.sign_in_refused": _("Sign-in refused"),
    "account.sign_out": _("Signed out"),
    "account.sign_out_elsewhere": _("Signed out everywhere else"),
    "account.sign_out_everywhere": _("Signed out everywhere"),
    "account.update": _("Login changed"),
    "area.assign": _("Area assigned"),
    "area.create": _("Area created"),
    "area.delete": _("Area deleted"),
    "area.unassign": _("Area taken away"),
    "area.update": _("Area changed"),
    "areas.assign": _("Areas assigned"),
    "audit.undo": _("Undone"),
    "charger.create": _("Charger added"),
    "charger.delete": _("Charger removed"),
    "charger.update": _("Charger changed"),
    "connector.create": _("Connector added"),
    "connector.delete": _("Connector removed"),
    "connector.update": _("Connector changed"),
    "driver.active": _("Driver enabled"),
    "driver.anonymise": _("Driver anonymised"),
    "driver.create": _("Driver created"),
    "driver.delete": _("Driver deleted"),
    "driver.disabled": _("Driver disabled"),
    "driver.export": _("All data of a driver exported"),
    "driver.update": _("Driver changed"),
    "import.drivers": _("Drivers imported"),
    "import.members": _("Members imported"),
    "import.sessions": _("Sessions imported"),
    "import.stations": _("Stations imported"),
    "list.columns": _("Columns of a list chosen"),
    "list.export": _("List exported"),
    "members.grant_many": _("Access granted to several drivers"),
    "members.revoke_many": _("Access of several members revoked"),
    "map.view_as": _("Map viewed as somebody else"),
    "membership.grant": _("Access granted"),
    "membership.revoke": _("Access revoked"),
    "membership.update": _("Note of a membership changed"),
    "operator.active": _("Operator enabled"),
    "operator.archived": _("Operator archived"),
    "operator.create": _("Operator created"),
    "operator.delete": _("Operator deleted"),
    "operator.disabled": _("Operator disabled"),
    "operator.security_key": _("Security key set"),
    "operator.update": _("Operator changed"),
    "request.denied": _("Attempt denied"),
    "session.accept": _("Doubtful session accepted"),
    "session.close_idle": _("Session closed as idle"),
    "session.correct": _("Session corrected"),
    "session.import": _("Session changed by a file"),
    "session.open": _("Session started"),
    "session.refuse": _("Start of a session refused"),
    "session.stop": _("Session stopped by hand"),
    "session.withdraw": _("Acceptance of a session withdrawn"),
    "site.test_mail": _("Test mail sent"),
    "site.update": _("Settings changed"),
    "statement.credit": _("Statement taken back"),
    "statement.issue": _("Statement issued"),
    "statement.pay": _("Payment recorded"),
    "statement_run.start": _("Statements of a month asked for"),
    "station.close": _("Station closed"),
    "station.create": _("Station created"),
    "station.delete": _("Station deleted"),
    "station.hide": _("Station hidden"),
    "station.move": _("Station moved to another area"),
    "station.show": _("Station made visible"),
    "station.update": _("Station changed"),
    "stations.hide": _("Stations hidden"),
    "stations.move": _("Stations moved to another area"),
    "stations.show": _("Stations made visible"),
    "stations.status": _("Status of stations set"),
    "tariff.create": _("Tariff created"),
    "tariff.delete": _("Tariff deleted before it began"),
    "tariff.end": _("Tariff ended"),
    "tariff.update": _("Tariff changed"),
    "terms.create": _("Share/reimbursement set"),
    "terms.delete": _("Share/reimbursement removed"),
    "terms.update": _("Share/reimbursement changed"),
    "token.block": _("Token blocked"),
    "token.create": _("Token added"),
    "token.delete": _("Token removed"),
    "token.unblock": _("Token unblocked"),
    "view.delete": _("Saved view deleted"),
    "view.save": _("View of a list saved"),
}

# What belongs together, by the beginnings of its actions.
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "access": (_("Access to private networks"), ("membership.", "members.")),
    "visibility": (_("Visibility and assignment"), ("station.show", "station.hide", "stations.", "area.assign",
                   "area.unassign", "areas.assign")),
    "stations": (_("Stations and hardware"), ("station.", "stations.", "charger.", "connector.")),
    "areas": (_("Areas"), ("area.", "areas.")),
    "operators": (_("Operators and their terms"), ("operator.", "terms.")),
    "tariffs": (_("Tariffs"), ("tariff.",)),
    "statements": (_("Statements and payments"), ("statement.", "statement_run.")),
    "drivers": (_("Drivers and tokens"), ("driver.", "token.")),
    "logins": (_("Logins"), ("account.",)),
    "looking": (_("Looking through others’ eyes"), ("map.view_as",)),
    "files": (_("Imports and exports"), ("import.", "list.export", "driver.export")),
    "refused": (_("Refused attempts"), ("request.denied", "account.sign_in_refused", "session.refuse")),
    "undo": (_("Undone changes"), ("audit.undo",)),
}  # fmt: skip
VIAS = {"web": _("Pages"), "cli": _("Command line"), "api": _("API")}

SUBJECTS = {
    "account": _("Login"),
    "area": _("Area"),
    "audit_event": _("Audit entry"),
    "charger": _("Charger"),
    "charging_session": _("Session"),
    "connector": _("Connector"),
    "driver": _("Driver"),
    "file": _("File"),
    "membership": _("Membership"),
    "operator": _("Operator"),
    "request": _("Request"),
    "saved_view": _("Saved view"),
    "site_settings": _("Settings"),
    "statement": _("Statement"),
    "statement_run": _("Issuing of statements"),
    "station": _("Station"),
    "tariff": _("Tariff"),
    "terms": _("Share/reimbursement"),
    "token": _("Token"),
}


def action_label(action: str) -> Any:
    """`station.visibility` in words; an action without words of its own is still readable."""
    return ACTIONS.get(action) or _humanised(action.replace(".", ": "))


def subject_label(kind: str) -> Any:
    return SUBJECTS.get(kind) or _humanised(kind)


def field_label(name: str) -> Any:
    return FIELDS.get(name) or _humanised(name)


def value_label(value: Any) -> Any:
    """A JSON value for people."""
    if value is True:
        return _("Yes")
    if value is False:
        return _("No")
    if isinstance(value, dict):
        return "; ".join(f"{field_label(key)}: {value_label(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(str(value_label(each)) for each in value)
    return value


def _humanised(name: str) -> str:
    return name.replace("_", " ").capitalize()
