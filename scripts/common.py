"""What every part of the set-up shares: where things stand, running commands, stamps.

Plain standard library, because these scripts run before anything is installed.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
BIN = "Scripts" if os.name == "nt" else "bin"
EXE = ".exe" if os.name == "nt" else ""


def say(text: str) -> None:
    """Tell the person at the terminal what happens now; kept apart from what the commands print."""
    print(f"· {text}", file=sys.stderr, flush=True)


def fail(text: str) -> NoReturn:
    """End with one line on standard error and exit status 1."""
    print(f"error: {text}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def call(command: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Run a step of the set-up; its failure ends everything with the command's name."""
    words = [str(word) for word in command]
    status = subprocess.run(words, cwd=cwd, env=None if env is None else {**os.environ, **env}).returncode
    if status:
        fail(f"{' '.join(words[:6])} … ended with status {status}")


def tool(name: str, venv: Path = VENV) -> Path:
    """The path of a command inside a virtual environment."""
    return venv / BIN / f"{name}{EXE}"


def digest(*files: Path) -> str:
    """One hash over the contents of some files: what a stamp file holds to say "made from these"."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return whole.hexdigest()


def stamped(stamp: Path, value: str) -> bool:
    """Whether a former run left this stamp."""
    return stamp.is_file() and stamp.read_text(encoding="ascii").strip() == value


def put_stamp(stamp: Path, value: str) -> None:
    """Say that the work before this line is complete."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(f"{value}\n", encoding="ascii")
