"""Random secrets and how they are kept: never in clear."""

import hashlib
import hmac
import secrets
import string

KEY_ALPHABET = string.ascii_letters + string.digits
KEY_MIN, KEY_MAX, KEY_DEFAULT = 16, 40, 32


def new_secret() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """SHA-256 in hex of a random secret; enough where the secret itself has 256 bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def seal(secret: str, pepper: str) -> str:
    """HMAC-SHA256 in hex of a secret that people may have chosen, keyed with the portal's secret key."""
    return hmac.new(pepper.encode(), secret.encode(), hashlib.sha256).hexdigest()


def new_security_key() -> str:
    """A security key for an operator's equipment: letters and digits only, easy to type into a charger."""
    return "".join(secrets.choice(KEY_ALPHABET) for _ in range(KEY_DEFAULT))
