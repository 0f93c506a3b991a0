"""Many rows at once: statements over ids, what a preview was made of, and how the trail names them."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

CHUNK = 5_000  # ids in one statement: both engines limit its parameters
UNSYNCHRONISED = {"synchronize_session": False}
"""Execution options of a set-based UPDATE: nothing loaded is consulted."""


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids in portions that fit into one statement."""
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def fingerprint(rows: Sequence[tuple[int, ...]], target: Any) -> str:
    """A short text that is another one for other rows (ids and versions, in order) or another target."""
    return sha256(repr((list(rows), target)).encode()).hexdigest()[:32]


def several(names: Sequence[str]) -> str:
    """Some names for the subject of an event that sums up many: "A, B, C +9"."""
    shown = ", ".join(names[:3])
    return f"{shown} +{len(names) - 3}" if len(names) > 3 else shown
