"""Keeps the catalogues in step with the texts of the code: extract, update.

The files hold nothing that changes by itself, neither line numbers nor dates, so that a diff of them is a diff of
texts. Mapping of files: `[tool.babel]` in pyproject.toml.
"""

import re
from pathlib import Path

from common import CACHE, ROOT, call, tool

TRANSLATIONS = ROOT / "portal" / "translations"
TEMPLATE = CACHE / "messages.pot"
# Beside Babel's own: lazy texts, gettext by another name, and refusals, whose message is an argument.
MARKS = (
    "translate",
    "lazy_gettext",
    "lazy_ngettext:1,2",
    "Conflict",
    "Forbidden",
    "Invalid:2",
    "NotFound",
    "TextError",
)
CHANGING = re.compile(
    r'^"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Generated-By|Report-Msgid|Language-Team).*\n',
    re.M,
)


def extract(template: Path = TEMPLATE) -> None:
    """Write the texts of the code into a template."""
    template.parent.mkdir(parents=True, exist_ok=True)
    marks = [word for mark in MARKS for word in ("--keyword", mark)]
    plain = ("--no-location", "--sort-output", "--project", "Charge Portal", "--version", "1")
    command = [tool("pybabel"), "--quiet", "extract", "--mapping-file", "pyproject.toml", *marks, *plain]
    call([*command, "--output-file", template, "portal"])


def update() -> None:
    """Extract, and bring every catalogue up to date: new texts come in empty, texts that are gone leave."""
    extract()
    for catalogue in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        locale = catalogue.parts[-3]
        options = ("--no-fuzzy-matching", "--ignore-obsolete", "--ignore-pot-creation-date", "--no-wrap")
        command = [tool("pybabel"), "--quiet", "update", *options, "--locale", locale]
        call([*command, "--input-file", TEMPLATE, "--output-file", catalogue])
        settle(catalogue)


def settle(catalogue: Path) -> None:
    """Take out of the header what changes without any text having changed."""
    catalogue.write_text(CHANGING.sub("", catalogue.read_text(encoding="utf-8")), encoding="utf-8")
