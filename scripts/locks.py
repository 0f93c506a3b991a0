"""Writes the lock files; none holds the address of a registry or a path of this machine."""

import json
import shutil
from pathlib import Path

from common import CACHE, ROOT, call, say, tool
from environment import make_venv, pip_for
from frontend import npm_command

LOCKS = {
    "requirements.txt": ["pyproject.toml"],
    "requirements-dev.txt": ["pyproject.toml", "--extra", "dev"],
    "requirements-node.txt": ["--group", "pyproject.toml:node"],
}
FLAGS = [
    "--universal",
    "--generate-hashes",
    "--no-annotate",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--quiet",
]


def lock(*, upgrade: bool = False) -> None:
    """Resolve pyproject.toml and package.json again; versions move only with `upgrade` or where they must."""
    for name, source in LOCKS.items():
        say(f"resolving {name}")
        more = ["--upgrade"] if upgrade else []
        call([uv(), "pip", "compile", *FLAGS, *source, *more, "--output-file", name])
    say("resolving package-lock.json")
    call([*npm_command(), "install", "--package-lock-only", "--loglevel=error"])
    drop_funding(ROOT / "package-lock.json")


def uv() -> Path:
    """The resolver: the one on the PATH, else one in .cache that pip brings."""
    if found := shutil.which("uv"):
        return Path(found)
    tools = CACHE / "uv"
    if not tool("uv", tools).exists():
        make_venv(tools)
        call([*pip_for(tools), "install", "--quiet", "uv"])
    return tool("uv", tools)


def drop_funding(file: Path) -> None:
    """npm copies addresses into the lock that an install does not need."""
    whole = json.loads(file.read_text(encoding="utf-8"))
    for package in whole["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    file.write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
