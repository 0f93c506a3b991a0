"""Stations from CSV rows."""

from collections.abc import Iterator, Sequence
from typing import cast, get_args

from portal.ingest import values
from portal.ingest.fields import Columns, Getter, Header
from portal.ingest.formats import STATION_FIELDS, Bounds, FileSpec, Part
from portal.ingest.groups import grouped
from portal.ingest.hardware import Row, RowsShape
from portal.ingest.records import (
    ADDRESS_LENGTH,
    HOURS_LENGTH,
    NAME_LENGTH,
    PLACE_LENGTH,
    STATION_NAME_LENGTH,
    ZIP_LENGTH,
    Accepted,
    FieldError,
    Rejected,
    Skipped,
    StationRecord,
    StationStatus,
)
from portal.ingest.rows import RawRow, selected

StationItem = Accepted[StationRecord] | Rejected | Skipped
_STATUSES: tuple[str, ...] = get_args(StationStatus)


def read_station_rows(
    rows: Iterator[RawRow], header: Header, part: Part, file: FileSpec
) -> Iterator[StationItem]:
    """The stations of a CSV file; FileError at once when a column is missing."""
    columns = Columns(header, part.blank)
    reader = StationReader(columns, part, file)
    merge = isinstance(part.hardware, RowsShape)
    return grouped(
        selected(rows, part.where, columns), reader.code, reader.station, noun="station", merge=merge
    )


class StationReader:
    """Makes one StationRecord of the rows of one station."""

    def __init__(self, columns: Columns, part: Part, file: FileSpec) -> None:
        self._file = file
        self._bounds = part.bounds
        self._labels = {name: field.label for name, field in part.fields.items()}
        self._codes = columns.candidates(part.fields["code"])
        self._chargers = part.hardware and part.hardware.reader(columns, file.decimal, file.power_unit)
        self._getters: dict[str, Getter] = {}
        for name, field in part.fields.items():
            getter = columns.getter(field)
            if getter is None and STATION_FIELDS[name]:
                columns.header.index(field.label)  # raises: the column is missing
            elif getter is not None and name != "code":
                self._getters[name] = getter

    def code(self, row: Row) -> str:
        """The station's code: the first way that gives a valid one."""
        return first_code(self._codes, row.cells, self._labels["code"])

    def station(self, code: str, rows: Sequence[Row]) -> StationRecord:
        """The station, whose rows all say the same about it; FieldError when something is not as expected."""
        texts = {name: getter(rows[0].cells) for name, getter in self._getters.items()}
        for row in rows[1:]:
            self._agree(texts, rows[0].line, row)
        latitude, longitude = self._position(texts)
        operator_code = texts.get("operator_code")
        return StationRecord(
            code=code,
            name=self._required(texts, "name", STATION_NAME_LENGTH),
            operator_code=values.known_code(operator_code, self._labels["operator_code"])
            if operator_code
            else None,
            operator_name=(self._text(texts, "operator_name", NAME_LENGTH) or None)
            if operator_code
            else None,
            area_code=values.known_code(texts["area_code"], self._labels["area_code"]),
            area_name=self._required(texts, "area_name", NAME_LENGTH),
            latitude=latitude,
            longitude=longitude,
            visible=values.boolean(texts["visible"], self._labels["visible"]),
            status=self._status(texts),
            address=self._text(texts, "address", ADDRESS_LENGTH),
            city=self._text(texts, "city", PLACE_LENGTH),
            state=self._text(texts, "state", PLACE_LENGTH),
            zip=self._text(texts, "zip", ZIP_LENGTH),
            country=values.country(texts["country"], self._labels["country"]) if "country" in texts else None,
            opening_hours=self._text(texts, "opening_hours", HOURS_LENGTH),
            chargers=self._chargers(rows) if self._chargers else (),
        )

    def _agree(self, texts: dict[str, str], line: int, row: Row) -> None:
        for name, getter in self._getters.items():
            if (found := getter(row.cells)) != texts[name]:
                reason = f"Differs from line {line} of the same station, which has {texts[name][:40]!r}."
                raise FieldError(self._labels[name], found, reason, row.line)

    def _position(self, texts: dict[str, str]) -> tuple[float, float]:
        decimal = self._file.decimal
        latitude = values.degrees(texts["latitude"], self._labels["latitude"], decimal, 90)
        longitude = values.degrees(texts["longitude"], self._labels["longitude"], decimal, 180)
        check_bounds(self._bounds, latitude, longitude)
        return latitude, longitude

    def _status(self, texts: dict[str, str]) -> StationStatus | None:
        status = texts.get("status")
        if not status:
            return None
        if status not in _STATUSES:
            raise FieldError(self._labels["status"], status, f"Expected one of {', '.join(_STATUSES)}.")
        return cast(StationStatus, status)

    def _text(self, texts: dict[str, str], name: str, length: int) -> str | None:
        return values.text(texts[name], self._labels[name], length) if name in texts else None

    def _required(self, texts: dict[str, str], name: str, length: int) -> str:
        return values.required(texts[name], self._labels[name], length)


def first_code(candidates: Sequence[Getter], cells: Sequence[str], label: str) -> str:
    """The first candidate that is a valid code; the error of the first one when none is."""
    problem: FieldError | None = None
    for candidate in candidates:
        try:
            return values.code(candidate(cells), label)
        except FieldError as error:
            problem = problem or error
    raise problem or FieldError(label, "", "Nothing stands here, and a code is required.")


def check_bounds(bounds: Sequence[Bounds], latitude: float, longitude: float) -> None:
    """Refuse a position outside every box that the format states; no boxes, no limits."""
    for box in bounds:
        if box.south <= latitude <= box.north and box.west <= longitude <= box.east:
            return
    if bounds:
        names = ", ".join(dict.fromkeys(box.name for box in bounds))
        position = f"{latitude:.6f}, {longitude:.6f}"
        raise FieldError(
            None, position, f"The position lies outside the places that the format covers: {names}."
        )
