"""Opening hours as registries write them, read where they are simple: `24/7`, `Mo-Fr 08:00-18:00; Sa 09:00-12:00`."""

import re
from dataclasses import dataclass
from datetime import datetime

DAY = 24 * 60  # minutes
_DAYS = {name: number for number, name in enumerate(("mo", "tu", "we", "th", "fr", "sa", "su"))}
_LONG = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_ALWAYS = {"24/7", "24 hours", "24 hours daily", "open 24 hours"}
_NEVER = {"off", "closed"}
_TIME = re.compile(r"(\d{1,2}):(\d{2})")
# A rule begins with its days, and goes on over commas that part times of the same days.
_RULE = re.compile(
    r"(?:(?P<days>[a-z]{2,3}(?:\s*[-,]\s*[a-z]{2,3})*)\s*:?\s+)?"
    r"(?P<times>off|closed|24 hours|\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2}(?:\s*,\s*\d{1,2}:\d{2}\s*-\s*\d{1,2}:\d{2})*)"
    r"\s*(?:(?P<end>[;,|])\s*|$)"
)

Span = tuple[int, int]
"""From and to in minutes after midnight; one that goes on over midnight ends beyond 24 hours."""
Week = tuple[tuple[Span, ...], ...]
"""The spans that begin on each day, Monday first."""


@dataclass(frozen=True, slots=True)
class Today:
    """The hours of one local day, and whether it is open at the moment that was asked for."""

    open: bool
    spans: tuple[Span, ...]

    @property
    def all_day(self) -> bool:
        return self.spans == ((0, DAY),)


def today(text: str | None, local: datetime) -> Today | None:
    """The hours of the day of `local`, a time at the place; None where the text is not of a simple form."""
    week = parse_hours(text or "")
    if week is None:
        return None
    minute, day = local.hour * 60 + local.minute, local.weekday()
    on = any(start <= minute < end for start, end in week[day])
    since_yesterday = any(minute < end - DAY for _, end in week[day - 1])
    return Today(on or since_yesterday, week[day])


def parse_hours(text: str) -> Week | None:
    """The week that the text states; None for whatever is not understood to its last letter.

    Holidays, months, weeks and comments are such: nobody is told "open" on the strength of half a rule.
    """
    rest = " ".join(text.replace("–", "-").split()).lower()
    if rest in _ALWAYS:
        return (((0, DAY),),) * 7
    week: list[tuple[Span, ...]] = [()] * 7
    more = False  # a comma adds hours, a semicolon replaces those of the same day
    while rest:
        rule = _RULE.match(rest)
        days = _days(rule["days"]) if rule else None
        spans = _spans(rule["times"]) if rule else None
        if rule is None or days is None or spans is None:
            return None
        for day in days:
            week[day] = tuple(sorted((*week[day], *spans))) if more else spans
        more = rule["end"] == ","
        rest = rest[rule.end() :]
    return tuple(week) if text.strip() else None


def _days(text: str | None) -> list[int] | None:
    if text is None:
        return list(range(7))
    found: list[int] = []
    for part in text.split(","):
        ends = [_DAYS.get(name.strip(), _LONG.get(name.strip())) for name in part.split("-")]
        first, last = ends[0], ends[-1]
        if len(ends) > 2 or first is None or last is None:
            return None
        found += [(first + n) % 7 for n in range((last - first) % 7 + 1)]
    return found


def _spans(text: str) -> tuple[Span, ...] | None:
    if text in _NEVER:
        return ()
    if text == "24 hours":
        return ((0, DAY),)
    numbers = [int(hour) * 60 + int(minute) for hour, minute in _TIME.findall(text)]
    if any(int(minute) > 59 for _, minute in _TIME.findall(text)) or max(numbers) > DAY:
        return None
    # 23:59 is how some registries write the end of a day.
    pairs = [(a, DAY if b == DAY - 1 else b) for a, b in zip(numbers[::2], numbers[1::2], strict=True)]
    return tuple(sorted((a, b if b > a else b + DAY) for a, b in pairs))
