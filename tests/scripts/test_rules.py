"""The project's own rules find what they are there to find."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"

BREACHES = {
    "requirements.txt": ("--index-url https:" + "//example.com/simple\n", "holds an address"),
    "package-lock.json": ('{"resolved": "http:' + '//example.com/x.tgz"}\n', "holds an address"),
    "docs/notes.md": ("see /" + "root/notes\n", "path of somebody's machine"),
    "portal/long.py": ("x = 1\n" * 251, "251 lines"),
    "portal/raw.py": ("from markupsafe import Markup\nx = Markup" + '("<b>")\n', "past the escaping"),
    "portal/templates/raw.html": ("{{ name |" + " safe }}\n", "past the escaping"),
    "portal/domain/commission_half.py": ("share = net * 0.5\n", "a float where money is exact"),
    "portal/web/report_sums.py": ("shown = round(net, 2)\n", "a float where money is exact"),
    "portal/second.py": ("    import folium\n", "folium is to be imported from one file only"),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project without breaches, with the rules in it."""
    for name in ("rules.py", "common.py"):
        (tmp_path / "scripts").mkdir(exist_ok=True)
        (tmp_path / "scripts" / name).write_bytes((SCRIPTS / name).read_bytes())
    write(tmp_path, "portal/map/folium_map.py", "import folium\n")
    write(tmp_path, "requirements.txt", "flask==3.1.3 --hash=sha256:00\n")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def write(project: Path, name: str, text: str) -> None:
    file = project / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def breaches(project: Path) -> str:
    answer = subprocess.run([sys.executable, "scripts/rules.py"], cwd=project, capture_output=True, text=True)
    assert answer.returncode == (1 if answer.stderr else 0)
    return answer.stderr


def test_nothing_to_say_about_a_clean_project(project: Path) -> None:
    assert breaches(project) == ""


@pytest.mark.parametrize("name", BREACHES)
def test_each_breach_is_named_with_its_file(project: Path, name: str) -> None:
    text, complaint = BREACHES[name]
    write(project, name, text)
    found = breaches(project)
    assert complaint in found
    assert name in found
    assert found.count("\n") == 1
