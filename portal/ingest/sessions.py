"""Sessions from CSV rows, in the order of the file."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

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
MOST_WH = 1 << 50
REPEATED = N_("This session stands on an earlier line too.")
ENERGY = N_("This energy is beyond every meter.")


def read_sessions(source: Source, format_: Format, choices: Choices) -> Iterator[SessionItem]:
    """The sessions of a CSV file; each note says how a row was read. Memory: 64 bytes for each session seen."""
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
        self._shape = part.sessions
        self._labels = {
            name: part.fields[name].label if name in part.fields else name for name in SESSION_FIELDS
        }
        self._decimal = format_.file.decimal
        self._clock = Clock(self._shape, choices.zone or format_.file.time_zone, choices)
        self._getters: dict[str, Getter] = {}
        for name, field in part.fields.items():
            getter = columns.getter(field)
            if getter is not None:
                self._getters[name] = getter
            elif SESSION_FIELDS[name]:
                columns.header.index(field.label)  # raises: the column is missing

    @property
    def notes(self) -> list[str]:
        return self._clock.notes

    def label(self, name: str) -> str:
        return self._labels[name]

    def record(self, row: Row) -> SessionRecord:
        texts = {name: getter(row.cells) for name, getter in self._getters.items()}
        period = self._clock.period(*((texts[name], self.label(name)) for name in ("started_at", "ended_at")))
        driver = texts.get("driver_number")
        area = texts.get("area_code")
        return SessionRecord(
            external_id=self._required(texts, "external_id", EXTERNAL_ID_LENGTH),
            station_code=values.known_code(texts["station_code"], self.label("station_code")),
            charger_uid=self._required(texts, "charger_uid", UID_LENGTH),
            connector_number=values.connector_number(
                texts["connector_number"], self.label("connector_number")
            ),
            driver_number=values.known_code(driver, self.label("driver_number")) if driver else None,
            started_at=period[0],
            ended_at=period[1],
            energy_wh=self._energy(texts["energy"]),
            currency=self._currency(texts.get("currency", "")),
            net=self._amount(texts, "net"),
            vat=self._amount(texts, "vat"),
            station_name=self._name(texts, "station_name"),
            area_code=values.known_code(area, self.label("area_code")) if area else None,
            area_name=self._name(texts, "area_name"),
        )

    def _name(self, texts: dict[str, str], name: str) -> str | None:
        return values.text(texts.get(name, ""), self.label(name), NAME_LENGTH) or None

    def _required(self, texts: dict[str, str], name: str, length: int) -> str:
        return values.required(texts[name], self.label(name), length)

    def _energy(self, text: str) -> int | None:
        if not text:
            return None
        label = self.label("energy")
        amount = Decimal(values.number(text, label, self._decimal))
        exact = amount.scaleb(3) if self._shape.energy_unit == "kWh" else amount
        if abs(exact) > MOST_WH:
            raise FieldError(label, text, ENERGY)
        whole = int(exact.to_integral_value(ROUND_HALF_UP))
        if whole != exact:
            self._clock.notes.append(f"{label}: {text} is rounded to {whole} Wh.")
        return whole

    def _amount(self, texts: dict[str, str], name: str) -> Decimal | None:
        text = texts.get(name)
        return Decimal(values.number(text, self.label(name), self._decimal)) if text else None

    def _currency(self, text: str) -> str | None:
        if not text:
            return None
        try:
            return currency_value("currency", text)
        except Invalid as error:
            raise FieldError(self.label("currency"), text, str(error)) from None
