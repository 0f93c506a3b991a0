"""Instants as whole seconds since 1970, on both engines."""

from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class unix_seconds(FunctionElement[int]):
    """The second in which an instant lies; null stays null."""

    type = BigInteger()
    inherit_cache = True


@compiles(unix_seconds, "postgresql")
def _postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)})) AS BIGINT)"


@compiles(unix_seconds, "sqlite")
def _sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    """Without the fraction, which SQLite would round."""
    return f"CAST(strftime('%s', substr({compiler.process(element.clauses, **options)}, 1, 19)) AS INTEGER)"
