import asyncio

import pytest

from drover.fleet.domain.leasing import Holder, HolderKind, LeaseLost, NotLeased, PhoneTaken
from drover.fleet.domain.records import PhoneUnknown
from drover.fleet.service import Leases
from drover.platform.db.database import Database
from drover.platform.db.whose import Installation
from tests.databases import OURS, SISTERS, reopened
from tests.fleet.racks import ADMINISTRATOR, TRAIL, rack_with_phones

RUN = Holder(HolderKind.RUN, "run1", "daily post", "anna")
OTHER = Holder(HolderKind.RUN, "run2")
ANNA = Holder(HolderKind.CONTROL, "anna", "has a look")


@pytest.fixture
def leases() -> Leases:
    return Leases(TRAIL)


@pytest.fixture
async def phone_id(database: Database) -> str:
    [phone] = await rack_with_phones(database, 1)
    return phone.id


async def test_a_phone_is_taken_by_one_and_refused_to_the_other(
    database: Database, leases: Leases, phone_id: str
) -> None:
    async with database.writing(OURS) as unit:
        lease = await leases.take(unit, phone_id, RUN)
    assert (lease.token, lease.remaining_s) == (1, 600)
    async with database.writing(OURS) as unit:
        with pytest.raises(PhoneTaken, match=r"is taken by run run1 \(daily post\) since"):
            await leases.take(unit, phone_id, OTHER)


async def test_of_many_who_take_at_once_exactly_one_wins(
    database: Database, database_url: str, leases: Leases, phone_id: str
) -> None:
    async def attempt(through: Database, number: int) -> int:
        async with through.writing(OURS) as unit:
            return (await leases.take(unit, phone_id, Holder(HolderKind.RUN, f"run{number}"))).token

    async with reopened(database_url, pool=5) as second:
        doors = [database, second] * 5
        outcomes = await asyncio.gather(
            *(attempt(door, number) for number, door in enumerate(doors)), return_exceptions=True
        )
    assert [outcome for outcome in outcomes if isinstance(outcome, int)] == [1]
    assert sum(isinstance(outcome, PhoneTaken) for outcome in outcomes) == 9


async def test_of_two_who_take_an_expired_lease_at_once_exactly_one_wins(
    database: Database, leases: Leases, phone_id: str
) -> None:
    async with database.writing(OURS) as unit:
        await leases.take(unit, phone_id, RUN, ttl_s=0.001)

    async def attempt(number: int) -> int:
        async with database.writing(OURS) as unit:
            return (await leases.take(unit, phone_id, Holder(HolderKind.PHASE, f"phase{number}"))).token

    outcomes = await asyncio.gather(attempt(1), attempt(2), return_exceptions=True)
    assert [outcome for outcome in outcomes if isinstance(outcome, int)] == [2]
    assert sum(isinstance(outcome, PhoneTaken) for outcome in outcomes) == 1


async def test_a_stale_holder_cannot_renew(database: Database, leases: Leases, phone_id: str) -> None:
    async with database.writing(OURS) as unit:
        stale = await leases.take(unit, phone_id, RUN, ttl_s=0.001)
    async with database.writing(OURS) as unit:
        lease = await leases.take(unit, phone_id, OTHER)
    assert lease.token > stale.token
    async with database.writing(OURS) as unit:
        with pytest.raises(LeaseLost):
            await leases.renew(unit, phone_id, stale.token)
        with pytest.raises(LeaseLost):
            await leases.check(unit, phone_id, stale.token)
        assert await leases.check(unit, phone_id, lease.token)


async def test_renewing_prolongs_by_the_clock_of_the_database(
    database: Database, leases: Leases, phone_id: str
) -> None:
    async with database.writing(OURS) as unit:
        lease = await leases.take(unit, phone_id, RUN, ttl_s=60)
    async with database.writing(OURS) as unit:
        before = await unit.now()
        renewed = await leases.renew(unit, phone_id, lease.token, ttl_s=600)
    assert (renewed.token, renewed.taken_at, renewed.remaining_s) == (lease.token, lease.taken_at, 600)
    assert (renewed.expires_at - before).total_seconds() >= 600


async def test_releasing_twice_does_no_harm_to_the_next_holder(
    database: Database, leases: Leases, phone_id: str
) -> None:
    async with database.writing(OURS) as unit:
        lease = await leases.take(unit, phone_id, RUN)
        assert await leases.release(unit, phone_id, lease.token)
        following = await leases.take(unit, phone_id, OTHER)
        assert not await leases.release(unit, phone_id, lease.token)
        assert (await leases.of(unit, phone_id)) is not None
        assert following.token == 2


async def test_a_unit_that_fails_leaves_no_lease_and_no_token(
    database: Database, leases: Leases, phone_id: str
) -> None:
    async def take_and_fail() -> None:
        async with database.writing(OURS) as unit:
            await leases.take(unit, phone_id, RUN)
            raise NotLeased(phone_id)

    with pytest.raises(NotLeased):
        await take_and_fail()
    async with database.writing(OURS) as unit:
        assert await leases.of(unit, phone_id) is None
        assert (await leases.take(unit, phone_id, OTHER)).token == 1


async def test_a_person_who_asks_breaks_in(database: Database, leases: Leases, phone_id: str) -> None:
    async with database.writing(OURS) as unit:
        lease = await leases.take(unit, phone_id, RUN)
        with pytest.raises(PhoneTaken):
            await leases.take(unit, phone_id, ANNA, priority=10)
        taken = await leases.take(unit, phone_id, ANNA, priority=10, break_in=ADMINISTRATOR)
        with pytest.raises(LeaseLost):
            await leases.renew(unit, phone_id, lease.token)
    assert (taken.token, taken.holder) == (2, ANNA)


async def test_a_broken_lease_is_free_and_its_token_stale(database: Database, leases: Leases, phone_id: str) -> None:
    async with database.writing(OURS) as unit:
        lease = await leases.take(unit, phone_id, RUN)
        broken = await leases.break_(unit, phone_id, ADMINISTRATOR, "it hangs")
        assert broken.token == lease.token
        assert await leases.of(unit, phone_id) is None
        with pytest.raises(LeaseLost):
            await leases.renew(unit, phone_id, lease.token)
        with pytest.raises(NotLeased):
            await leases.break_(unit, phone_id, ADMINISTRATOR, "again")
        assert (await leases.take(unit, phone_id, OTHER)).token == 3


async def test_overdue_leases_are_found_in_any_client_and_taken_off(
    database: Database, leases: Leases, phone_id: str
) -> None:
    async with database.writing(OURS) as unit:
        await leases.take(unit, phone_id, RUN, ttl_s=0.001)
    async with database.reading(Installation()) as unit:
        [due] = await leases.overdue(unit)
    assert due == (OURS.organization, OURS.client, phone_id)
    async with database.writing(OURS) as unit:
        [expired] = await leases.expired(unit)
        assert (expired.holder, expired.remaining_s, expired.live) == (RUN, 0, False)
        assert await leases.expire(unit, phone_id)
        assert not await leases.expire(unit, phone_id)
        assert await leases.expired(unit) == []


async def test_leases_in_force_are_told_for_many_phones_at_once(database: Database, leases: Leases) -> None:
    first, second, third = await rack_with_phones(database, 3)
    async with database.writing(OURS) as unit:
        await leases.take(unit, first.id, RUN)
        await leases.take(unit, second.id, OTHER, ttl_s=0.001)
        held = await leases.in_force(unit, [first.id, second.id, third.id])
    assert {phone: lease.holder for phone, lease in held.items()} == {first.id: RUN}


async def test_another_client_s_phone_cannot_be_taken_or_seen(
    database: Database, leases: Leases, phone_id: str
) -> None:
    async with database.writing(SISTERS) as unit:
        with pytest.raises(PhoneUnknown):
            await leases.take(unit, phone_id, RUN)
        with pytest.raises(PhoneUnknown):
            await leases.of(unit, phone_id)
