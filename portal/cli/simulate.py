"""`portal simulate`: chargers that report to a running portal as real ones do."""

import sys
import threading
from pathlib import Path

import click

from portal.domain.clock import now
from portal.domain.codes import CodeError, normalise_code
from portal.simulation.charging import Plug
from portal.simulation.playing import LAG, Bay, Pace, Player, Tally
from portal.simulation.reporting import Portal, SimulationError

from .demo_chargers import DATABASE, KEY, demo_bays, is_demo

DC_KW = 50


@click.command()
@click.option("--url", default="http://127.0.0.1:5000", show_default=True, help="Where the portal runs.")
@click.option(
    "--dir",
    "folder",
    default="instance/demo",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The demo whose chargers are played when no --station is given.",
)
@click.option("--station", "stations", multiple=True, metavar="CODE", help="Play this one; may be repeated.")
@click.option(
    "--key",
    envvar="PORTAL_EQUIPMENT_KEY",
    metavar="KEY",
    help="The operator's security key; outside of the demo, with --station.",
)
@click.option(
    "--connector",
    "connectors",
    multiple=True,
    default=["1"],
    show_default=True,
    metavar="UID/NUMBER",
    help="Of these stations; outside of the demo.",
)
@click.option(
    "--kw",
    default=22,
    show_default=True,
    type=click.IntRange(1, 1000),
    help="What a connector delivers; 50 and more is DC. Outside of the demo.",
)
@click.option(
    "--token",
    "tokens",
    multiple=True,
    metavar="UID",
    help="Of a driver who charges; outside of the demo. Without: a token that nobody knows.",
)
@click.option(
    "--speed",
    default=60.0,
    show_default=True,
    type=click.FloatRange(1, 3600),
    help="How fast a session's clock runs until it has caught up with the present.",
)
@click.option(
    "--chargers", default=5, show_default=True, type=click.IntRange(1, 100), help="How many at once."
)
@click.option("--sessions", type=click.IntRange(1), help="Stop after so many sessions.")
@click.option("--once", is_flag=True, help="One session on each of the chargers that play at once.")
@click.option("--seed", type=int, help="Play the same cars again.")
def simulate(
    url: str, folder: Path, stations: tuple[str, ...], key: str | None, connectors: tuple[str, ...], kw: int,
    tokens: tuple[str, ...], speed: float, chargers: int, sessions: int | None, once: bool, seed: int | None,
) -> None:  # fmt: skip
    """Play charging sessions against a running portal, until Ctrl+C: start, samples, stop.

    In the demo nothing has to be given. Elsewhere name stations and their operator's key.
    """
    if key is None:
        bays, key = _of_the_demo(folder.resolve() / DATABASE, stations), KEY
    else:
        bays = _named(stations, connectors, kw, tokens)
    limit = min(chargers, len(bays)) if once else sessions
    play(url, key, bays, Pace(speed, chargers, limit, seed))


def play(url: str, key: str, bays: list[Bay], pace: Pace) -> None:
    """Play until it is over or Ctrl+C, telling how it goes. Raises ClickException."""
    ending = threading.Event()
    try:
        portal = Portal(url, key, ending.wait)
        portal.check()
        player = Player(portal, bays, pace, ending)
        click.echo(f"{len(bays)} connectors report to {portal.url}. Stop with Ctrl+C.")
        try:
            player.play(lambda tally: _show(tally, portal))
        except KeyboardInterrupt:
            pass  # as asked; what was running is stopped by now
        finally:
            _show_end(player.tally)
    except SimulationError as error:
        raise click.ClickException(str(error)) from error


def _of_the_demo(file: Path, stations: tuple[str, ...]) -> list[Bay]:
    """Its connectors, of all stations that have an operator or of these."""
    if not file.is_file() or not is_demo(file):
        raise click.UsageError(
            "there is no demo in that folder: start `portal demo`, or give --station and --key"
        )
    wanted = _codes(stations)
    bays = [bay for bay in demo_bays(file, now()) if not wanted or bay.plug.station in wanted]
    if not bays:
        raise click.ClickException(
            "nothing to play: somebody charges at each connector, or no such station has an operator"
        )
    return bays


def _named(
    stations: tuple[str, ...], connectors: tuple[str, ...], kw: int, tokens: tuple[str, ...]
) -> list[Bay]:
    """Connectors of a portal of which we know what is said."""
    if not stations:
        raise click.UsageError("--key opens the stations of one operator: name them with --station")
    plugs = [Plug(code, name, kw * 1000, kw >= DC_KW) for code in _codes(stations) for name in connectors]
    return [Bay(plug, tokens or (None,), now() - LAG) for plug in plugs]


def _codes(stations: tuple[str, ...]) -> list[str]:
    try:
        return [normalise_code(code) for code in stations]
    except CodeError as error:
        raise click.BadParameter(str(error), param_hint="--station") from error


def _show(tally: Tally, portal: Portal) -> None:
    """How it goes, on one line that is written again and again; only on a terminal."""
    if sys.stderr.isatty():
        away = " · the portal does not answer, trying again" if portal.away else ""
        click.echo(f"\r\x1b[K{_told(tally)}{away}", nl=False, err=True)


def _show_end(tally: Tally) -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    if tally == Tally():
        return
    left = f" · {tally.charging} left running" if tally.charging else ""
    click.echo(f"{tally.done} sessions · {tally.energy_wh / 1000:.1f} kWh · {tally.refused} refused{left}")


def _told(tally: Tally) -> str:
    done = f"{tally.charging} charging · {tally.done} done · {tally.energy_wh / 1000:.1f} kWh"
    return f"{done} · {tally.refused} refused" if tally.refused else done
