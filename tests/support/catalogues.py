"""The catalogues as tests see them, and a language of brackets in which forgotten texts stand out.

In the bracketed language every message is itself between ⟦ and ⟧, but for its placeholders: what is put into
those must be data, or a message in brackets of its own.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "portal" / "translations"
BRACKETED = "en_ZW"  # formats as English has them, and no catalogue of its own
PLACEHOLDER = re.compile(r"%\(\w+\)[0-9]*[a-zA-Z]|{\w+}")
BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
SPOKEN = (
    "title",
    "placeholder",
    "alt",
    "label",
    "aria-label",
    "aria-description",
    "data-label",
    "data-copied",
)
SILENT = {"script", "style"}


def german() -> Catalog:
    return read(TRANSLATIONS / "de" / "LC_MESSAGES" / "messages.po", "de")


def read(file: Path, locale: str | None = None) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, locale=locale)


def extracted(folder: Path) -> Catalog:
    """The texts that the code has now."""
    template = folder / "messages.pot"
    job = "import sys, pathlib, catalogues; catalogues.extract(pathlib.Path(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", job, str(template)], cwd=ROOT / "scripts", check=True)
    return read(template)


def words(message_id: str | tuple[str, str]) -> tuple[str, ...]:
    """A message's text, and its plural where it has one."""
    return (message_id,) if isinstance(message_id, str) else tuple(message_id)


def bracketed_catalogue(source: Catalog) -> Catalog:
    """The messages of a catalogue in the bracketed language."""
    made = Catalog(locale=BRACKETED)
    for message in source:
        if message.id:
            texts = tuple(bracketed(text) for text in words(message.id))
            made.add(message.id, texts if len(texts) > 1 else texts[0])
    return made


def write_as(locale: str, catalogue: Catalog, folder: Path) -> None:
    """Compile a catalogue as that of a locale, into a folder of translations for flask-babel."""
    place = folder / locale / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "messages.mo").open("wb") as opened:
        write_mo(opened, catalogue)


def bracketed(text: str) -> str:
    return "⟦" + PLACEHOLDER.sub(lambda found: f"⟧{found[0]}⟦", text) + "⟧"


def outside(text: str) -> str:
    """What stands in no brackets."""
    return BRACKETS.sub(" ", text)


class Spoken(HTMLParser):
    """Collects what a page says: (where, text) of each text and of each attribute that is read or shown."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        for name, value in attrs:
            if value and (name in SPOKEN or name.startswith("data-text-")):
                self.found.append((f"{tag} {name}", value))
        submits = dict(attrs).get("type") in ("submit", "button", "reset")
        if tag == "input" and submits and (value := dict(attrs).get("value")):
            self.found.append(("input value", value))

    def handle_endtag(self, tag: str) -> None:
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not SILENT & set(self._open[-1:]):
            self.found.append((self._open[-1] if self._open else "", data.strip()))


def spoken(html: str) -> Iterator[tuple[str, str]]:
    yield from Spoken(html).found
