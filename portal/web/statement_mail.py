"""The mail that tells an operator's users of new statements, each in its own language, with the way to them."""

from collections.abc import Iterable, Sequence
from functools import partial

from flask import current_app, has_request_context
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from portal.extensions import db
from portal.models import Account, AccountStatus, Operator, OperatorStatus, Preference, Role, Statement

from .filters import local_month, money
from .later import after_answer
from .letters import letter_text, link_base, send_letter
from .locale import in_locale
from .mail import Letter, mail_sender
from .site import config, current_site


def notify_issued(statements: Iterable[Statement]) -> None:
    """Write to the operators' users; call it after the commit. Nothing leaves where mails are not set up.

    In a request the mails leave after its answer. What a mail server refuses is logged, and undoes nothing.
    """
    ids = [statement.id for statement in statements]
    base = link_base() if has_request_context() else config().base_url
    if not ids or not base:
        return
    work = partial(_send, ids, base)
    after_answer(work) if has_request_context() else work()


def _send(ids: Sequence[int], base: str) -> None:
    if mail_sender() is None:
        return
    for operator_id, statements in _by_operator(ids).items():
        for account, locale in _readers(operator_id):
            send_letter(statement_letter(account, statements, locale, base))


def statement_letter(
    account: Account, statements: Sequence[Statement], locale: str | None, base: str
) -> Letter:
    """What one of the operator's users gets: the amounts, and where to read the statements."""
    site = current_site()
    with in_locale(locale):
        count = len(statements)
        subject = _("A new statement on %(site)s: %(number)s", site=site.name, number=statements[0].number)
        if count > 1:
            subject = _("%(count)s new statements on %(site)s", site=site.name, count=count)
        items = [_item(statement, base) for statement in statements]
        text = letter_text("mail/statement.txt", name=account.name, site=site.name, items=items)
    return Letter(account.email, subject, text)


def _item(statement: Statement, base: str) -> dict[str, str]:
    path = current_app.url_map.bind("").build("operator.statement", {"number": statement.number})
    return {
        "number": statement.number,
        "month": local_month(statement.month),
        "due": money(statement.due_minor, statement.currency),
        "credits": statement.content.get("credits", ""),
        "url": base + path,
    }


def _by_operator(ids: Sequence[int]) -> dict[int, list[Statement]]:
    """Those of operators whose users can sign in."""
    active = Operator.status == OperatorStatus.ACTIVE
    stmt = select(Statement).join(Statement.operator).where(Statement.id.in_(ids), active)
    found: dict[int, list[Statement]] = {}
    stmt = stmt.order_by(Statement.id).options(contains_eager(Statement.operator))
    for statement in db.session.scalars(stmt):
        found.setdefault(statement.operator_id, []).append(statement)
    return found


def _readers(operator_id: int) -> list[tuple[Account, str | None]]:
    """The operator's users and the languages that they chose."""
    stmt = (
        select(Account, Preference.locale)
        .outerjoin(Preference, Preference.account_id == Account.id)
        .where(
            Account.operator_id == operator_id,
            Account.role == Role.OPERATOR,
            Account.status == AccountStatus.ACTIVE,
        )
        .order_by(Account.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(stmt)]
