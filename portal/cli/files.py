"""Files that a command is to write: refused before any work is done."""

from pathlib import Path
from typing import TypeVar

import click

Name = TypeVar("Name", str, Path, None)


def in_a_folder(_context: click.Context, parameter: click.Parameter, value: Name) -> Name:
    """A path whose folder exists, or `-`. Raises BadParameter."""
    if value is not None and str(value) != "-" and not Path(str(value)).absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {str(Path(str(value)).parent)!r}", param=parameter)
    return value


def csv_or_xlsx(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """The same, with the ending .csv or .xlsx. Raises BadParameter."""
    if value != "-" and Path(value).suffix.lower() not in (".csv", ".xlsx"):
        raise click.BadParameter(
            f"expected a name that ends with .csv or .xlsx, got {value!r}", param=parameter
        )
    in_a_folder(context, parameter, value)
    return value
