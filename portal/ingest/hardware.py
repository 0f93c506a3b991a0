"""Chargers and connectors of a station in a CSV file, in the three shapes in which publishers write them.

`rows`: one row a connector. `columns`: connectors 1 to n in numbered columns of one row. `counts`: how many
chargers of each level, and which connector types the station has.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, cast

from portal.domain.connectors import STANDARDS, Current, fits
from portal.ingest import values
from portal.ingest.fields import Columns, Field, Getter, read_field
from portal.ingest.records import MAX_CHARGERS, UID_LENGTH, ChargerRecord, ConnectorRecord, FieldError
from portal.ingest.table import Table
from portal.ingest.values import DecimalSign, PowerUnit


class Row(NamedTuple):
    """The cells of one data row and the physical line on which it starts."""

    line: int
    cells: Sequence[str]


Chargers = Callable[[Sequence[Row]], tuple[ChargerRecord, ...]]


@dataclass(frozen=True, slots=True)
class RowsShape:
    """One row a connector; the charger's columns repeat. Empty columns: there is none."""

    charger_uid: Field
    current: Field
    number: Field
    standard: Field
    power: Field
    has_power = True

    def reader(self, columns: Columns, decimal: DecimalSign, unit: PowerUnit) -> Chargers:
        """Chargers in the order of the rows."""
        get_uid, get_current, get_number, get_standard, get_power = (
            _required(columns, field)
            for field in (self.charger_uid, self.current, self.number, self.standard, self.power)
        )

        uid_label, current_label = self.charger_uid.label, self.current.label
        labels = self.number.label, self.standard.label, self.power.label

        @lru_cache(maxsize=1 << 12)  # the same few plugs in row after row
        def connector(number: str, standard: str, power: str, current: Current) -> ConnectorRecord:
            return ConnectorRecord(
                values.connector_number(number, labels[0]),
                values.standard(standard, labels[1], current),
                values.watts(power, labels[2], decimal, unit),
            )

        def read(row: Row, found: dict[str, tuple[Current, list[ConnectorRecord]]]) -> None:
            cells = row.cells
            uid = values.text(get_uid(cells), uid_label, UID_LENGTH)
            standard, number, power = get_standard(cells), get_number(cells), get_power(cells)
            if not uid:
                if get_current(cells) or standard or number or power:
                    raise FieldError(
                        self.charger_uid.label,
                        "",
                        "A connector is given, but not the charger that it is part of.",
                    )
                return
            current = values.current(get_current(cells), current_label)
            at, connectors = found.setdefault(uid, (current, []))
            if at != current:
                raise FieldError(
                    self.current.label, current, f"Charger {uid} was {at} in an earlier row of this station."
                )
            if not (standard or number or power):
                return
            record = connector(number, standard, power, current)
            if any(other.number == record.number for other in connectors):
                raise FieldError(
                    self.number.label, number, f"Charger {uid} has a connector of this number already."
                )
            connectors.append(record)

        def chargers(rows: Sequence[Row]) -> tuple[ChargerRecord, ...]:
            found: dict[str, tuple[Current, list[ConnectorRecord]]] = {}
            for row in rows:
                try:
                    read(row, found)
                except FieldError as error:
                    error.line = row.line
                    raise
            return tuple(ChargerRecord(uid, current, tuple(items)) for uid, (current, items) in found.items())

        return chargers


@dataclass(frozen=True, slots=True)
class ColumnsShape:
    """Connectors 1 to `count`; `{n}` in a column's name is the number. One charger for each current."""

    count: int
    current: Field
    standard: Field
    power: Field
    has_power = True

    def reader(self, columns: Columns, decimal: DecimalSign, unit: PowerUnit) -> Chargers:
        """At most two chargers, AC and DC; connectors keep the publisher's numbers."""
        numbered = []
        for number in range(1, self.count + 1):
            fields = [field.numbered(number) for field in (self.current, self.standard, self.power)]
            numbered.append((number, fields, [_required(columns, field) for field in fields]))

        def chargers(rows: Sequence[Row]) -> tuple[ChargerRecord, ...]:
            cells = rows[0].cells
            found: dict[Current, list[ConnectorRecord]] = {}
            for number, (current_field, standard_field, power_field), getters in numbered:
                current_text, standard_text, power_text = (get(cells) for get in getters)
                if not (current_text or standard_text or power_text):
                    continue
                current = values.current(current_text, current_field.label)
                standard = values.standard(standard_text, standard_field.label, current)
                max_w = values.watts(power_text, power_field.label, decimal, unit)
                found.setdefault(current, []).append(ConnectorRecord(number, standard, max_w))
            return tuple(ChargerRecord(current, current, tuple(items)) for current, items in found.items())

        return chargers


@dataclass(frozen=True, slots=True)
class Level:
    """A kind of charger: the column with their number, and which of the row's connector types they have.

    Every charger of a level gets every type of the row that `standards` knows; when there is none,
    those in `otherwise`.
    """

    uid: str
    column: str
    current: Current
    standards: Mapping[str, str]
    otherwise: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CountsShape:
    """Numbers of chargers by level and one column with all connector types of the station; no power."""

    types: str
    separator: str
    levels: tuple[Level, ...]
    has_power = False

    def reader(self, columns: Columns, decimal: DecimalSign, unit: PowerUnit) -> Chargers:
        """Chargers L2-1, L2-2 … of each level in turn."""
        get_types = columns.column(self.types)
        get_counts = [columns.column(level.column) for level in self.levels]
        known = list(
            dict.fromkeys(name for level in self.levels for name in (*level.standards, *level.otherwise))
        )

        @lru_cache(maxsize=1 << 12)
        def made(types: str, counts: tuple[str, ...]) -> tuple[ChargerRecord, ...]:
            names = [name for name in types.split(self.separator) if name]
            for name in names:
                if name not in known:
                    raise FieldError(
                        self.types, name, f"The format knows only these types here: {', '.join(known)}."
                    )
            chargers: list[ChargerRecord] = []
            for level, count in zip(self.levels, counts, strict=True):
                number = values.integer(count, level.column, 0, MAX_CHARGERS) if count else 0
                chosen = [name for name in names if name in level.standards]
                mapping = level.standards if chosen else level.otherwise
                standards = dict.fromkeys(mapping[name] for name in names if name in mapping)
                connectors = tuple(
                    ConnectorRecord(n, standard, None) for n, standard in enumerate(standards, 1)
                )
                chargers += [
                    ChargerRecord(f"{level.uid}-{n}", level.current, connectors) for n in range(1, number + 1)
                ]
            return tuple(chargers)

        def chargers(rows: Sequence[Row]) -> tuple[ChargerRecord, ...]:
            cells = rows[0].cells
            return made(get_types(cells), tuple([get(cells) for get in get_counts]))

        return chargers


Hardware = RowsShape | ColumnsShape | CountsShape


def read_hardware(table: Table) -> Hardware:
    """The shape that a format states under [stations.connectors]."""
    shape = table.text("shape", '"rows", "columns" or "counts"', ("rows", "columns", "counts"))
    if shape == "rows":
        names = ("charger_uid", "current", "number", "standard", "power")
        hardware: Hardware = RowsShape(*(read_field(table, name, column_only=True) for name in names))
    elif shape == "columns":
        count = table.integer("count", 1, 99)
        hardware = ColumnsShape(
            count, *(read_field(table, name, column_only=True) for name in ("current", "standard", "power"))
        )
    else:
        separator = table.text("separator", "the text between two connector types")
        levels = tuple(_read_level(item) for item in table.tables("levels"))
        hardware = CountsShape(table.text("types", "a column name"), separator, levels)
    table.finish()
    return hardware


def _read_level(table: Table) -> Level:
    current = cast(Current, table.text("current", '"AC" or "DC"', ("AC", "DC")))
    uid = table.text("uid", "a short text, from which the chargers get their names")
    level = Level(
        uid[:20], table.text("column", "a column name"), current, _standards(table, "standards", current),
        _standards(table, "otherwise", current) if table.has("otherwise") else {},
    )  # fmt: skip
    table.finish()
    return level


def _standards(table: Table, key: str, current: Current) -> dict[str, str]:
    inner = table.table(key, "a table of the file's connector types and our standards")
    result = {name: inner.text(name, "a connector standard") for name in inner.names()}
    for name, standard in result.items():
        if standard not in STANDARDS or not fits(standard, current):
            raise inner.error(
                name, f"is {standard!r}: expected a connector standard for {current}, such as IEC_62196_T2"
            )
    return result


def _required(columns: Columns, field: Field) -> Getter:
    # An optional column that the file lacks gives nothing.
    return columns.getter(field) or (lambda row: "")
