"""Times of sessions: wall clocks read as the format and the caller say, nothing mended in silence."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from portal.domain.text import N_, said
from portal.ingest.records import FieldError
from portal.ingest.sessions_format import SessionShape
from portal.ingest.values import NEVER, OFFSET, TWICE

Choice = Literal["earlier", "later", "reject"]
SWAPPED = N_("Day and month may be swapped: rows around it are of %(day)s. Repair swapped dates if they are.")
BEFORE_START = N_("The end lies before the start.")
NO_OFFSET = N_("The time lacks its offset from UTC, such as +02:00 or Z.")
YEARS = range(1970, 2200)
UNITS = ("year", "month", "day", "hour", "minute", "second")


@dataclass(frozen=True, slots=True)
class Choices:
    """How to read what is ambiguous. `zone` None: that of the format."""

    zone: str | None = None
    repeated: Choice = "reject"
    missing: Choice = "reject"
    repair_swapped: bool = False


@dataclass(slots=True)
class Clock:
    """Reads the times of one file, row after row in its order; `notes` tells what was done to the present row."""

    shape: SessionShape
    zone: str
    choices: Choices
    notes: list[str] = field(default_factory=list)
    _day: date | None = None  # of the last row whose date is beyond doubt

    def period(self, start: tuple[str, str], end: tuple[str, str]) -> tuple[datetime, datetime | None]:
        """Start and end in UTC from (text, what the file calls it); no end where nothing stands."""
        self.notes = []
        began = self._wall(*start)
        ended = self._wall(*end) if end[0] else None
        if self.shape.newest_first_gap is not None:
            began, ended = self._unswapped(began, ended, start, end)
        first = self._instant(began, *start)
        last = self._instant(ended, *end) if ended else None
        if last is not None and last < first:
            raise FieldError(end[1], end[0], BEFORE_START)
        return first, last

    def _wall(self, text: str, label: str) -> datetime:
        found = _iso(text) if not self.shape.times else self._by_pattern(text)
        if found is None:
            forms = ", ".join(self.shape.shown_times) or "2026-09-30T18:00:00+02:00"
            raise FieldError(label, text, said(N_("Expected a time like %(pattern)s."), pattern=forms))
        if self.shape.century and found.year < 100:
            found = found.replace(year=found.year + self.shape.century)
            self.notes.append(f"{label}: the year {text[:4]} is read as {found.year}.")
        if found.year not in YEARS:
            raise FieldError(label, text, said(N_("Expected a year from 1970 to 2199.")))
        return found

    def _by_pattern(self, text: str) -> datetime | None:
        for pattern in self.shape.times:
            if match := pattern.fullmatch(text):
                try:
                    found = match.groupdict(default="0")
                    return datetime(*(int(found.get(name, 0)) for name in UNITS))  # type: ignore[arg-type]  # noqa: DTZ001
                except ValueError:
                    return None
        return None

    def _unswapped(
        self, began: datetime, ended: datetime | None, start: tuple[str, str], end: tuple[str, str]
    ) -> tuple[datetime, datetime | None]:
        """The period with the dates that the order of the rows allows; FieldError when they are not as written."""
        true_start = self._in_order(began, start)
        true_end = ended and _nearest_after(true_start, ended)
        for written, true, (text, label) in ((began, true_start, start), (ended, true_end, end)):
            if written is None or true is None or written == true:
                continue
            if not self.choices.repair_swapped:
                raise FieldError(label, text, said(SWAPPED, day=f"{true:%Y-%m-%d}"))
            self.notes.append(
                f"{label}: day and month were swapped; {text} is read as {true:%Y-%m-%d %H:%M}."
            )
        return true_start, true_end

    def _in_order(self, written: datetime, start: tuple[str, str]) -> datetime:
        gap = timedelta(days=self.shape.newest_first_gap or 0)
        swapped = _swapped(written)
        for candidate in (written, swapped):
            fits = self._day is None or timedelta(0) <= self._day - candidate.date() <= gap
            if fits:
                self._day = candidate.date()
                return candidate
        if swapped != written:
            raise FieldError(start[1], start[0], said(SWAPPED, day=f"{self._day:%Y-%m-%d}"))
        # No other reading of this date: the order is broken, or there is a real gap.
        if self._day is not None and written.date() < self._day:
            self._day = written.date()
        return written

    def _instant(self, wall: datetime, text: str, label: str) -> datetime:
        if wall.tzinfo is not None:
            return wall.astimezone(UTC)
        if self.zone == OFFSET:
            raise FieldError(label, text, NO_OFFSET)
        early, late, repeated = _both(self.zone, wall)
        if early == late:
            return early
        choice = self.choices.repeated if repeated else self.choices.missing
        if choice == "reject":
            raise FieldError(label, text, said(TWICE if repeated else NEVER, zone=self.zone))
        taken = min(early, late) if choice == "earlier" else max(early, late)
        what = "occurs twice" if repeated else "does not exist"
        self.notes.append(f"{label}: {text} {what} in {self.zone}; {taken:%Y-%m-%dT%H:%M:%SZ} was taken.")
        return taken


@lru_cache(maxsize=1 << 12)
def _both(zone: str, wall: datetime) -> tuple[datetime, datetime, bool]:
    """The instants by the offset before and after a clock change (the same where there is none); is it repeated?"""
    info = ZoneInfo(zone)
    first = wall.replace(tzinfo=info, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=info, fold=1).astimezone(UTC)
    return first, second, first < second


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _swapped(wall: datetime) -> datetime:
    """With day and month swapped, where that is a date."""
    return wall.replace(month=wall.day, day=wall.month) if wall.day <= 12 else wall


def _nearest_after(start: datetime, written: datetime) -> datetime:
    """Of the two readings of an end the one that follows the start sooner; as written when neither follows."""
    after = [reading for reading in (written, _swapped(written)) if reading >= start]
    return min(after, default=written)
