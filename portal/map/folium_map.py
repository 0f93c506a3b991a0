"""Compiles the portal's maps with Folium into one element and one same-origin script.

Folium runs every text that it is given as a Jinja template, and its own templates write inline
scripts, styles and links to other hosts. So it gets numbers, ids and checked settings only, through
templates of our own; names of stations never come here, the browser asks for them as data.
Folium is imported inside the compiler: it costs a second that only the first map should pay.
"""

import hashlib
import json
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

Kind = Literal["driver", "picker", "mini"]

ELEMENT_IDS: dict[str, str] = {"driver": "map", "picker": "map-picker", "mini": "map-mini"}
WORLD_NORTH = 85.06  # Web Mercator ends here
_ENDLESS = 36_000.0  # degrees: panning round the world is free, panning past a pole is not

_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.~?=&%+-]*")
_TILE_URL = re.compile(
    r"(?:https?://(?P<host>(?:\{s\}\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?))?"
    r"/(?!/)(?:[A-Za-z0-9/_.~?=&%+@:,-]|\{[zxyr]\})*"
)
_LINK = re.compile(r'<a href="https?://[A-Za-z0-9/_.~?=&%+#@:,-]+">([^<>]*)</a>')
_ELEMENT = re.compile(r'<div id="[a-z-]+" class="[a-z-]+"></div>')
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_ACTIVE = re.compile(r"[<>&'`{}$%#]")


@dataclass(frozen=True, slots=True)
class MapOptions:
    """The settings of one compiled map; refuses whatever is not a number, a path or a tile address.

    `latitude`, `longitude` in degrees and `zoom` are the view before data arrives. `base_map_url` is a
    same-origin path to the offline base map; `tile_url` replaces it with raster tiles (`{z}`, `{x}`,
    `{y}`, optional `{s}`, `{r}`) and needs `tile_attribution`: text, and links of the form
    `<a href="https://…">…</a>`. Raises ValueError naming the wrong setting.
    """

    kind: Kind = "driver"
    base_map_url: str = "/static/vendor/world/countries-50m.json"
    tile_url: str = ""
    tile_attribution: str = ""
    latitude: float = 25.0
    longitude: float = 10.0
    zoom: int = 2
    min_zoom: int = 1
    max_zoom: int = 18

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError("map kind: must be one of " + ", ".join(get_args(Kind)))
        _check_number("map latitude", self.latitude, -WORLD_NORTH, WORLD_NORTH)
        _check_number("map longitude", self.longitude, -180, 180)
        for name in ("zoom", "min_zoom", "max_zoom"):
            _check_number("map " + name, getattr(self, name), 0, 22, whole=True)
        if not self.min_zoom <= self.zoom <= self.max_zoom:
            raise ValueError("map zoom: must lie between min_zoom and max_zoom")
        if not _PATH.fullmatch(self.base_map_url):
            raise ValueError("base map URL: must be a path on this site")
        if self.tile_url:
            _check_tiles(self.tile_url, self.tile_attribution)


@dataclass(frozen=True, slots=True)
class CompiledMap:
    """One map ready to serve: `html` for the page, `script` for a same-origin URL, `etag` of the script.

    A template writes it as `{{ compiled }}`: `__html__` is safe because `html` was checked against the
    one element shape that the compiler makes.
    """

    html: str
    script: str
    etag: str

    def __html__(self) -> str:
        return self.html


@lru_cache(maxsize=32)
def compile_map(options: MapOptions) -> CompiledMap:
    """The map of these settings, the same bytes in every process; RuntimeError when Folium adds anything."""
    import folium
    from branca.element import Figure, MacroElement
    from folium.template import Template

    class Canvas(folium.Map):
        """The Leaflet map itself; size and look come from map.css, so that no style is inline."""

        _template = Template(
            "{% macro html(this, kwargs) %}"
            '<div id="{{ this.element_id }}" class="portal-map-canvas"></div>{% endmacro %}'
            "{% macro script(this, kwargs) %}"
            "const map = L.map({{ this.element_id|tojson }}, {{ this.settings() }});{% endmacro %}"
        )
        element_id = ELEMENT_IDS[options.kind]

        def get_name(self) -> str:
            return "map"

        def settings(self) -> str:
            return _js({"center": self.location, **self.options})

    class Call(MacroElement):
        """One call of a function of our static scripts on the map, with options as JSON."""

        _template = Template(
            "{% macro script(this, kwargs) %}"
            "PortalMap.{{ this.function }}(map, {{ this.settings }});{% endmacro %}"
        )

        def __init__(self, function: str, **settings: Any) -> None:
            super().__init__()  # type: ignore[no-untyped-call]
            self.function, self.settings = function, _js(settings)

        def get_name(self) -> str:
            return "call_" + self.function

    canvas = Canvas(location=[options.latitude, options.longitude], tiles=None, zoom_start=options.zoom)
    canvas.default_js, canvas.default_css = [], []  # Folium's own lists point to other hosts
    # Folium drops the zoom limits when it makes no tile layer; the browser makes its controls translated.
    canvas.options = {
        "zoom": options.zoom,
        "minZoom": options.min_zoom,
        "maxZoom": options.max_zoom,
        "maxBounds": [[-WORLD_NORTH, -_ENDLESS], [WORLD_NORTH, _ENDLESS]],
        "maxBoundsViscosity": 1,
        "zoomControl": False,
    }
    if options.tile_url:
        Call("tiles", url=options.tile_url, attribution=options.tile_attribution).add_to(canvas)
    else:
        Call("world", url=options.base_map_url).add_to(canvas)
    Call(options.kind, minZoom=options.min_zoom, maxZoom=options.max_zoom).add_to(canvas)

    canvas.render()  # type: ignore[no-untyped-call]
    figure = canvas.get_root()
    if not isinstance(figure, Figure):
        raise RuntimeError("the map has no figure")
    return _checked(list(figure.header._children), figure.html.render(), figure.script.render())


def tile_sources(tile_url: str) -> tuple[str, ...]:
    """The origins that img-src must allow for a tile address; none for the offline map or our own tiles."""
    found = _TILE_URL.fullmatch(tile_url)
    if found is None or found["host"] is None:
        return ()
    origin = tile_url.split("/", 1)[0] + "//" + found["host"]
    return tuple(origin.replace("{s}", name) for name in "abc") if "{s}" in origin else (origin,)


def _checked(header: list[str], html: str, script: str) -> CompiledMap:
    if header != ["meta_http"]:  # the charset line, which every figure carries and nobody embeds
        raise RuntimeError("Folium put something into the head of the page: " + ", ".join(header))
    html = html.strip()
    if not _ELEMENT.fullmatch(html):
        raise RuntimeError("Folium made more than the map's element")
    body = "\n".join(line.strip() for line in script.splitlines() if line.strip())
    script = '"use strict";\n(() => {\n' + body + "\n})();\n"
    return CompiledMap(html, script, hashlib.sha256(script.encode()).hexdigest()[:32])


def _js(value: Any) -> str:
    """JSON whose strings hold nothing that HTML, Jinja or a JavaScript template literal could act on.

    Braces are escaped because Folium renders its own output once more as a Jinja template.
    """
    return _STRING.sub(
        lambda string: _ACTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", string[0]),
        json.dumps(value, allow_nan=False),
    )


def _check_number(name: str, value: object, low: float, high: float, *, whole: bool = False) -> None:
    allowed = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed) or not math.isfinite(value):
        raise ValueError(name + ": must be a number")
    if not low <= value <= high:
        raise ValueError(f"{name}: must lie between {low} and {high}")


def _check_tiles(url: str, attribution: str) -> None:
    if not _TILE_URL.fullmatch(url) or any(part not in url for part in ("{z}", "{x}", "{y}")):
        raise ValueError("tile URL: must be an http(s) address or a path with {z}, {x} and {y}")
    if not attribution.strip():
        raise ValueError("tile attribution: must be given with a tile URL")
    if re.search(r"[<>\\\x00-\x1f\x7f]", _LINK.sub(r"\1", attribution)):
        raise ValueError('tile attribution: may hold text and <a href="https://…">…</a> only')
