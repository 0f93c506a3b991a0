"""All tables, by the names that the rest of the portal uses."""

from .account import Account, AccountLink, AccountStatus, LoginSession, Role, Throttle
from .audit import AuditEvent
from .base import Base
from .driver import Driver, DriverStatus, Membership, Token, TokenKind
from .operator import Operator, OperatorCode, OperatorDraft, OperatorStatus, Terms
from .session import ChargingSession, SessionStatus
from .site import SiteSettings
from .station import Area, Charger, Connector, CurrentType, Station, StationStatus

__all__ = [
    "Account",
    "AccountLink",
    "AccountStatus",
    "Area",
    "AuditEvent",
    "Base",
    "Charger",
    "ChargingSession",
    "Connector",
    "CurrentType",
    "Driver",
    "DriverStatus",
    "LoginSession",
    "Membership",
    "Operator",
    "OperatorCode",
    "OperatorDraft",
    "OperatorStatus",
    "Role",
    "SessionStatus",
    "SiteSettings",
    "Station",
    "StationStatus",
    "Terms",
    "Throttle",
    "Token",
    "TokenKind",
]
