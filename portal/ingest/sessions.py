"""Sessions from CSV rows, in the order of the file."""

from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any

from portal.domain.errors import Invalid
from portal.domain.geography import currency_value
from portal.domain.records import SessionRecord
from portal.domain.text import N_
from portal.ingest import values
from portal.ingest.fields import Columns, Getter, Header
from portal.ingest.formats import Format
from portal.ingest.hardware import Row
from portal.ingest.records import NAME_LENGTH, UID_LENGTH, Accepted, FieldError, Rejected, Skipped
from portal.ingest.rows import read_rows, selected
from portal.ingest.sessions_format import SESSION_FIELDS
from portal.ingest.sessions_time import Choices, Clock
from portal.ingest.source import Source

SessionItem = Accepted[SessionRecord] | Rejected | Skipped
EXTERNAL_ID_LENGTH = 64
REASON_LENGTH = 20
MOST_WH = 1 << 50
MOST_SECONDS = 999_999_999
REPEATED = N_("This session stands on an earlier line too.")
ENERGY = N_("This energy is beyond every meter.")
WIDE = Context(prec=60)  # more than a number of a file has digits
SEEN = 1 << 14  # texts of a field whose values are remembered: rows repeat them


def read_sessions(source: Source, format_: Format, choices: Choices) -> Iterator[SessionItem]:
    """The sessions of a CSV file; each note says how a row was read. Memory: 80 bytes for each session seen."""
    header, rows = read_rows(source, format_.file)
    part = format_.part("sessions")
    if part.sessions and part.sessions.rename:
        names = part.sessions.rename
        header = Header([names.get(name, name) for name in header.names])
    columns = Columns(header, part.blank)
    reader = _Reader(columns, format_, choices)
    seen: set[int] = set()
    for row in selected(rows, part.where, columns):
        if not isinstance(row, Row):
            yield row
            continue
        try:
            record = reader.record(row)
        except FieldError as error:
            yield Rejected(row.line, error.field, error.value, error.reason)
            continue
        key = hash((record.station_code, record.external_id))
        if key in seen:
            yield Rejected(row.line, reader.label("external_id"), record.external_id, REPEATED)
            continue
        seen.add(key)
        yield Accepted(row.line, record, note=" ".join(reader.notes) or None)


class _Reader:
    """Makes one SessionRecord of each row; `notes` tells how the last one was read."""

    def __init__(self, columns: Columns, format_: Format, choices: Choices) -> None:
        part = format_.part("sessions")
        assert part.sessions is not None  # noqa: S101 - the format was read with it
        shape = part.sessions
        self._labels = {
            name: part.fields[name].label if name in part.fields else name for name in SESSION_FIELDS
        }
        self._decimal = format_.file.decimal
        self._in_kwh = shape.energy_unit == "kWh"
        times = self.label("started_at"), self.label("ended_at")
        self._clock = Clock(shape, choices.zone or format_.file.time_zone, choices, times)
        getters: dict[str, Getter] = {}
        for name, field in part.fields.items():
            getter = columns.getter(field)
            if getter is not None:
                getters[name] = getter
            elif SESSION_FIELDS[name]:
                columns.header.index(field.label)  # raises: the column is missing
        self._start, self._end, self._energy = (
            getters.pop(name) for name in ("started_at", "ended_at", "energy")
        )
        read = self._read_by()
        nothing: Getter = lambda row: ""  # noqa: E731
        plain = [name for name in SessionRecord._fields if name in read]
        self._plain = [(getters.get(name, nothing), read[name]) for name in plain]

    @property
    def notes(self) -> list[str]:
        return self._clock.notes

    def label(self, name: str) -> str:
        return self._labels[name]

    def record(self, row: Row) -> SessionRecord:
        cells = row.cells
        started_at, ended_at = self._clock.period(self._start(cells), self._end(cells))
        external_id, station, charger, connector, driver, *rest = [
            read(get(cells)) for get, read in self._plain
        ]
        energy_wh, note = self._in_wh(self._energy(cells))
        if note:
            self.notes.append(note)
        return SessionRecord(
            external_id, station, charger, connector, driver, started_at, ended_at, energy_wh, *rest
        )

    def _read_by(self) -> dict[str, Callable[[str], Any]]:
        """How the text of a field is read; but for the times and the energy."""
        code = self._optional(values.known_code)
        name = self._optional(lambda text, label: values.text(text, label, NAME_LENGTH))
        number = self._optional(lambda text, label: Decimal(values.number(text, label, self._decimal)))
        seconds = self._optional(lambda text, label: values.integer(text, label, 0, MOST_SECONDS))
        reason = self._optional(lambda text, label: values.text(text, label, REASON_LENGTH))
        by = {
            "station_code": lambda label: _remembering(lambda text: values.known_code(text, label)),
            "external_id": lambda label: lambda text: values.required(text, label, EXTERNAL_ID_LENGTH),
            "charger_uid": lambda label: _remembering(lambda text: values.required(text, label, UID_LENGTH)),
            "connector_number": lambda label: _remembering(lambda text: values.connector_number(text, label)),
            "currency": self._optional(_currency), "net": number, "vat": number,
            "driver_number": code, "area_code": code, "station_name": name, "area_name": name,
            "charging_s": seconds, "idle_s": seconds, "end_reason": reason,
        }  # fmt: skip
        self._in_wh = _remembering(self._wh)
        return {name: make(self.label(name)) for name, make in by.items()}

    @staticmethod
    def _optional(read: Callable[[str, str], Any]) -> Callable[[str], Callable[[str], Any]]:
        """A reader for a label that makes None of nothing."""
        return lambda label: _remembering(lambda text: read(text, label) if text else None)

    def _wh(self, text: str) -> tuple[int | None, str | None]:
        """The energy, and the note that it was rounded."""
        if not text:
            return None, None
        label = self.label("energy")
        amount = Decimal(values.number(text, label, self._decimal))
        exact = amount.scaleb(3, WIDE) if self._in_kwh else amount
        if abs(exact) > MOST_WH:
            raise FieldError(label, text, ENERGY)
        whole = int(exact.to_integral_value(ROUND_HALF_UP))
        return whole, None if whole == exact else f"{label}: {text} is rounded to {whole} Wh."


def _currency(text: str, label: str) -> str:
    try:
        return currency_value("currency", text)
    except Invalid as error:
        raise FieldError(label, text, str(error)) from None


def _remembering(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lru_cache(maxsize=SEEN)(read)
