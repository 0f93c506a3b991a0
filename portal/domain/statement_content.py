"""What a statement says beside its lines, kept as it was when it was issued."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from portal.models import Operator, SiteSettings

from .commission import Agreed
from .statement_lines import Line

WHO = ("code", "name", "organization", "address", "zip", "city", "state", "country")
LETTER = frozenset({"US", "CA", "MX", "PH", "CL", "CO", "CR", "GT", "PA", "PR", "SV", "VE", "DO", "NI", "HN"})


def statement_content(
    site: SiteSettings,
    operator: Operator,
    bounds: tuple[datetime, datetime],
    lines: Sequence[Line],
    left_out: Iterable[Any],
) -> dict[str, Any]:
    """Site and operator by name, the month's exact bounds (UTC) and hours, the terms by their id, who was left out."""
    since, until = bounds
    return {
        "site": site.name,
        "operator": {name: getattr(operator, name) for name in WHO},
        "timezone": operator.timezone,
        "locale": site.locale,
        "paper": "letter" if operator.country in LETTER else "a4",
        "from": since.isoformat(),
        "until": until.isoformat(),
        "hours": f"{Decimal((until - since) // timedelta(seconds=1)) / 3600:f}",
        "terms": _terms(line.agreed for line in lines),
        "left_out": [
            {"doubt": row[1].value, "currency": row[2], "sessions": row[3], "energy_wh": int(row[4])}
            for row in left_out
        ],
    }


def _terms(agreed: Iterable[Agreed | None]) -> dict[str, Any]:
    return {str(one.terms_id): one.to_json() for one in agreed if one is not None}
