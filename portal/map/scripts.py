"""The compiled maps as same-origin scripts: constants of this installation, the same for every viewer."""

from flask import Response, request, url_for

from portal.config import Config, ConfigError
from portal.web.site import Site, current_site

from .blueprint import bp
from .folium_map import CompiledMap, Kind, MapOptions, compile_map

FOREVER = "public, max-age=31536000, immutable"


def compiled(kind: Kind) -> CompiledMap:
    """The map of this kind with the installation's base map."""
    world = url_for("static", filename="vendor/world/countries-50m.json")
    return compile_map(_options(kind, world, current_site()))


def check(config: Config) -> None:
    """Refuse tiles that no map can be made of, at the start instead of at the first visit. Raises ConfigError."""
    try:
        _options("driver", "/", config)
    except ValueError as error:
        raise ConfigError(f"PORTAL_TILE_URL, PORTAL_TILE_ATTRIBUTION: {error}") from None


def _options(kind: Kind, base_map_url: str, tiles: Config | Site) -> MapOptions:
    return MapOptions(
        kind=kind,
        base_map_url=base_map_url,
        tile_url=tiles.tile_url,
        tile_attribution=tiles.tile_attribution,
    )


@bp.get("/folium-<version>.js")
def driver_script(version: str) -> Response:
    """The drivers' map; an address that names another version gets the present one, to be asked for again."""
    made = compiled("driver")
    return _script(made, FOREVER if version == made.etag else "no-cache")


@bp.get("/picker.js")
def picker_script() -> Response:
    """The map that places a station; see shared/picker_map.html."""
    return _script(compiled("picker"), "no-cache")


@bp.get("/mini.js")
def mini_script() -> Response:
    """The map that shows where one station stands; see shared/mini_map.html."""
    return _script(compiled("mini"), "no-cache")


def _script(made: CompiledMap, caching: str) -> Response:
    response = Response(made.script, mimetype="text/javascript")
    response.headers["Cache-Control"] = caching
    response.set_etag(made.etag)
    response.make_conditional(request)
    return response
