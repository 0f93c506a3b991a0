"""What an operator sees of a customer who is not its member: enough to tell two apart, not enough to write to them."""

DOT = "•"


def mask_email(email: str | None) -> str | None:
    """`mia@example.com` as `m•••@e•••.com`: first letters and the ending, the same number of dots always."""
    if not email:
        return None
    local, _, domain = email.partition("@")
    host, _, ending = domain.rpartition(".")
    return f"{local[:1]}{DOT * 3}@{host[:1]}{DOT * 3}.{ending}"


def mask_phone(phone: str | None) -> str | None:
    """The last two digits only."""
    digits = [character for character in phone or "" if character.isdigit()]
    return f"{DOT * 3} {''.join(digits[-2:])}" if digits else None


def mask_token(uid: str | None) -> str | None:
    """The last four characters, so that somebody who has the card at hand can tell; a shorter one has none to spare."""
    if not uid:
        return None
    return f"{DOT * 4}{uid[-4:] if len(uid) > 4 else ''}"
