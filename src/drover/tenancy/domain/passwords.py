"""What a username and a password must be. Pure; hashing is tenancy/hashing.py's."""

import re
import unicodedata
from typing import Final

from drover.kernel.errors import DroverError, InvalidInput, Kind

SHORTEST: Final = 12  # characters; above NIST SP 800-63B's eight, since there is no second factor yet
LONGEST: Final = 128  # a longer one would only make hashing dear
FEWEST_DIFFERENT: Final = 6  # different characters: keeps out `aaaaaaaaaaaa` and `121212121212`

_USERNAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?", re.ASCII)


class WeakPassword(InvalidInput):
    """A password is too easy to guess, or too long to hash."""


class LoginRefused(DroverError):
    """A login did not succeed. Whether there is such a user, and why, is not told."""

    kind = Kind.LOGGED_OUT

    def __init__(self) -> None:
        super().__init__("username and password are not those of an active user", hint="check both, and try again")


class WrongPassword(DroverError):
    """The present password, which a change of it asks for, is another."""

    kind = Kind.REFUSED

    def __init__(self) -> None:
        super().__init__("the present password is another", hint="check it, and try again")


class BadUsername(InvalidInput):
    """A username has characters or a length that none may have."""


def username_of(text: str) -> str:
    """Return the username as it is kept, in lower case. Raises BadUsername."""
    name = text.strip().lower()
    if not text.isascii() or not _USERNAME.fullmatch(name):
        raise BadUsername(
            "a username has 1 to 64 of the characters a-z, 0-9 and . _ @ + -",
            hint="begin and end it with a letter or digit",
        )
    return name


def looked_for(text: str) -> str:
    """Return the username that a login asks for; empty, which nobody has, for what can be none."""
    try:
        return username_of(text)
    except BadUsername:
        return ""


def normal(password: str) -> str:
    """Return the password with its characters in one spelling, as it is hashed, however the keyboard sent it."""
    return unicodedata.normalize("NFKC", password).encode(errors="replace").decode()


def checked(password: str, username: str) -> str:
    """Return the normal form of a password that is good enough. Raises WeakPassword, which never quotes it."""
    plain = normal(password)
    if len(plain) < SHORTEST:
        raise WeakPassword(f"the password has fewer than {SHORTEST} characters", hint="take a few words together")
    if len(plain) > LONGEST:
        raise WeakPassword(f"the password has more than {LONGEST} characters", hint="shorten it")
    if len(set(plain)) < FEWEST_DIFFERENT:
        raise WeakPassword("the password repeats few characters", hint=f"use {FEWEST_DIFFERENT} different ones or more")
    if username in plain.lower() and len(plain) - len(username) < SHORTEST:
        raise WeakPassword("the password is little more than the username", hint="leave the username out of it")
    return plain
