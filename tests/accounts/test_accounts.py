import asyncio
from datetime import timedelta

import pytest

from drover.accounts.domain.lifecycle import Change, IllegalChange, Lifecycle
from drover.accounts.domain.placing import NEXT_SLOT, BadName, PhoneFull, SlotTaken, address_of
from drover.accounts.domain.records import (
    AccountExists,
    AccountUnknown,
    AppUnknown,
    Authorization,
    IllegalMove,
    NotAuthorized,
)
from drover.accounts.service import AccountWish, key_of
from drover.fleet.domain.records import PhoneUnknown
from drover.platform.db.database import Database
from drover.platform.db.errors import ReferenceBroken
from tests.accounts.stock import ACCOUNTS, CONSENT, PROFILES, SEEN, Stock, add, stocked
from tests.databases import OURS, SISTERS
from tests.fleet.racks import ADMINISTRATOR


@pytest.fixture
async def stock(database: Database) -> Stock:
    return await stocked(database, 2)


async def test_an_account_is_found_by_its_address_and_says_who_authorised_it(stock: Stock) -> None:
    async with stock.database.writing(OURS) as unit:
        added = await add(unit, "plaza.account1@phone1")
    async with stock.database.reading(OURS) as unit:
        found = await ACCOUNTS.at(unit, "plaza.account1@phone1")
    assert found == added
    assert (str(found.address), found.authorization, found.slot) == ("plaza.account1@phone1", CONSENT, None)


async def test_an_account_that_nobody_has_authorised_yet_is_refused(stock: Stock) -> None:
    address = address_of("plaza.account1@phone1")
    async with stock.database.writing(OURS) as unit:
        later = await unit.now() + timedelta(minutes=1)
        with pytest.raises(NotAuthorized, match="nobody is named"):
            await ACCOUNTS.create(unit, AccountWish(address, Authorization(" ", CONSENT.at)), ADMINISTRATOR)
        with pytest.raises(NotAuthorized, match="is yet to come"):
            await ACCOUNTS.create(unit, AccountWish(address, Authorization("Anna", later)), ADMINISTRATOR)


async def test_an_account_needs_an_app_a_phone_and_a_name_of_its_own(stock: Stock) -> None:
    async with stock.database.writing(OURS) as unit:
        await add(unit, "plaza.account1@phone1")
        with pytest.raises(AppUnknown):
            await add(unit, "notes.account1@phone1")
        with pytest.raises(PhoneUnknown):
            await add(unit, "plaza.account1@phone9")
        with pytest.raises(AccountExists):
            await add(unit, "plaza.account1@phone1", 3)
        with pytest.raises(BadName):
            await add(unit, "plaza.all@phone1")
        assert await add(unit, "plaza.account1@phone2")


async def test_of_many_who_want_the_next_slot_at_once_each_gets_its_own(stock: Stock) -> None:
    async def one(number: int) -> int | None:
        async with stock.database.writing(OURS) as unit:
            return (await add(unit, f"plaza.account{number}@phone1", NEXT_SLOT)).slot

    assert set(await asyncio.gather(*(one(number) for number in range(8)))) == set(range(1, 9))


async def test_of_many_who_want_one_slot_at_once_exactly_one_gets_it(stock: Stock) -> None:
    async def one(number: int) -> int | None:
        async with stock.database.writing(OURS) as unit:
            return (await add(unit, f"plaza.account{number}@phone1", 7)).slot

    outcomes = await asyncio.gather(*(one(number) for number in range(5)), return_exceptions=True)
    assert sum(isinstance(outcome, SlotTaken) for outcome in outcomes) == 4
    assert 7 in outcomes


async def test_a_fifth_account_outside_slots_is_refused_however_many_come_at_once(stock: Stock) -> None:
    async def one(number: int) -> str:
        async with stock.database.writing(OURS) as unit:
            return (await add(unit, f"plaza.account{number}@phone1")).id

    outcomes = await asyncio.gather(*(one(number) for number in range(6)), return_exceptions=True)
    assert sum(isinstance(outcome, PhoneFull) for outcome in outcomes) == 2
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 4


async def test_an_account_that_becomes_invalid_leaves_its_slot_and_a_person_returns_it_into_another(
    stock: Stock,
) -> None:
    async with stock.database.writing(OURS) as unit:
        account = await add(unit, "plaza.account1@phone1", 1, lifecycle=Lifecycle.ACTIVE)
        gone = await ACCOUNTS.change(unit, account.id, Change.INVALIDATE, ADMINISTRATOR, "banned")
        assert (gone.slot, gone.change_reason, gone.changed_by) == (None, "banned", "administrator")
        assert (await add(unit, "plaza.account2@phone1", 1)).slot == 1
        with pytest.raises(IllegalMove):
            await ACCOUNTS.move(unit, account.id, 2, ADMINISTRATOR)
        with pytest.raises(SlotTaken):
            await ACCOUNTS.change(unit, account.id, Change.RETURN, ADMINISTRATOR, "appeal won", slot=1)
        back = await ACCOUNTS.change(unit, account.id, Change.RETURN, ADMINISTRATOR, "appeal won", slot=NEXT_SLOT)
    assert (back.slot, back.standing.lifecycle) == (2, Lifecycle.ACTIVE)


async def test_invalid_accounts_take_no_place_on_a_phone(stock: Stock) -> None:
    async with stock.database.writing(OURS) as unit:
        accounts = [await add(unit, f"plaza.account{number}@phone1") for number in range(4)]
        await ACCOUNTS.change(unit, accounts[0].id, Change.INVALIDATE, ADMINISTRATOR, "banned")
        await add(unit, "plaza.account9@phone1")
        with pytest.raises(PhoneFull):
            await ACCOUNTS.change(unit, accounts[0].id, Change.RETURN, ADMINISTRATOR, "appeal won")


async def test_when_warm_up_started_is_kept_and_a_wrong_step_changes_nothing(stock: Stock) -> None:
    async with stock.database.writing(OURS) as unit:
        account = await add(unit, "plaza.account1@phone1", lifecycle=Lifecycle.READY)
        started = await ACCOUNTS.change(unit, account.id, Change.START_WARMUP, ADMINISTRATOR, "")
        with pytest.raises(IllegalChange):
            await ACCOUNTS.change(unit, account.id, Change.START_WARMUP, ADMINISTRATOR, "")
        await ACCOUNTS.change(unit, account.id, Change.COMPLETE_WARMUP, ADMINISTRATOR, "")
        found = await ACCOUNTS.get(unit, account.id)
    assert found.warmup_started_at == started.changed_at
    assert found.standing.lifecycle is Lifecycle.ACTIVE


async def test_a_deleted_account_frees_its_name_and_slot_and_is_known_by_its_id(stock: Stock) -> None:
    async with stock.database.writing(OURS) as unit:
        account = await add(unit, "plaza.account1@phone1", 1)
        await SEEN.became_active(unit, account.phone_id, account.app_id, account.id, 1)
        await ACCOUNTS.delete(unit, account.id, ADMINISTRATOR, "sold")
        assert (await add(unit, "plaza.account1@phone1", 1)).id != account.id
        assert (await ACCOUNTS.get(unit, account.id)).deleted_at is not None
        assert await SEEN.active(unit, account.phone_id, account.app_id) is None
        with pytest.raises(AccountUnknown):
            await ACCOUNTS.change(unit, account.id, Change.SUSPEND, ADMINISTRATOR, "")


async def test_an_account_can_move_between_slots_and_out_of_them(stock: Stock) -> None:
    async with stock.database.writing(OURS) as unit:
        account = await add(unit, "plaza.account1@phone1", 1)
        assert (await ACCOUNTS.move(unit, account.id, NEXT_SLOT, ADMINISTRATOR)).slot == 1
        assert (await ACCOUNTS.move(unit, account.id, 5, ADMINISTRATOR)).slot == 5
        assert (await ACCOUNTS.move(unit, account.id, None, ADMINISTRATOR)).slot is None


async def test_profile_and_authorisation_of_an_account_can_be_changed(stock: Stock) -> None:
    async with stock.database.writing(OURS) as unit:
        account = await add(unit, "plaza.account1@phone1")
        profile = await PROFILES.create(unit, "Ben", {"gender": "male"}, ADMINISTRATOR)
        consent = Authorization("Ben", CONSENT.at)
        edited = await ACCOUNTS.edit(unit, account.id, ADMINISTRATOR, profile_id=profile.id, authorization=consent)
        assert await ACCOUNTS.get(unit, account.id) == edited
    assert (edited.profile_id, edited.authorization.by) == (profile.id, "Ben")


async def test_an_account_cannot_have_a_profile_that_is_not_the_client_s(stock: Stock) -> None:
    async with stock.database.writing(SISTERS) as unit:
        theirs = await PROFILES.create(unit, "Ben", {}, ADMINISTRATOR)

    async def take() -> None:
        async with stock.database.writing(OURS) as unit:
            wish = AccountWish(address_of("plaza.account1@phone1"), CONSENT, profile_id=theirs.id)
            await ACCOUNTS.create(unit, wish, ADMINISTRATOR)

    with pytest.raises(ReferenceBroken):
        await take()


async def test_accounts_are_listed_page_by_page_and_none_twice(stock: Stock) -> None:
    async with stock.database.writing(OURS) as unit:
        for phone in ("phone1", "phone2"):
            for number in range(1, 4):
                await add(unit, f"plaza.account{number}@{phone}")
        first = await ACCOUNTS.list(unit, limit=4)
        rest = await ACCOUNTS.list(unit, after=key_of(first[-1]), limit=4)
        every = await ACCOUNTS.every(unit)
    assert [account.address.name for account in [*first, *rest]] == sorted(f"account{n}" for n in (1, 1, 2, 2, 3, 3))
    assert {account.id for account in [*first, *rest]} == {account.id for account in every}
    assert (len(first), len(rest)) == (4, 2)


async def test_another_client_sees_none_of_it(stock: Stock) -> None:
    async with stock.database.writing(OURS) as unit:
        account = await add(unit, "plaza.account1@phone1")
    async with stock.database.writing(SISTERS) as unit:
        assert await ACCOUNTS.list(unit) == []
        with pytest.raises(AccountUnknown):
            await ACCOUNTS.get(unit, account.id)
        with pytest.raises(AccountUnknown):
            await ACCOUNTS.delete(unit, account.id, ADMINISTRATOR, "")
