"""All tables, by the names that the rest of the portal uses."""

from .account import Account, AccountLink, AccountStatus, LoginSession, Role, Throttle
from .audit import AuditEvent
from .base import Base
from .driver import Driver, DriverStatus, Membership, Token, TokenKind
from .operator import Operator, OperatorCode, OperatorDraft, OperatorStatus, Terms
from .past import AreaPast, DriverPast, OperatorPast, StationPast
from .preference import Preference, SavedView, Theme, Upload
from .session import ChargingSession, Doubt, SessionDoubt, SessionSample, SessionStatus
from .site import MailSecurity, SiteSettings
from .statement import (
    RunStatus,
    Statement,
    StatementKind,
    StatementLine,
    StatementLineKind,
    StatementPayment,
    StatementRun,
    StatementStatus,
)
from .station import Area, Charger, Connector, CurrentType, Station, StationStatus
from .tariff import Tariff

__all__ = [
    "Account",
    "AccountLink",
    "AccountStatus",
    "Area",
    "AreaPast",
    "AuditEvent",
    "Base",
    "Charger",
    "ChargingSession",
    "Connector",
    "CurrentType",
    "Doubt",
    "Driver",
    "DriverPast",
    "DriverStatus",
    "LoginSession",
    "MailSecurity",
    "Membership",
    "Operator",
    "OperatorCode",
    "OperatorDraft",
    "OperatorPast",
    "OperatorStatus",
    "Preference",
    "Role",
    "RunStatus",
    "SavedView",
    "SessionDoubt",
    "SessionSample",
    "SessionStatus",
    "SiteSettings",
    "Statement",
    "StatementKind",
    "StatementLine",
    "StatementLineKind",
    "StatementPayment",
    "StatementRun",
    "StatementStatus",
    "Station",
    "StationPast",
    "StationStatus",
    "Tariff",
    "Terms",
    "Theme",
    "Throttle",
    "Token",
    "TokenKind",
    "Upload",
]
