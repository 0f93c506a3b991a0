"""Documents on paper: headings, facts, tables and steps in one plain style; the same input gives the same bytes."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Any, cast

from flask import Response, current_app
from flask_babel import gettext as _
from fpdf import FPDF
from fpdf.fonts import TTFFont

from .locale import language_tag

FONT = "DejaVu"
MARGIN, FOOT = 16.0, 20.0  # mm
INK, QUIET, RULE, GROUND = (26, 32, 44), (90, 99, 115), (208, 213, 221), (240, 243, 246)
LINE, SMALL = 5.2, 4.0  # mm
ABSENT = "\N{REPLACEMENT CHARACTER}"
Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `share` of the width, figures stand at the end."""

    title: str
    share: int
    numeric: bool = False


class Document(FPDF):
    """A document that is being written, top to bottom. `foot` stands on every page, with the page's number."""

    def __init__(self, title: str, *, paper: str, at: datetime, foot: str, compress: bool = True) -> None:
        """`paper` is a4 or letter; `at` is when it was made, not when it is written."""
        super().__init__(format=paper)
        self._foot = foot
        folder = Path(current_app.static_folder or "") / "vendor" / "dejavu"
        self.add_font(FONT, "", folder / "DejaVuSansCondensed.ttf")
        self.add_font(FONT, "B", folder / "DejaVuSansCondensed-Bold.ttf")
        for font in cast(dict[str, TTFFont], self.fonts).values():  # the library would keep the files open
            font.ttfont.reader.file.close()
            font.ttfont.reader.file = io.BytesIO(Path(font.ttffile).read_bytes())
        self._known = frozenset(cast(TTFFont, self.fonts[FONT.lower()]).cmap)
        self.set_creation_date(at)
        self.set_title(title)
        self.set_lang(language_tag())
        self.set_compression(compress)
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, FOOT)
        self.c_margin = 0.8
        self.set_draw_color(*RULE)
        self.set_line_width(0.2)
        self.add_page()
        self._style()

    def footer(self) -> None:
        """Called by the library at the end of each page."""
        self.set_y(-FOOT + 5)
        self._style(6.5, QUIET)
        number = _("Page %(page)s of %(pages)s", page=self.page_no(), pages="{nb}")
        self._cells([(f"{number} · {self._foot}", self.epw, "L")], SMALL)

    def head(self, name: str, logo: bytes | None, lines: Sequence[str]) -> None:
        """The sender's logo, or its name where there is none, and beside it what the document is."""
        top = self.get_y()
        if logo is None or not self._picture(logo):
            self._style(13, INK, bold=True)
            self._cells([(name, self.epw / 2, "L")], 8)
        below = max(self.get_y(), top + 15)
        self.set_y(top)
        for number, line in enumerate(lines):
            self._style(15 if number == 0 else 9.5, INK if number < 2 else QUIET, bold=number == 0)
            self.set_x(self.l_margin + self.epw / 2)
            self._cells([(line, self.epw / 2, "R")], 8 if number == 0 else LINE)
        self.set_y(max(below, self.get_y()) + 4)

    def heading(self, text: str) -> None:
        """Never the last thing on a page."""
        if self.will_page_break(24):
            self.add_page()
        self.ln(4)
        self._style(11, INK, bold=True)
        self._cells([(text, self.epw, "L")], 7)
        self.ln(0.5)

    def paragraph(self, text: str, *, quiet: bool = False) -> None:
        self._style(9 if not quiet else 8, QUIET if quiet else INK)
        self._text(text, self.epw, LINE if not quiet else SMALL + 0.3)

    def facts(self, rows: Iterable[tuple[str, str]]) -> None:
        """Labels at the start, their values beside them."""
        label = self.epw * 0.3
        for name, value in rows:
            self._style(9, INK)
            lines = self._wrapped(value, self.epw - label)
            if self.will_page_break(LINE * len(lines)):
                self.add_page()
            for number, line in enumerate(lines):
                self._style(9, QUIET)
                start = [(name if number == 0 else "", label, "L")]
                self._cells(start, LINE, last=False)
                self._style(9, INK)
                self._cells([(line, self.epw - label, "L")], LINE)

    def steps(self, texts: Iterable[str]) -> None:
        """One below the other, as a sum is worked out."""
        for text in texts:
            self._style(8.5, INK)
            self._text(text, self.epw, 4.6)

    def grid(
        self,
        columns: Sequence[Column],
        rows: Iterable[tuple[Cells, str]],
        total: Cells | None = None,
        *,
        small: bool = False,
    ) -> None:
        """Rows are cells and a note below them (or ""); the head stands on every page, a row is never parted from
        its note."""
        size, high = (7.5, 4.6) if small else (8.5, LINE)
        widths = [self.epw * one.share / sum(each.share for each in columns) for one in columns]
        aligned = [*zip(widths, ("R" if one.numeric else "L" for one in columns), strict=True)]
        self._table_head(columns, aligned, size)
        for cells, note in rows:
            self._style(6.8, QUIET)
            notes = self._wrapped(note, self.epw - 4) if note else []
            if self.will_page_break(high + 3.4 * len(notes) + 1):
                self.add_page()
                self._table_head(columns, aligned, size)
            self._style(size, INK)
            self._row(cells, aligned, high)
            self._style(6.8, QUIET)
            for line in notes:
                self.set_x(self.l_margin + 4)
                self._cells([(line, self.epw - 4, "L")], 3.4)
            self._rule(0.6 if notes else 0)
        if total is not None:
            if self.will_page_break(high + 1):
                self.add_page()
            self._style(size, INK, bold=True)
            self._row(total, aligned, high + 1)
        self.ln(1.5)

    def amount_due(self, label: str, value: str) -> None:
        """The one figure that matters."""
        self.set_fill_color(*GROUND)
        self._style(12, INK, bold=True)
        self._cells([(f" {label}", self.epw * 0.6, "L"), (f"{value} ", self.epw * 0.4, "R")], 10, fill=True)
        self.ln(1)

    def answer(self, name: str) -> Response:
        """The file as a download."""
        return Response(
            bytes(self.output()),
            mimetype="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{name}.pdf"',
                "Cache-Control": "no-store",
            },
        )

    def _table_head(self, columns: Sequence[Column], aligned: Any, size: float) -> None:
        self._style(size - 1, QUIET, bold=True)
        self._row([one.title for one in columns], aligned, LINE)
        self._rule(0)

    def _row(self, cells: Cells, aligned: Sequence[tuple[float, str]], high: float) -> None:
        self._cells([(text, *how) for text, how in zip(cells, aligned, strict=True)], high)

    def _cells(
        self, cells: Sequence[tuple[str, float, str]], high: float, *, fill: bool = False, last: bool = True
    ) -> None:
        """One line of (text, width, alignment); what is too long ends with "…", but a figure becomes smaller."""
        size = self.font_size_pt
        for text, width, align in cells:
            if align == "R" and (long := self._length(self._printable(text))):
                self.set_font_size(size * min(1, (width - 2 * self.c_margin) / long))
            self.cell(width, high, self._fitting(text, width), align=align, fill=fill)
            self.set_font_size(size)
        if last:
            self.ln(high)

    def _text(self, text: str, width: float, high: float) -> None:
        for line in self._wrapped(text, width):
            self._cells([(line, width, "L")], high)

    def _wrapped(self, text: str, width: float) -> list[str]:
        """Lines that fit, broken between words, and within those that are longer than a line."""
        lines, line = [], ""
        room = width - 2 * self.c_margin
        for word in self._printable(text).split(" "):
            longer = f"{line} {word}" if line else word
            if self._length(longer) <= room:
                line = longer
                continue
            lines += [line] if line else []
            while self._length(word) > room:
                fits = max(1, self._fits(word, room))
                lines.append(word[:fits])
                word = word[fits:]
            line = word
        return [*lines, line]

    def _fitting(self, text: str, width: float) -> str:
        """Cut off and marked with "…" where it is too long."""
        text, room = self._printable(text), width - 2 * self.c_margin
        if self._length(text) <= room + 0.001:  # what was made to fit
            return text
        return f"{text[: self._fits(text, room - self._length('…'))].rstrip()}…"

    def _fits(self, text: str, room: float) -> int:
        """How many of its letters fit."""
        spans = accumulate(self._length(each) for each in text)
        return sum(1 for span in spans if span <= room)

    def _length(self, text: str) -> float:
        """In mm. The library's own measuring takes most of the time of a long table."""
        widths = cast(TTFFont, self.current_font).cw
        return sum(widths[ord(each)] for each in text) * self.font_size / 1000

    def _printable(self, text: str) -> str:
        """Letters that the font lacks become a sign that says so; line breaks become spaces."""
        text = " ".join(text.split("\n"))
        return "".join(each if ord(each) in self._known else ABSENT for each in text)

    def _picture(self, content: bytes) -> bool:
        """A picture that the library cannot read is left out."""
        try:
            self.image(
                io.BytesIO(content), self.l_margin, self.get_y(), self.epw / 2 - 6, 14, keep_aspect_ratio=True
            )
        except Exception:
            current_app.logger.warning("the site's logo does not go into a PDF", exc_info=True)
            return False
        return True

    def _rule(self, gap: float) -> None:
        self.ln(gap)
        self.line(self.l_margin, self.get_y(), self.l_margin + self.epw, self.get_y())

    def _style(self, size: float = 9, colour: tuple[int, int, int] = INK, *, bold: bool = False) -> None:
        self.set_font(FONT, "B" if bold else "", size)
        self.set_text_color(*colour)
