"""Rows that stand together under one key become one record, all of them or none."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from portal.ingest.hardware import Row
from portal.ingest.records import Accepted, FieldError, Rejected, Skipped
from portal.ingest.rows import RawRow

R = TypeVar("R")

MAX_ROWS = 5000


def grouped(
    rows: Iterator[RawRow],
    key: Callable[[Row], str],
    build: Callable[[str, Sequence[Row]], R],
    *,
    noun: str,
    merge: bool,
) -> Iterator[Accepted[R] | Rejected | Skipped]:
    """One record for each run of rows with the same key (`merge`), or for each row.

    A key that comes back later is rejected. Memory: the rows of one record, and 64 bytes for each key seen.
    """
    seen: set[int] = set()
    group: list[Row] = []
    group_key = ""
    broken = after = 0  # a line rejected inside the group, and one rejected since its last row

    def close() -> Iterator[Accepted[R] | Rejected]:
        if not group:
            return
        if broken:
            yield from _left_out(group, broken, noun)
            return
        try:
            record = build(group_key, group)
        except FieldError as error:
            at = error.line or group[0].line
            for row in group:
                if row.line == at:
                    yield Rejected(row.line, error.field, error.value, error.reason)
                else:
                    yield from _left_out([row], at, noun)
        else:
            yield Accepted(group[0].line, record, len(group))

    for row in rows:
        if not isinstance(row, Row):
            if isinstance(row, Rejected):
                after = row.line
            yield row
            continue
        try:
            row_key = key(row)
        except FieldError as error:
            after = row.line
            yield Rejected(row.line, error.field, error.value, error.reason)
            continue
        if merge and group and row_key == group_key and len(group) < MAX_ROWS:
            broken, after = broken or after, 0
            group.append(row)
            continue
        if group and len(group) == MAX_ROWS and row_key == group_key:
            broken = broken or row.line
        yield from close()
        group, group_key, broken, after = [], row_key, 0, 0
        if hash(row_key) in seen:
            yield Rejected(row.line, None, row_key, _repeated(noun, row_key, merge))
            continue
        seen.add(hash(row_key))
        group.append(row)
    yield from close()


def _left_out(rows: Sequence[Row], because: int, noun: str) -> Iterator[Rejected]:
    for row in rows:
        yield Rejected(
            row.line, None, "", f"Left out, because line {because} of the same {noun} was rejected."
        )


def _repeated(noun: str, key: str, merge: bool) -> str:
    if merge:
        return (
            f"{noun.capitalize()} {key} stands on earlier lines too: rows of one {noun} must stand together, "
            f"at most {MAX_ROWS} of them."
        )
    return f"{noun.capitalize()} {key} stands on an earlier line too: each {noun} has one row."
