"""Ids and secrets come from a factory that is passed, so that a test can foretell them."""

import secrets
import uuid
from collections.abc import Callable

NewId = Callable[[], str]
NewSecret = Callable[[], str]


def random_id() -> str:
    """Return a new random id of 32 hexadecimal digits."""
    return uuid.uuid4().hex


def random_secret() -> str:
    """Return 256 random bits of the system, fit for credentials, as 43 url-safe characters."""
    return secrets.token_urlsafe(32)
