import pytest

from drover.platform.db.database import Database
from drover.platform.db.errors import ReferenceBroken
from tests.accounts.stock import SEEN, Stock, add, stocked
from tests.databases import OURS, SISTERS


@pytest.fixture
async def stock(database: Database) -> Stock:
    return await stocked(database, 2)


async def test_what_was_never_seen_is_not_known(stock: Stock) -> None:
    async with stock.database.reading(OURS) as unit:
        assert await SEEN.active(unit, stock.phones[0].id, stock.plaza.id) is None
        assert await SEEN.in_front(unit, stock.phones[0].id) is None


async def test_the_last_account_and_app_that_were_seen_are_remembered(stock: Stock) -> None:
    phone, app = stock.phones[0].id, stock.plaza.id
    async with stock.database.writing(OURS) as unit:
        first, second = await add(unit, "plaza.a@phone1"), await add(unit, "plaza.b@phone1", 2)
        await SEEN.became_active(unit, phone, app, first.id)
        await SEEN.became_active(unit, phone, app, second.id, 2)
        await SEEN.came_to_front(unit, phone, app)
        seen = await SEEN.came_to_front(unit, phone, app)
    async with stock.database.reading(OURS) as unit:
        active = await SEEN.active(unit, phone, app)
        assert (active.account_id, active.slot) == (second.id, 2)
        assert await SEEN.in_front(unit, phone) == seen
        assert await SEEN.active(unit, stock.phones[1].id, app) is None


async def test_one_app_s_memory_or_a_whole_phone_s_is_forgotten(stock: Stock) -> None:
    phone, app = stock.phones[0].id, stock.plaza.id
    async with stock.database.writing(OURS) as unit:
        account = await add(unit, "plaza.a@phone1")
        await SEEN.became_active(unit, phone, app, account.id)
        await SEEN.came_to_front(unit, phone, app)
        await SEEN.forget(unit, phone, app)
        assert await SEEN.active(unit, phone, app) is None
        assert await SEEN.in_front(unit, phone) is not None
        await SEEN.became_active(unit, phone, app, account.id)
        await SEEN.forget(unit, phone)
        assert await SEEN.active(unit, phone, app) is None
        assert await SEEN.in_front(unit, phone) is None


async def test_what_is_another_client_s_cannot_be_seen_on_a_phone(stock: Stock) -> None:
    async def see() -> None:
        async with stock.database.writing(SISTERS) as unit:
            await SEEN.came_to_front(unit, stock.phones[0].id, stock.plaza.id)

    with pytest.raises(ReferenceBroken):
        await see()
