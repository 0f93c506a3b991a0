"""Statements over many ids at once."""

from collections.abc import Iterator, Sequence

CHUNK = 5_000  # ids in one statement: both engines limit its parameters
UNSYNCHRONISED = {"synchronize_session": False}
"""Execution options of a set-based UPDATE: nothing loaded is consulted."""


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids in portions that fit into one statement."""
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
