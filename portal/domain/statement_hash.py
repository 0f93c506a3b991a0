"""The fingerprint of a statement: it changes with any figure, and ties each statement to the one before."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from portal.models import Statement, StatementLine

HEAD = (
    *("number", "kind", "month", "currency", "sessions", "energy_wh", "net_minor", "vat_minor"),
    *("reimbursement_minor", "share_minor", "due_minor", "kept_minor", "content", "issued_at", "issued_by"),
)
LINE = (
    *(
        "position",
        "kind",
        "session_id",
        "session_version",
        "refers_to_id",
        "terms_id",
        "started_at",
        "ended_at",
    ),
    *(
        "station_code",
        "charger_uid",
        "connector_number",
        "dc",
        "energy_wh",
        "seconds",
        "net_minor",
        "vat_minor",
    ),
    *("reimbursement_minor", "share_minor", "restated"),
)


def statement_number(code: str, month: date, sequence: int) -> str:
    """CODE-2026-09-001."""
    return f"{code}-{month:%Y-%m}-{sequence:03d}"


def statement_hash(statement: Statement, lines: Iterable[StatementLine], previous: str | None) -> str:
    """SHA-256 in hex over everything that never changes, as canonical JSON, and the hash of the previous one."""
    digest = hashlib.sha256(_canonical({name: getattr(statement, name) for name in HEAD}))
    digest.update(_canonical({"previous": previous, "credits": statement.credits_id}))
    for line in lines:
        digest.update(_canonical([getattr(line, name) for name in LINE]))
    return digest.hexdigest()


def _canonical(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return text.encode() + b"\n"


def _plain(value: Any) -> str:
    return str(value.isoformat())
