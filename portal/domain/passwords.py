"""Passwords: Argon2id hashes and the rule for a new one."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from .errors import Invalid

MIN_LENGTH, MAX_LENGTH = 10, 200
_hasher = PasswordHasher()
_DUMMY = _hasher.hash("no account has this password")


def check_new(password: str) -> str:
    """Return an acceptable new password. Raises Invalid on `password` otherwise."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise Invalid("password", "Use %(least)s to %(most)s characters.", least=MIN_LENGTH, most=MAX_LENGTH)
    if len(set(password)) < 5:
        raise Invalid("password", "Use at least five different characters.")
    return password


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def matches(hashed: str | None, password: str) -> bool:
    """Compare in the same time whether or not there is an account with a password."""
    try:
        return _hasher.verify(hashed or _DUMMY, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False
