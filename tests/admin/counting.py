"""How many statements a request costs."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event

from portal.extensions import db


def count_statements(app: Flask, request: Callable[[], Any]) -> int:
    """Statements that the app sends to its database while the request runs; it must be answered with 200."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        answer = request()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.request.path
    return len(seen)
