import asyncio

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from drover.kernel.ids import random_secret
from drover.tenancy.hashing import BadHash, Hasher, TooManyLogins

PASSWORD = "seven green herons"  # noqa: S105  nobody has it


async def test_a_hash_is_argon2id_with_the_parameters_that_were_chosen() -> None:
    usual = Hasher(random_secret)
    kept = extract_parameters(await usual.hash(PASSWORD))
    usual.close()
    assert (kept.type, kept.memory_cost, kept.time_cost, kept.parallelism) == (Type.ID, 19 * 1024, 2, 1)


async def test_a_password_matches_its_own_hash_alone(hasher: Hasher) -> None:
    kept = await hasher.hash(PASSWORD)
    assert await hasher.matches(kept, PASSWORD)
    assert not await hasher.matches(kept, PASSWORD + "!")


async def test_nobody_matches_nothing(hasher: Hasher) -> None:
    assert not await hasher.matches(None, PASSWORD)


async def test_a_kept_text_that_is_no_hash_is_told(hasher: Hasher) -> None:
    with pytest.raises(BadHash):
        await hasher.matches("plain", PASSWORD)


async def test_a_hash_of_other_parameters_is_outdated(hasher: Hasher) -> None:
    assert hasher.outdated(PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD))
    assert not hasher.outdated(await hasher.hash(PASSWORD))


async def test_more_than_can_wait_are_sent_away_and_the_others_served() -> None:
    narrow = Hasher(random_secret, at_once=1, most_waiting=1)
    answers = await asyncio.gather(*(narrow.hash(PASSWORD) for _ in range(3)), return_exceptions=True)
    narrow.close()
    assert [type(answer) for answer in answers] == [str, str, TooManyLogins]
