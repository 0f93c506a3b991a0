"""Rules of this project that no linter knows: prints each breach, and ends with 1 when there is one."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from common import ROOT

MAX_LINES = 250
LOCKS = ("package.json", "package-lock.json", ".npmrc")
ONE_PLACE = {"folium": "from one file only", "htmx_flask": "from one file only"}
MACHINE_PATH = re.compile(rb"(?<![\w.])/(?:root|work)/\w")
UNESCAPED = re.compile(r"\|\s*safe\b|\bMarkup\(")
ADDRESS = re.compile(r"https?://")
MONEY = re.compile(
    r"portal/\w+/(?:money|rating|commission|statement|tariff|terms|session_rating|report(?!ing))\w*\.py"
)


def breaches(files: list[str]) -> Iterator[str]:
    """Each breach as `file: what is wrong`."""
    importers: dict[str, list[str]] = {name: [] for name in ONE_PLACE}
    for name in files:
        raw = (ROOT / name).read_bytes()
        if MACHINE_PATH.search(raw):
            yield f"{name}: holds the path of somebody's machine"
        if name in LOCKS or re.fullmatch(r"requirements.*\.txt", name):
            if ADDRESS.search(raw.decode()):
                yield f"{name}: holds an address; locks must work with any registry"
        elif name.endswith((".py", ".html")):
            yield from source_breaches(name, raw.decode(), importers)
    for package, names in importers.items():
        if len(names) > 1:
            yield f"{', '.join(names)}: {package} is to be imported {ONE_PLACE[package]}"


def source_breaches(name: str, text: str, importers: dict[str, list[str]]) -> Iterator[str]:
    """Breaches in one Python file or template; notes who imports what."""
    if name.startswith("portal/") and UNESCAPED.search(text):
        yield f"{name}: output past the escaping; hand over data and let the template escape it"
    if not name.endswith(".py"):
        return
    # A migration is a record of one change, written by a tool and never changed again.
    if (lines := text.count("\n")) > MAX_LINES and not name.startswith("migrations/versions/"):
        yield f"{name}: {lines} lines; split it, {MAX_LINES} are enough for one subject"
    if MONEY.fullmatch(name):
        yield from (f"{name}:{line}: a float where money is exact" for line in floats(text))
    if name.startswith("portal/"):
        for package, names in importers.items():
            if re.search(rf"^\s*(?:import|from) {package}\b", text, re.MULTILINE):
                names.append(name)


def floats(text: str) -> Iterator[int]:
    """Lines that make a float: a literal, `float`, `round`, `math`."""
    for node in ast.walk(ast.parse(text)):
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if literal or (isinstance(node, ast.Name) and node.id in ("float", "round", "math")):
            yield node.lineno


def tracked() -> list[str]:
    """Files that git knows, those about to be added included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if answer.returncode:  # an unpacked archive: there is nothing to compare with
        found = (path.relative_to(ROOT) for path in ROOT.rglob("*.*") if path.is_file())
        return [path.as_posix() for path in found if not path.parts[0].startswith(".")]
    return [name for name in answer.stdout.splitlines() if Path(ROOT, name).is_file()]


def main() -> int:
    """Print what is wrong; the number of breaches decides the exit status."""
    found = sorted(breaches(tracked()))
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
