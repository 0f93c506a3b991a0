"""How columns feed a field: the specification in a format file, and the function made from it for one header.

A field is a column name, or a table with exactly one of `column`, `template` ("US-{ID}"), `value` (constant),
`parts` (templates that are joined), or a list of those: the first that gives a text feeds the field.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from portal.domain.codes import derive_code
from portal.domain.text import N_, said
from portal.ingest.records import FieldError, FileError
from portal.ingest.table import Table

Getter = Callable[[Sequence[str]], str]
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_EXPECTED = "a column name, a table with column, template, value or parts, or a list of those"


@dataclass(frozen=True, slots=True)
class Spec:
    """One way to feed a field. `map` translates whole values; `make_code` turns a name into a code."""

    column: str | None = None
    constant: str | None = None
    templates: tuple[str, ...] = ()
    join: str = ""
    map: Mapping[str, str] | None = None
    make_code: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """The ways to feed a field, in order of preference."""

    name: str
    specs: tuple[Spec, ...]

    @property
    def label(self) -> str:
        """What a rejection calls it: the publisher's column where there is one."""
        only = self.specs[0].column if len(self.specs) == 1 else None
        return only or self.name

    def numbered(self, number: int) -> "Field":
        """The same field of the n-th connector: `{n}` in column names is replaced."""
        return Field(
            self.name,
            tuple(
                Spec(
                    spec.column and spec.column.replace("{n}", str(number)),
                    map=spec.map,
                    optional=spec.optional,
                )
                for spec in self.specs
            ),
        )


class Header:
    """The columns of a file: which stands where, and which are named twice."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = [name.strip() for name in names]
        self._at: dict[str, list[int]] = {}
        for index, name in enumerate(self.names):
            self._at.setdefault(name, []).append(index)

    def __contains__(self, name: str) -> bool:
        return name in self._at

    def index(self, name: str) -> int:
        """Where a column stands; FileError when it is missing, or named twice and thus ambiguous."""
        found = self._at.get(name, [])
        if len(found) == 1:
            return found[0]
        if found:
            places = ", ".join(str(index + 1) for index in found)
            ambiguous = N_(
                "The column %(name)s stands in the header %(times)s times (at %(places)s): it is ambiguous."
            )
            raise FileError(said(ambiguous, name=name, times=len(found), places=places))
        shown = ", ".join(name[:40] for name in self.names[:20]) + (", …" if len(self.names) > 20 else "")
        missing = N_("The column %(name)s is missing; the file has %(count)s columns: %(shown)s.")
        raise FileError(said(missing, name=name, count=len(self.names), shown=shown))


class Columns:
    """Makes getters for one header; `blanks` lists per column the texts that stand for "nothing"."""

    def __init__(self, header: Header, blanks: Mapping[str, frozenset[str]]) -> None:
        self.header = header
        self._blanks = blanks

    def column(self, name: str) -> Getter:
        """The trimmed text of a column, empty when it is one of its blanks."""
        index = self.header.index(name)
        blanks = self._blanks.get(name)
        if not blanks:
            return lambda row: row[index].strip()

        def get(row: Sequence[str]) -> str:
            text = row[index].strip()
            return "" if text in blanks else text

        return get

    def candidates(self, field: Field) -> list[Getter]:
        """A getter for each way to feed the field; none when its optional columns are absent."""
        return [
            self._spec(field, spec)
            for spec in field.specs
            if not (spec.optional and spec.column is not None and spec.column not in self.header)
        ]

    def getter(self, field: Field) -> Getter | None:
        """The first way that gives a text; None when the file does not have the field's optional columns."""
        getters = self.candidates(field)
        if len(getters) <= 1:
            return getters[0] if getters else None

        def get(row: Sequence[str]) -> str:
            for candidate in getters:
                if text := candidate(row):
                    return text
            return ""

        return get

    def _spec(self, field: Field, spec: Spec) -> Getter:
        if spec.column is not None:
            get = self.column(spec.column)
        elif spec.constant is not None:
            get = _constant(spec.constant)
        elif len(spec.templates) == 1:
            get = self._template(spec.templates[0])
        else:
            get = self._joined(spec)
        if spec.map is not None:
            get = _mapped(get, spec.map, spec.column or field.name)
        return _coded(get) if spec.make_code else get

    def _template(self, template: str) -> Getter:
        names = _PLACEHOLDER.findall(template)
        getters = [self.column(name) for name in names]
        pattern = _PLACEHOLDER.sub("%s", template.replace("%", "%%"))

        def get(row: Sequence[str]) -> str:
            texts = [getter(row) for getter in getters]
            return pattern % tuple(texts) if all(texts) else ""

        return get

    def _joined(self, spec: Spec) -> Getter:
        parts = [self._template(template) for template in spec.templates]
        return lambda row: spec.join.join(text for part in parts if (text := part(row)))


def read_field(table: Table, key: str, *, column_only: bool = False) -> Field:
    """The field `key` of a format's table; FormatError when its specification is wrong."""
    expected = "a column name, or a table with column" if column_only else _EXPECTED
    value = table.raw(key, expected)
    items = value if isinstance(value, list) and value and not column_only else [value]
    return Field(key, tuple(_read_spec(table, key, item, expected) for item in items))


def _read_spec(table: Table, key: str, item: object, expected: str) -> Spec:
    if isinstance(item, str) and item:
        return Spec(column=item)
    if not isinstance(item, dict):
        raise table.error(key, f"is {item!r}: expected {expected}")
    inner = table.inner(key, item)
    kinds = [kind for kind in ("column", "template", "value", "parts") if inner.has(kind)]
    if len(kinds) != 1 or (kinds != ["column"] and expected != _EXPECTED):
        raise table.error(key, f"is {item!r}: expected {expected}")
    spec = Spec(
        column=inner.text("column", "a column name") if kinds == ["column"] else None,
        constant=inner.text("value", "a text") if kinds == ["value"] else None,
        templates=_templates(inner, kinds[0]),
        join=inner.text("join", "the text between the parts") if kinds == ["parts"] else "",
        map=_read_map(inner) if inner.has("map") else None,
        make_code=inner.flag("make_code", default=False),
        optional=inner.flag("optional", default=False) if kinds == ["column"] else False,
    )
    inner.finish()
    return spec


def _templates(inner: Table, kind: str) -> tuple[str, ...]:
    if kind == "parts":
        return inner.texts("parts", "a list of templates")
    if kind == "template":
        return (inner.text("template", "a text with {column} placeholders"),)
    return ()


def _read_map(inner: Table) -> dict[str, str]:
    table = inner.table("map", "a table of the file's values and ours")
    mapping = {}
    for key in table.names():
        value = table.raw(key, "a text, a number or a boolean")
        if not isinstance(value, str | int):
            raise table.error(key, f"is {value!r}: expected a text, a number or a boolean")
        mapping[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return mapping


def _constant(text: str) -> Getter:
    return lambda row: text


def _mapped(get: Getter, mapping: Mapping[str, str], label: str) -> Getter:
    known = ", ".join(key or "(empty)" for key in mapping)

    def translated(row: Sequence[str]) -> str:
        text = get(row)
        try:
            return mapping[text]
        except KeyError:
            if text:
                raise FieldError(label, text, f"The format knows only these values here: {known}.") from None
            return ""

    return translated


def _coded(get: Getter) -> Getter:
    # Networks and areas repeat row after row.
    derive = lru_cache(maxsize=1 << 14)(derive_code)

    def coded(row: Sequence[str]) -> str:
        text = get(row)
        return derive(text) if text else ""

    return coded
