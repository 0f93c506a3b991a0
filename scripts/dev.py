#!/usr/bin/env python3
"""Every job around the code: `python3 scripts/dev.py run | test | lint | types | check | vendor | lock`…

Needs nothing but Python 3.11 or newer; the Makefile only calls this file.
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036
    raise SystemExit("error: Python 3.11 or newer is needed")

import environment
import frontend
from common import ROOT, call, fail, say, tool


def run(rest: list[str]) -> None:
    """Set up what the portal needs and start the demo network; arguments go to `portal demo`."""
    set_up(dev=False)
    command = [str(tool("python")), "-P", "-m", "portal", "demo", *rest]
    demo = subprocess.Popen(command, cwd=ROOT)
    while True:
        try:
            raise SystemExit(demo.wait())
        except KeyboardInterrupt:
            continue  # the demo has heard it too, and ends in its own time


def test(rest: list[str]) -> None:
    """What must hold before a change goes in: lint, types, all tests on both engines and in a browser."""
    set_up(dev=True)
    lint([])
    types([])
    say("tests")
    workers = [] if rest else ["-n", str(min(os.cpu_count() or 1, 4))]
    raise SystemExit(
        subprocess.run([str(tool("python")), "-m", "pytest", *workers, *rest], cwd=ROOT).returncode
    )


def lint(rest: list[str]) -> None:
    """Style, templates, import contracts and the rules of scripts/rules.py."""
    set_up(dev=True)
    say("lint")
    steps = [
        [tool("ruff"), "check", "--quiet", *rest],
        [tool("ruff"), "format", "--check", "--quiet"],
        [tool("djlint"), "portal/templates", "--lint", "--quiet"],
        [tool("lint-imports"), "--no-logo"],
        [sys.executable, "scripts/rules.py"],
    ]
    if broken := [
        f"{Path(step[0]).name} {step[1]}" for step in steps if subprocess.run(step, cwd=ROOT).returncode
    ]:
        fail(f"lint: {', '.join(broken)} found something")


def types(rest: list[str]) -> None:
    """mypy, strict, over the product."""
    set_up(dev=True)
    say("types")
    call([tool("mypy"), *rest])


def bench(rest: list[str]) -> None:
    """Measurements, see bench/."""
    set_up(dev=True)
    raise SystemExit(subprocess.run([str(tool("python")), "-m", "bench", *rest], cwd=ROOT).returncode)


def screenshots(rest: list[str]) -> None:
    """The pictures in docs/images, from a fresh demo network; `--review DIR` takes every page."""
    set_up(dev=True)
    command = [str(tool("python")), "-m", "tests.support.screenshots", *rest]
    raise SystemExit(subprocess.run(command, cwd=ROOT).returncode)


def vendor(rest: list[str]) -> None:
    """Only bring the front-end files."""
    frontend.vendor(dev="--dev" in rest)


def lock(rest: list[str]) -> None:
    """Resolve the lock files again; `--upgrade` moves versions."""
    from locks import lock as write_locks

    write_locks(upgrade="--upgrade" in rest)


def catalogues(rest: list[str]) -> None:
    """Bring the translations up to date with the texts of the code, and compile them."""
    from catalogues import update

    set_up(dev=True)
    update()
    environment.compile_catalogues()


def set_up(*, dev: bool) -> None:
    """Python packages and front-end files, side by side; nothing when all is there."""
    with ThreadPoolExecutor() as pool:
        jobs = [pool.submit(environment.ensure, dev=dev), pool.submit(frontend.vendor, dev=dev)]
    for job in jobs:
        job.result()
    environment.compile_catalogues()


JOBS = {
    "run": run,
    "test": test,
    "check": test,
    "lint": lint,
    "types": types,
    "bench": bench,
    "screenshots": screenshots,
    "vendor": vendor,
    "lock": lock,
    "catalogues": catalogues,
}


def main() -> None:
    """Read the job from the command line; whatever follows it goes to the job."""
    jobs = "\n".join(f"  {name:12}{(job.__doc__ or '').splitlines()[0]}" for name, job in JOBS.items())
    parser = argparse.ArgumentParser(
        description="Jobs around the code:\n" + jobs,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="dev.py JOB …",
    )
    parser.add_argument("job", choices=JOBS, metavar="JOB")
    known, rest = parser.parse_known_args(sys.argv[1:2]), sys.argv[2:]
    JOBS[known[0].job](rest)


if __name__ == "__main__":
    main()
