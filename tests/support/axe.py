"""Accessibility rules of axe-core, run in the page under test."""

from typing import Any

from playwright.sync_api import Page

from tests.support.chromium import ROOT

SCRIPT = ROOT / ".cache/npm/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page, *, only: str | None = None) -> list[str]:
    """What axe finds on the page as it stands, one line a rule and element; with `only` one rule alone."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(SCRIPT.read_text(encoding="utf-8"))
    wanted: dict[str, Any] = {"type": "rule", "values": [only]} if only else {"type": "tag", "values": RULES}
    options = {"runOnly": wanted, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    pairs = [(rule["id"], node) for rule in found for node in rule["nodes"]]
    return [f"{rule}: {node['html'][:200]} {_why(node)}" for rule, node in pairs if not _pinned(rule, node)]


def _pinned(rule: str, node: dict[str, Any]) -> bool:
    """Marks on a map stand where their places are, near to each other or beneath a control (WCAG 2.5.8: essential)."""
    return rule == "target-size" and "leaflet-marker-icon" in node["html"]


def _why(node: dict[str, Any]) -> str:
    return " ".join(each["message"] for each in (*node["any"], *node["all"], *node["none"]))[:300]
