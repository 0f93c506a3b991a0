"""The `portal` command in this process, on a test's database."""

from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result

from portal.cli import cli

Command = Callable[..., Result]


def command(database_url: str) -> Command:
    """Runs `portal …`; the result has exit_code, stdout, stderr."""
    env = {"PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEY": "a secret for tests only 123"}

    def run(*arguments: object, input: bytes | None = None) -> Result:
        done = CliRunner().invoke(cli, [str(argument) for argument in arguments], env=env, input=input)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    return run


def stations_csv(path: Path, *rows: str, header: str | None = None) -> Path:
    """A file of the portal's own format; each row in full."""
    columns = (
        "code,name,operator_code,area_code,area_name,latitude,longitude,visible,"
        "charger_uid,current_type,connector_number,connector_standard,max_kw"
    )
    path.write_text("\n".join([header or columns, *rows]) + "\n", encoding="utf-8")
    return path


def row(code: str = "S-1", **over: object) -> str:
    """One station with one connector."""
    values: dict[str, object] = {
        "code": code, "name": f"Name {code}", "operator_code": "HOTEL", "area_code": "PARK", "area_name": "Park",
        "latitude": 46.5, "longitude": 14.25, "visible": "true", "charger_uid": "C1", "current_type": "AC",
        "connector_number": 1, "connector_standard": "IEC_62196_T2", "max_kw": 22,
    } | over  # fmt: skip
    return ",".join(str(value) for value in values.values())
