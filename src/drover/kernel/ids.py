"""Ids come from a factory that is passed, so that a test can foretell them."""

import uuid
from collections.abc import Callable

NewId = Callable[[], str]


def random_id() -> str:
    """Return a new random id of 32 hexadecimal digits."""
    return uuid.uuid4().hex
