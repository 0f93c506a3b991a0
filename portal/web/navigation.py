"""The menu of each surface, and what every template may rely on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from portal.domain.clock import now
from portal.extensions import db
from portal.models import Role, SiteSettings

from .auth import viewer
from .filters import offset_label
from .locale import language_tag, text_direction
from .site import current_site

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class NavItem:
    label: str
    icon: str
    url: str
    active: bool


def _admin() -> list[tuple[str, str, str]]:
    return [
        (_("Dashboard"), "home", "admin.dashboard"),
        (_("Operators"), "building-store", "admin.operators"),
        (_("Areas"), "parking", "admin.areas"),
        (_("Stations"), "map-pin", "admin.stations"),
        (_("Drivers"), "users", "admin.drivers"),
        (_("Accounts"), "key", "admin.accounts"),
        (_("Sessions"), "bolt", "admin.sessions"),
        (_("Report"), "coins", "admin.report"),
        (_("Analytics"), "chart-bar", "admin.analytics"),
        (_("Tariffs"), "report-money", "admin.tariffs"),
        (_("Statements"), "receipt", "admin.statements"),
        (_("Audit"), "history", "admin.audit"),
        (_("Map"), "map", "map.driver_map"),
        (_("Settings"), "settings", "admin.settings"),
    ]


def _operator() -> list[tuple[str, str, str]]:
    return [
        (_("Dashboard"), "home", "operator.dashboard"),
        (_("Stations"), "map-pin", "operator.stations"),
        (_("Members"), "users", "operator.members"),
        (_("Sessions"), "bolt", "operator.sessions"),
        (_("Report"), "coins", "operator.report"),
        (_("Analytics"), "chart-bar", "operator.analytics"),
        (_("Tariffs"), "report-money", "operator.tariffs"),
        (_("Statements"), "receipt", "operator.statements"),
        (_("Audit"), "history", "operator.audit"),
        (_("Map"), "map", "map.driver_map"),
    ]


def _driver() -> list[tuple[str, str, str]]:
    return [
        (_("Map"), "map", "map.driver_map"),
        (_("My sessions"), "bolt", "auth.my_sessions"),
    ]


MENUS: dict[Role | None, Callable[[], list[tuple[str, str, str]]]] = {
    Role.ADMIN: _admin,
    Role.OPERATOR: _operator,
    Role.DRIVER: _driver,
}
HOMES: dict[Role | None, str] = {Role.ADMIN: "admin.dashboard", Role.OPERATOR: "operator.dashboard"}


def menu() -> list[NavItem]:
    """The viewer's menu; the item whose address the present one starts with is the active one."""
    items = MENUS.get(viewer().role, list)()
    items = [item for item in items if item[2] in current_app.view_functions]
    urls = [url_for(endpoint) for _label, _icon, endpoint in items]
    best = max((url for url in urls if request.path.startswith(url)), key=len, default="")
    return [
        NavItem(label, icon, url, url == best) for (label, icon, _e), url in zip(items, urls, strict=True)
    ]


def home_url(role: Role | None) -> str:
    """Where a role starts."""
    return url_for(HOMES.get(role, "map.driver_map"))


def theme() -> str:
    """Light, dark or the system's: what the account chose, else a cookie that theme.js sets."""
    chosen = getattr(current_user, "theme", None) or request.cookies.get("theme", "auto")
    return chosen if chosen in THEMES else "auto"


def logo_url() -> str | None:
    """The address of the site's own logo; another picture has another address."""
    version = current_site().logo
    return url_for("brand.logo", v=version) if version is not None else None


def site() -> SiteSettings:
    """The settings of the whole site (the migrations make their row)."""
    return db.session.get_one(SiteSettings, 1)


def init_app(app: Flask) -> None:
    @app.context_processor
    def common() -> dict[str, Any]:
        asking = viewer()
        return {
            "viewer": asking,
            "nav": menu(),
            "home": home_url(asking.role),
            "site_name": current_site().name,
            "site_logo": logo_url(),
            "zone_label": offset_label(asking.zone, now()),
            "theme": theme(),
            "lang": language_tag(),
            "direction": text_direction(),
        }
