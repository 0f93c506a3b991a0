"""Times of sessions: wall clocks read as the format and the caller say, nothing mended in silence."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
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
NO_DAY = N_("There is no such day in %(year)s.")
YEARS = range(1970, 2200)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Choices:
    """How to read what is ambiguous. `zone` None: that of the format."""

    zone: str | None = None
    repeated: Choice = "reject"
    missing: Choice = "reject"
    repair_swapped: bool = False


@dataclass(slots=True)
class Clock:
    """Reads the times of one file, row after row in its order; `notes` tells what was done to the present row.

    `labels`: what the file calls start and end.
    """

    shape: SessionShape
    zone: str
    choices: Choices
    labels: tuple[str, str]
    notes: list[str] = field(default_factory=list)
    _day: date | None = None  # of the last row whose date is beyond doubt

    def period(self, start: str, end: str) -> tuple[datetime, datetime | None]:
        """Start and end in UTC; no end where nothing stands."""
        start_label, end_label = self.labels
        if self.notes:
            self.notes = []
        began = self._wall(start, start_label)
        ended = self._wall(end, end_label) if end else None
        if self.shape.newest_first_gap is not None:
            began, ended = self._unswapped(began, ended, start, end)
        first = self._instant(began, start, start_label)
        last = self._instant(ended, end, end_label) if ended else None
        if last is not None and last < first:
            raise FieldError(end_label, end, BEFORE_START)
        return first, last

    def _wall(self, text: str, label: str) -> datetime:
        found = self._by_pattern(text) if self.shape.times else _iso(text)
        if found is None:
            forms = ", ".join(self.shape.shown_times) or "2026-09-30T18:00:00+02:00"
            raise FieldError(label, text, said(N_("Expected a time like %(pattern)s."), pattern=forms))
        if self.shape.century and found.year < 100:
            try:
                found = found.replace(year=found.year + self.shape.century)
            except ValueError:  # the 29th of February of a year that has none
                raise FieldError(label, text, said(NO_DAY, year=found.year + self.shape.century)) from None
            self.notes.append(f"{label}: the year {text[:4]} is read as {found.year}.")
        if found.year not in YEARS:
            raise FieldError(label, text, said(N_("Expected a year from 1970 to 2199.")))
        return found

    def _by_pattern(self, text: str) -> datetime | None:
        for pattern, places in self.shape.times:
            if match := pattern.fullmatch(text):
                try:
                    return datetime(*map(int, match.group(*places)))  # type: ignore[arg-type]  # noqa: DTZ001
                except ValueError:
                    return None
        return None

    def _unswapped(
        self, began: datetime, ended: datetime | None, start: str, end: str
    ) -> tuple[datetime, datetime | None]:
        """The period with the dates that the order of the rows allows; FieldError when they are not as written."""
        true_start = self._in_order(began, start)
        true_end = ended and _nearest_after(true_start, ended)
        both = ((began, true_start, start), (ended, true_end, end))
        for (written, true, text), label in zip(both, self.labels, strict=True):
            if written is None or true is None or written == true:
                continue
            if not self.choices.repair_swapped:
                raise FieldError(label, text, said(SWAPPED, day=f"{true:%Y-%m-%d}"))
            shown = true.isoformat(" ", "minutes")
            self.notes.append(f"{label}: day and month were swapped; {text} is read as {shown}.")
        return true_start, true_end

    def _in_order(self, written: datetime, start: str) -> datetime:
        gap = self.shape.newest_first_gap or 0
        swapped = _swapped(written)
        for candidate in (written, swapped):
            day = candidate.date()
            if self._day is None or 0 <= (self._day - day).days <= gap:
                self._day = day
                return candidate
        if swapped != written:
            raise FieldError(self.labels[0], start, said(SWAPPED, day=f"{self._day:%Y-%m-%d}"))
        # No other reading of this date: the order is broken, or there is a real gap.
        if self._day is not None and written.date() < self._day:
            self._day = written.date()
        return written

    def _instant(self, wall: datetime, text: str, label: str) -> datetime:
        if wall.tzinfo is not None:
            return wall.astimezone(UTC)
        if self.zone == OFFSET:
            raise FieldError(label, text, NO_OFFSET)
        offset = _offset_of_day(self.zone, wall.date())
        if offset is not None:
            return (wall - offset).replace(tzinfo=UTC)
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


@lru_cache(maxsize=1 << 13)
def _offset_of_day(zone: str, day: date) -> timedelta | None:
    """The offset that holds on the whole local day; None where the clock changes at or around it."""
    midnight, info = datetime.combine(day, time.min), ZoneInfo(zone)
    hours = [(midnight + hour * HOUR).replace(tzinfo=info) for hour in range(25)]
    offsets = {moment.replace(fold=fold).utcoffset() for moment in hours for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else None


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
