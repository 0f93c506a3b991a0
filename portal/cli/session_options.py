"""Options of `portal import sessions`: how to read what is ambiguous, and what to make."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from portal.domain.codes import CodeError, normalise_code
from portal.ingest.formats import Format
from portal.ingest.sessions_time import Choices
from portal.ingest.values import OFFSET
from portal.services.imports import Making

_CLOCK = click.Choice(["earlier", "later", "reject"])
OPTIONS = (
    click.option("--repeated-hour", type=_CLOCK, default="reject", show_default=True,
                 help="Which of two, for a time of sessions that the clocks showed twice."),
    click.option("--missing-hour", type=_CLOCK, default="reject", show_default=True,
                 help="How to read a time of sessions that the clocks jumped over."),
    click.option("--swapped-dates", type=click.Choice(["repair", "reject"]), default="reject", show_default=True,
                 help="What to do where day and month are swapped, seen from the order of the rows."),
    click.option("--create-missing", is_flag=True,
                 help="Make stations, areas and drivers that sessions name; with --operator and --at."),
    click.option("--operator", metavar="CODE", help="Of stations that --create-missing makes."),
    click.option("--at", "place", metavar="LAT,LNG", help="Where the stations that it makes stand; they are hidden."),
)  # fmt: skip


def session_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, which gets them as `choices` and `making`."""

    @wraps(command)
    def run(
        repeated_hour: Any, missing_hour: Any, swapped_dates: str, create_missing: bool,
        operator: str | None, place: str | None, **options: Any,
    ) -> None:  # fmt: skip
        choices = Choices(options["timezone"], repeated_hour, missing_hour, swapped_dates == "repair")
        command(choices=choices, making=_making(create_missing, operator, place), **options)

    for option in reversed(OPTIONS):
        run = option(run)
    return run


def knows_zone(format_: Format, choices: Choices) -> bool:
    """Whether wall clocks of a format can be read: it states their zone, or writes offsets, or the caller says it."""
    shape = format_.part("sessions").sessions
    return bool(choices.zone or format_.file.time_zone != OFFSET or (shape and not shape.times))


def _making(asked: bool, operator: str | None, place: str | None) -> Making | None:
    if not asked:
        if operator or place:
            raise click.UsageError("--operator and --at go with --create-missing.")
        return None
    if not operator or not place:
        raise click.UsageError("--create-missing needs --operator CODE and --at LAT,LNG.")
    try:
        latitude, longitude = (float(part) for part in place.split(","))
        if not (abs(latitude) <= 90 and abs(longitude) <= 180):
            raise ValueError
    except ValueError:
        raise click.BadParameter("expected degrees such as 56.39,-3.43", param_hint="--at") from None
    try:
        return Making(normalise_code(operator), latitude, longitude)
    except CodeError as error:
        raise click.BadParameter(str(error), param_hint="--operator") from None
