"""Randomness is a generator that is passed; this derives independent ones from one seed."""

import hashlib
import random


def stream(seed: int, *names: str | int) -> random.Random:
    """Return a generator that depends on `seed` and `names` alone, so that streams do not disturb one another."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in (seed, *names)).encode()).digest()
    return random.Random(int.from_bytes(digest[:8]))
