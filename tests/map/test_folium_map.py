"""The compiled maps: one element, one script, nothing inline or from elsewhere, no way in by settings."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from portal.map.folium_map import ELEMENT_IDS, CompiledMap, MapOptions, _checked, compile_map, tile_sources

KINDS = list(ELEMENT_IDS)
TILES = "https://{s}.tiles.example.org/{z}/{x}/{y}{r}.png"
CREDIT = '© <a href="https://example.org/copyright">Example</a> & others'
SCRIPTS = sorted((Path(__file__).parents[2] / "portal/static/js").glob("map*.js"))


def argument(script: str, function: str) -> dict[str, object]:
    """The options of one call in a compiled script, read as JSON."""
    found = re.search(rf"^PortalMap\.{function}\(map, (.*)\);$", script, re.MULTILINE)
    assert found is not None, script
    return json.loads(found[1])


@pytest.mark.parametrize("kind", KINDS)
def test_html_is_one_bare_element(kind: str) -> None:
    compiled = compile_map(MapOptions(kind=kind))
    assert compiled.html == f'<div id="{ELEMENT_IDS[kind]}" class="portal-map-canvas"></div>'
    assert compiled.__html__() == compiled.html


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tiles", [{}, {"tile_url": TILES, "tile_attribution": CREDIT}])
def test_script_calls_our_functions_and_nothing_else(kind: str, tiles: dict[str, str]) -> None:
    script = compile_map(MapOptions(kind=kind, **tiles)).script
    head, opening, create, base, surface, end = script.splitlines()
    assert (head, opening, end) == ('"use strict";', "(() => {", "})();")
    assert create.startswith(f'const map = L.map("{ELEMENT_IDS[kind]}", ')
    assert base.startswith("PortalMap.tiles(map, " if tiles else "PortalMap.world(map, ")
    assert surface.startswith(f"PortalMap.{kind}(map, ")
    assert script.isascii()
    assert not re.search(r"\{\{|\{%|\{#|\$\{|`|<|>(?!\s*\{$)|cdn|jquery|unpkg|style", script, re.MULTILINE)


def test_zoom_limits_and_view_reach_leaflet() -> None:
    script = compile_map(MapOptions(latitude=46.05, longitude=14.5, zoom=7, min_zoom=3, max_zoom=16)).script
    found = re.search(r'L\.map\("map", (.*)\);$', script, re.MULTILINE)
    assert found is not None
    settings = json.loads(found[1])
    assert settings["center"] == [46.05, 14.5]
    assert (settings["zoom"], settings["minZoom"], settings["maxZoom"]) == (7, 3, 16)


def test_offline_map_asks_this_site_only() -> None:
    compiled = compile_map(MapOptions(base_map_url="/static/vendor/world/countries-50m.json?v=1"))
    assert argument(compiled.script, "world") == {"url": "/static/vendor/world/countries-50m.json?v=1"}
    assert "http" not in compiled.script


def test_tile_address_and_credit_survive_encoding() -> None:
    script = compile_map(MapOptions(tile_url=TILES, tile_attribution=CREDIT)).script
    assert argument(script, "tiles") == {"url": TILES, "attribution": CREDIT}


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7*7 }}",
        "{% raw %}",
        "{# c #}",
        "${alert(1)}",
        "`+alert(1)+`",
        "a'b\"c",
        "\u2028 🚀 \u202e",
        "]]&gt;",
    ],
)
def test_hostile_credit_stays_text(text: str) -> None:
    script = compile_map(MapOptions(tile_url=TILES, tile_attribution=text)).script
    assert argument(script, "tiles")["attribution"] == text
    assert "49" not in script
    assert not re.search(r"\{\{|\{%|\{#|\$\{|`", script)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "other"},
        {"kind": '"><script>'},
        {"latitude": "46"},
        {"latitude": 91},
        {"latitude": float("nan")},
        {"longitude": 181},
        {"longitude": True},
        {"zoom": 3.5},
        {"zoom": 0},
        {"max_zoom": 40},
        {"base_map_url": "https://example.org/world.json"},
        {"base_map_url": "//example.org/world.json"},
        {"base_map_url": "/static/{{7*7}}.json"},
        {"base_map_url": '/static/");alert(1)//'},
        {"tile_url": "https://example.org/tiles.png"},
        {"tile_url": "javascript:alert(1)//{z}/{x}/{y}"},
        {"tile_url": "//example.org/{z}/{x}/{y}.png"},
        {"tile_url": "https://example.org/{{z}}/{x}/{y}/{z}.png"},
        {"tile_url": "https://example.org/{z}/{x}/{y}/${a}.png"},
        {"tile_url": "https://example.org/{z}/{x}/{y}.png</script>"},
        {"tile_url": "https://example.org; script-src *//{z}/{x}/{y}.png"},
        {"tile_url": "OpenStreetMap"},
        {"tile_attribution": ""},
        {"tile_attribution": "<script>alert(1)</script>"},
        {"tile_attribution": '<a href="javascript:alert(1)">x</a>'},
        {"tile_attribution": '<a href="https://x.org" onclick="alert(1)">x</a>'},
        {"tile_attribution": "<a href=\"https://x.org\"><img src=x onerror='alert(1)'></a>"},
        {"tile_attribution": "a\\u003cb"},
        {"tile_attribution": "two\nlines"},
    ],
)
def test_wrong_settings_are_refused(change: dict[str, object]) -> None:
    sound = MapOptions(tile_url=TILES, tile_attribution=CREDIT)
    with pytest.raises(ValueError, match=r"map|tile"):
        replace(sound, **change)


@pytest.mark.parametrize("header", [["meta_http", "leaflet_css"], [], ["map"]])
def test_anything_else_in_the_head_raises(header: list[str]) -> None:
    with pytest.raises(RuntimeError, match="head"):
        _checked(header, '<div id="map" class="portal-map-canvas"></div>', "")


@pytest.mark.parametrize("extra", ["<script></script>", '<div style="top:0"></div>', "text"])
def test_anything_else_in_the_body_raises(extra: str) -> None:
    with pytest.raises(RuntimeError, match="element"):
        _checked(["meta_http"], '<div id="map" class="portal-map-canvas"></div>' + extra, "")


def test_same_settings_give_the_same_bytes_in_every_process() -> None:
    here = compile_map(MapOptions())
    assert compile_map(MapOptions()) is here
    compile_map.cache_clear()
    assert compile_map(MapOptions()) == here
    program = "from portal.map.folium_map import *; print(compile_map(MapOptions()).etag)"
    assert run(program) == here.etag


def test_other_settings_give_another_etag() -> None:
    makes = [MapOptions(), MapOptions(zoom=3), MapOptions(kind="mini"), MapOptions(base_map_url="/w.json")]
    assert len({compile_map(options).etag for options in makes}) == len(makes)


def test_folium_waits_for_the_first_map() -> None:
    program = (
        "import sys; from portal.map.folium_map import MapOptions; MapOptions();"
        "print([name for name in ('folium', 'branca', 'numpy') if name in sys.modules])"
    )
    assert run(program) == "[]"


def test_folium_is_imported_in_one_file() -> None:
    portal = Path(__file__).parents[2] / "portal"
    users = [
        path.name
        for path in portal.rglob("*.py")
        if re.search(r"(?:import|from) (?:folium|branca)", path.read_text("utf-8"))
    ]
    assert users == ["folium_map.py"]


@pytest.mark.parametrize(
    ("url", "sources"),
    [
        ("", ()),
        ("/tiles/{z}/{x}/{y}.png", ()),
        ("https://tiles.example.org:8443/{z}/{x}/{y}.png?key=1", ("https://tiles.example.org:8443",)),
        (TILES, tuple(f"https://{name}.tiles.example.org" for name in "abc")),
        ("https://example.org; script-src *//{z}/{x}/{y}.png", ()),
    ],
)
def test_tile_sources_name_origins_only(url: str, sources: tuple[str, ...]) -> None:
    assert tile_sources(url) == sources


def test_a_template_embeds_the_element_unescaped() -> None:
    from flask import Flask, render_template_string

    with Flask(__name__).app_context():
        assert render_template_string("{{ m }}", m=CompiledMap("<div></div>", "", "")) == "<div></div>"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_our_scripts_never_read_text_as_html(path: Path) -> None:
    source = path.read_text("utf-8")
    assert not re.search(
        r"(inner|outer)HTML|insertAdjacent|document\.write|bind(Popup|Tooltip)|\beval\b|Function\(", source
    )
    assert set(re.findall(r"https?://[^\"'`\s]+", source)) <= {
        "http://www.w3.org/2000/svg",
        "https://leafletjs.com",
    }
    assert len(source.splitlines()) <= 250


def test_every_word_of_the_map_is_given_by_the_page() -> None:
    file = Path(__file__).parents[2] / "portal/templates/shared/map_assets.html"
    given = {
        re.sub("-(.)", lambda found: found[1].upper(), name)
        for name in re.findall(r"data-text-([a-z-]+)=", file.read_text("utf-8"))
    }
    used = {name for path in SCRIPTS for name in re.findall(r"words\(\"(\w+)\"", path.read_text("utf-8"))}
    assert used
    assert used <= given


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()
