"""Drivers and members from CSV rows."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from portal.domain.records import MemberAction
from portal.domain.text import N_
from portal.ingest import values
from portal.ingest.fields import Columns, Getter, Header
from portal.ingest.formats import DRIVER_FIELDS, MEMBER_FIELDS, FileSpec, Part
from portal.ingest.groups import grouped
from portal.ingest.hardware import Row
from portal.ingest.records import (
    EMAIL_LENGTH,
    NAME_LENGTH,
    NOTE_LENGTH,
    PHONE_LENGTH,
    UID_LENGTH,
    Accepted,
    DriverRecord,
    FieldError,
    MemberRecord,
    Rejected,
    Skipped,
)
from portal.ingest.rows import RawRow, selected

DriverItem = Accepted[DriverRecord] | Rejected | Skipped
MemberItem = Accepted[MemberRecord] | Rejected | Skipped
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class _Reader:
    """The texts of a row by the names of our fields, and what the file calls them."""

    def __init__(self, columns: Columns, part: Part, known: dict[str, bool]) -> None:
        self._fields = part.fields
        self._getters: dict[str, Getter] = {}
        for name, field in part.fields.items():
            getter = columns.getter(field)
            if getter is not None:
                self._getters[name] = getter
            elif known[name]:
                columns.header.index(field.label)  # raises: the column is missing

    def label(self, name: str) -> str:
        return self._fields[name].label if name in self._fields else name

    def get(self, row: Row, name: str) -> str:
        return self._getters[name](row.cells) if name in self._getters else ""


def read_driver_rows(rows: Iterator[RawRow], header: Header, part: Part) -> Iterator[DriverItem]:
    """One driver for the rows that stand together under its number: one row a token."""
    columns = Columns(header, part.blank)
    reader = _Reader(columns, part, DRIVER_FIELDS)

    def number(row: Row) -> str:
        return values.code(reader.get(row, "number"), reader.label("number"))

    def driver(key: str, group: Sequence[Row]) -> DriverRecord:
        first = group[0]
        for row in group[1:]:
            for name in ("name", "email", "phone"):
                if reader.get(row, name) != reader.get(first, name):
                    reason = f"Differs from line {first.line} of the same driver."
                    raise FieldError(reader.label(name), reader.get(row, name), reason, row.line)
        return DriverRecord(
            number=key,
            name=values.required(reader.get(first, "name"), reader.label("name"), NAME_LENGTH),
            email=values.email(reader.get(first, "email"), reader.label("email"), EMAIL_LENGTH),
            phone=values.text(reader.get(first, "phone"), reader.label("phone"), PHONE_LENGTH) or None,
            token_uids=_tokens(reader, group),
        )

    return grouped(selected(rows, part.where, columns), number, driver, noun="driver", merge=True)


def _tokens(reader: _Reader, group: Sequence[Row]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    label = reader.label("token_uid")
    for row in group:
        try:
            uid = values.text(reader.get(row, "token_uid"), label, UID_LENGTH)
            if uid and not (uid.isascii() and " " not in uid):
                raise FieldError(
                    label,
                    uid,
                    "Expected the identifier of a token: letters, digits and signs without blanks.",
                )
            if (uid := uid.upper()) in found or (not uid and len(group) > 1):
                raise FieldError(label, uid, "Each further row of a driver has another token.")
        except FieldError as error:
            error.line = row.line
            raise
        if uid:
            found[uid] = None
    return tuple(found)


def read_member_rows(
    rows: Iterator[RawRow], header: Header, part: Part, file: FileSpec
) -> Iterator[MemberItem]:
    """One membership a row."""
    columns = Columns(header, part.blank)
    reader = _Reader(columns, part, MEMBER_FIELDS)
    for row in selected(rows, part.where, columns):
        if not isinstance(row, Row):
            yield row
            continue
        try:
            yield Accepted(row.line, _member(reader, row, file))
        except FieldError as error:
            yield Rejected(row.line, error.field, error.value, error.reason)


def _member(reader: _Reader, row: Row, file: FileSpec) -> MemberRecord:
    action = _action(reader.get(row, "action").lower(), reader.label("action"))
    start, end = (_limit(reader, row, name, file) for name in ("valid_from", "valid_to"))
    if start and end and end <= start:
        raise FieldError(
            reader.label("valid_to"), reader.get(row, "valid_to"), N_("The end must lie after the start.")
        )
    return MemberRecord(
        operator_code=values.code(reader.get(row, "operator_code"), reader.label("operator_code")),
        driver_number=values.code(reader.get(row, "driver_number"), reader.label("driver_number")),
        valid_from=start,
        valid_to=end,
        action=action,
        note=values.text(reader.get(row, "note"), reader.label("note"), NOTE_LENGTH) or None,
    )


def _action(text: str, label: str) -> MemberAction:
    if text in ("", "grant"):
        return "grant"
    if text == "revoke":
        return "revoke"
    raise FieldError(label, text, N_("Expected grant or revoke."))


def _limit(reader: _Reader, row: Row, name: str, file: FileSpec) -> datetime | None:
    """Where a membership begins or ends."""
    text, label = reader.get(row, name), reader.label(name)
    if file.whole_days and DAY.fullmatch(text):
        return values.day(text, label, file.time_zone, last=name == "valid_to")
    return values.instant(text, label, file.date_format, file.time_zone)
