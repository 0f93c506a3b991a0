"""Security keys: sealed, exchanged with a period of grace, refused when damaged."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.domain.errors import Conflict, Invalid
from portal.domain.secrets import new_security_key
from portal.models import OperatorStatus
from portal.services.security_keys import key_opens, remove_key, seal_key, set_key
from tests.support.factories import TESTER, make_operator

PEPPER = "pepper-for-tests"
FIRST, SECOND = "first-key-0123456789", "second-key-0123456789"
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_the_former_key_opens_until_its_grace_ends(session: Session) -> None:
    operator = make_operator(session)
    assert not key_opens(operator, "", PEPPER, AT), "no key is no open door"
    set_key(session, operator, seal_key(FIRST, PEPPER), actor=TESTER, at=AT, grace_hours=24)
    assert operator.former_key_hash is None
    set_key(session, operator, seal_key(SECOND, PEPPER), actor=TESTER, at=AT, grace_hours=24)
    assert key_opens(operator, SECOND, PEPPER, AT)
    assert key_opens(operator, FIRST, PEPPER, AT + timedelta(hours=23, minutes=59))
    assert not key_opens(operator, FIRST, PEPPER, AT + timedelta(hours=24))
    assert not key_opens(operator, SECOND, "another pepper", AT)
    remove_key(session, operator, actor=TESTER, at=AT)
    assert not key_opens(operator, SECOND, PEPPER, AT)
    assert not key_opens(operator, FIRST, PEPPER, AT)


def test_without_grace_the_former_key_ends_at_once(session: Session) -> None:
    operator = make_operator(session)
    set_key(session, operator, seal_key(FIRST, PEPPER), actor=TESTER, at=AT)
    set_key(session, operator, seal_key(SECOND, PEPPER), actor=TESTER, at=AT)
    assert not key_opens(operator, FIRST, PEPPER, AT)


def test_the_same_key_again_changes_nothing(session: Session) -> None:
    operator = make_operator(session)
    set_key(session, operator, seal_key(FIRST, PEPPER), actor=TESTER, at=AT)
    set_key(
        session, operator, seal_key(FIRST, PEPPER), actor=TESTER, at=AT + timedelta(days=1), grace_hours=24
    )
    assert operator.security_key_set_at == AT
    assert operator.former_key_hash is None


def test_archived_operators_keep_their_keys(session: Session) -> None:
    operator = make_operator(session, status=OperatorStatus.ARCHIVED)
    with pytest.raises(Conflict):
        set_key(session, operator, seal_key(FIRST, PEPPER), actor=TESTER, at=AT)
    with pytest.raises(Conflict):
        remove_key(session, operator, actor=TESTER, at=AT)


@pytest.mark.parametrize(
    "secret", ["", "x" * 15, "x" * 41, "blank in the middle", "tab\tin-the-middle", "ümlaut-0123456789"]
)
def test_damaged_keys_are_refused_in_words_that_do_not_repeat_them(secret: str) -> None:
    with pytest.raises(Invalid) as refused:
        seal_key(secret, PEPPER)
    assert refused.value.field == "security_key"
    assert not secret or secret not in str(refused.value)


def test_generated_keys_are_accepted() -> None:
    key = new_security_key()
    assert seal_key(key, PEPPER).last4 == key[-4:]
