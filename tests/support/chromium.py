"""A real Chromium: the one that npm brought for tests, else one of the system, else a clear failure."""

import hashlib
import io
import os
import platform
import shutil
import tarfile
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKED = ROOT / ".cache/npm/node_modules/@sparticuz/chromium/bin"
UNPACKED = ROOT / ".cache/chromium"
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Nothing but the pages under test: no updates, no reporting, no look-ups in the background.
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@dataclass(frozen=True)
class Chromium:
    """A program and the environment that it wants beside ours."""

    program: Path
    env: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """The browser for tests. Raises RuntimeError when there is none."""
    if platform.system() == "Linux" and platform.machine() == "x86_64" and (PACKED / "chromium.br").exists():
        return _unpacked()
    for name in ON_PATH:
        if found := shutil.which(name):
            return Chromium(Path(found))
    raise RuntimeError(
        "No Chromium for the browser tests: run `python3 scripts/dev.py vendor --dev`, or install one"
    )


def _unpacked() -> Chromium:
    parts = sorted(PACKED.glob("*.br"))
    sizes = " ".join(f"{part.name}:{part.stat().st_size}" for part in parts)
    place = UNPACKED / hashlib.sha256(sizes.encode()).hexdigest()[:16]
    if not place.exists():
        UNPACKED.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=UNPACKED))
        for part in parts:
            _unpack(part, fresh)
        try:
            fresh.rename(place)
        except OSError:  # another worker of the same run was faster
            shutil.rmtree(fresh)
    libraries = [str(place / "lib"), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])]
    fonts = {"FONTCONFIG_PATH": str(place)} if not Path("/etc/fonts/fonts.conf").exists() else {}
    return Chromium(place / "chromium", {"LD_LIBRARY_PATH": ":".join(libraries), **fonts})


def _unpack(part: Path, target: Path) -> None:
    import brotli

    content = brotli.decompress(part.read_bytes())
    if part.name.endswith(".tar.br"):
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(target, filter="data")
        return
    program = target / part.stem
    program.write_bytes(content)
    program.chmod(0o755)
