"""Spans of days that people ask for again and again, as the zone counts them."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _

from portal.domain.days import next_month


def day_presets(zone: str, at: datetime) -> list[tuple[Any, dict[str, str]]]:
    """(label, parameters) for a list with `day_filters`; `at` is the present instant."""
    today = at.astimezone(ZoneInfo(zone)).date()
    yesterday = today - timedelta(days=1)
    return [
        (_("Today"), _span(today, today)),
        (_("Yesterday"), _span(yesterday, yesterday)),
        (_("This month"), _month(today)),
        (_("Last month"), _month(next_month(today, -1))),
    ]


def _month(day: date) -> dict[str, str]:
    return _span(next_month(day, 0), next_month(day) - timedelta(days=1))


def _span(first: date, last: date) -> dict[str, str]:
    return {"from": first.isoformat(), "to": last.isoformat()}
