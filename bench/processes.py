"""The `portal` command as a process of its own, measured."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Run:
    """What a command said and what it took: seconds by the clock and of the processors, most memory in MB."""

    status: int
    output: str
    seconds: float
    cpu_seconds: float
    peak_mb: float


class Portal:
    """Runs `portal …` on one database."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url

    def __call__(self, *arguments: object) -> Run:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        env = clean | {
            "PYTHONPATH": str(ROOT),
            "PORTAL_DATABASE_URL": self.database_url,
            "PORTAL_SECRET_KEY": "only for measuring 0123456789",
        }
        command = [sys.executable, "-P", "-m", "portal", *map(str, arguments)]
        began = time.monotonic()
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen(command, env=env, stdout=said, stderr=subprocess.STDOUT, cwd=ROOT)  # noqa: S603
            peak = 0
            while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
                peak = max(peak, _high_water_kb(process.pid))
                time.sleep(0.02)
            seconds = time.monotonic() - began
            _, status, usage = ended
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            output = said.read().decode()
        cpu = usage.ru_utime + usage.ru_stime
        return Run(process.returncode, output, seconds, cpu, peak / 1024)


def _high_water_kb(pid: int) -> int:
    """The kernel's own high-water mark of this program.

    Not `ru_maxrss`: that one survives exec, so a small child shows the peak of the process that started it.
    """
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
