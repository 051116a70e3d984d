"""Idempotency keys in the database."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import update

from drover.api.keys import DatabaseKeys
from drover.platform.db.database import Database
from drover.platform.db.whose import Installation, Organization
from drover.platform.web.idempotency import Answer, Kept
from drover.tenancy.models import IdempotencyKeyRow, UserRow
from drover.tenancy.service.requests import ABANDONED, KEPT, Requests
from tests.databases import BEGINNING, ORGANIZATION

ADA, BOB = "ad" * 16, "b0" * 16


@dataclass(frozen=True)
class Person:
    user: str
    organization: str = ORGANIZATION


@pytest.fixture
async def keys(database: Database) -> DatabaseKeys:
    async with database.writing(Organization(ORGANIZATION)) as unit:
        for user in (ADA, BOB):
            unit.session.add(
                UserRow(
                    id=user,
                    username=user,
                    password_hash="",
                    role="admin",
                    status="active",
                    created_at=BEGINNING,
                    password_changed_at=BEGINNING,
                )
            )
    return DatabaseKeys(database)


async def age(database: Database, by: timedelta) -> None:
    async with database.writing(Organization(ORGANIZATION)) as unit:
        at = await unit.now() - by
        await unit.session.execute(update(IdempotencyKeyRow).values(at=at))


async def test_a_key_is_given_once_and_then_tells_what_was_answered(keys: DatabaseKeys) -> None:
    assert await keys.claim(Person(ADA), "k", "digest") is None
    assert await keys.claim(Person(ADA), "k", "other") == Kept("digest")
    await keys.keep(Person(ADA), "k", Answer(201, '{"name":"Zoë"}'.encode()))
    assert await keys.claim(Person(ADA), "k", "digest") == Kept("digest", Answer(201, '{"name":"Zoë"}'.encode()))


async def test_keys_of_another_user_are_others(keys: DatabaseKeys) -> None:
    await keys.claim(Person(ADA), "k", "digest")
    assert await keys.claim(Person(BOB), "k", "digest") is None


async def test_a_key_that_was_given_up_is_free(keys: DatabaseKeys) -> None:
    await keys.claim(Person(ADA), "k", "digest")
    await keys.free(Person(ADA), "k")
    assert await keys.claim(Person(ADA), "k", "another") is None


async def test_of_several_at_once_one_is_first(keys: DatabaseKeys) -> None:
    claims = await asyncio.gather(*(keys.claim(Person(ADA), "k", f"digest{number}") for number in range(5)))
    assert claims.count(None) == 1


async def test_a_request_whose_process_died_may_be_done_again(keys: DatabaseKeys, database: Database) -> None:
    await keys.claim(Person(ADA), "k", "digest")
    await age(database, ABANDONED)
    assert await keys.claim(Person(ADA), "k", "digest") is None


async def test_an_answer_is_kept_for_a_day(keys: DatabaseKeys, database: Database) -> None:
    await keys.claim(Person(ADA), "k", "digest")
    await keys.keep(Person(ADA), "k", Answer(204, b""))
    await age(database, KEPT - timedelta(minutes=1))
    assert await keys.claim(Person(ADA), "k", "digest") == Kept("digest", Answer(204, b""))
    await age(database, KEPT)
    assert await keys.claim(Person(ADA), "k", "digest") is None


async def test_what_is_a_day_old_is_swept(keys: DatabaseKeys, database: Database) -> None:
    await keys.claim(Person(ADA), "old", "digest")
    await age(database, KEPT + timedelta(seconds=1))
    await keys.claim(Person(ADA), "new", "digest")
    async with database.writing(Installation()) as unit:
        await Requests().sweep(unit)
    assert await keys.claim(Person(ADA), "new", "digest") == Kept("digest")
    async with database.writing(Organization(ORGANIZATION)) as unit:
        assert await Requests().claim(unit, ADA, "old", "digest") is None
