"""Makes a virtual environment from hashed locks, and does nothing when it is complete already.

Works where python3 has no ensurepip (Debian without python3-venv), as long as some pip is on the machine.
"""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from common import ROOT, VENV, call, digest, fail, put_stamp, say, stamped, tool

RUNTIME_LOCK = ROOT / "requirements.txt"
DEV_LOCK = ROOT / "requirements-dev.txt"


def ensure(*, dev: bool) -> None:
    """Make .venv hold the runtime lock, or with `dev` the dev lock, and the `portal` command."""
    stamp = VENV / ".stamp"
    wanted = digest(DEV_LOCK if dev else RUNTIME_LOCK)
    if stamped(stamp, wanted) or stamped(stamp, digest(DEV_LOCK)):
        return
    make_venv(VENV)
    stamp.unlink(missing_ok=True)
    say(f"installing Python packages ({'runtime and tests' if dev else 'runtime'})")
    pip_install(VENV, DEV_LOCK if dev else RUNTIME_LOCK)
    link_project()
    put_stamp(stamp, wanted)


def make_venv(place: Path) -> None:
    """Create a virtual environment unless a working one stands there."""
    if runs(tool("python", place), "-c", ""):
        return
    say(f"making {place.relative_to(ROOT)} with Python {sys.version.split()[0]}")
    shutil.rmtree(place, ignore_errors=True)
    call([sys.executable, "-m", "venv", *([] if has_ensurepip() else ["--without-pip"]), place])


def has_ensurepip() -> bool:
    """Debian ships `venv` without `ensurepip`, and then even `python3 -m venv` fails half way."""
    return importlib.util.find_spec("ensurepip") is not None


def runs(*command: str | Path) -> bool:
    """Whether a command can be started and ends well."""
    try:
        return subprocess.run([str(word) for word in command], capture_output=True).returncode == 0
    except OSError:
        return False


def pip_for(venv: Path) -> list[str | Path]:
    """A pip that installs into this environment: its own, else any other on the machine from outside."""
    python = tool("python", venv)
    if runs(python, "-m", "pip", "--version"):
        return [python, "-m", "pip"]
    others: list[list[str]] = [[sys.executable, "-m", "pip"]]
    others += [[path] for name in ("pip3", "pip") if (path := shutil.which(name))]
    for other in others:
        if runs(*other, "--python", python, "--version"):
            return [*other, "--python", python]
    return fail(
        "no pip on this machine: install python3-venv (Debian, Ubuntu) or any pip ≥ 22.3, then run this again"
    )


def pip_install(venv: Path, lock: Path, *, compile_after: bool = True) -> None:
    """Install a lock, hashes checked; compiling on all cores afterwards is faster than pip's own."""
    quiet = ["-qq", "--disable-pip-version-check", "--no-input"]
    call([*pip_for(venv), "install", *quiet, "--no-compile", "--no-deps", "--require-hashes", "-r", lock])
    if compile_after:
        packages = site_packages(venv)
        # Some packages carry files for other Python versions: a file that does not compile is not an error.
        subprocess.run(
            [str(tool("python", venv)), "-m", "compileall", "-q", "-j", "0", str(packages)],
            capture_output=True,
        )


def site_packages(venv: Path) -> Path:
    """Where packages stand inside a virtual environment."""
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    answer = subprocess.run(
        [str(tool("python", venv)), "-c", ask], capture_output=True, text=True, check=True
    )
    return Path(answer.stdout.strip())


def link_project() -> None:
    """Put the project on the environment's path and `portal` into its bin folder, without building."""
    (site_packages(VENV) / "charge_portal.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    if sys.platform == "win32":
        tool("portal", VENV).with_suffix(".cmd").write_text(
            '@"%~dp0python.exe" -P -m portal %*\n', encoding="ascii"
        )
        return
    command = tool("portal", VENV)
    command.write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -P -m portal "$@"\n', encoding="ascii")
    command.chmod(0o755)


def compile_catalogues() -> None:
    """Compile the translations that are newer than what was compiled of them; git holds the sources only."""
    for source in sorted((ROOT / "portal" / "translations").glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            call([tool("pybabel"), "--quiet", "compile", "--input-file", source, "--output-file", compiled])
