import pytest

from drover.fleet.service import PhoneEdit
from drover.language.errors import LanguageError, NothingSelected
from drover.platform.db.database import Database, Unit
from tests.accounts.stock import PHONES, TARGETS, Stock, add, stocked
from tests.databases import OURS, SISTERS
from tests.fleet.racks import ADMINISTRATOR


@pytest.fixture
async def stock(database: Database) -> Stock:
    stock = await stocked(database, 11)
    async with database.writing(OURS) as unit:
        await add(unit, "plaza.account1@phone1")
        await add(unit, "plaza.account2@phone1")
        await add(unit, "plaza.account1@phone2", 4)
        await PHONES.edit(unit, stock.phones[0].id, PhoneEdit(tags=["left"]), ADMINISTRATOR)
    return stock


HITS = {
    "phone:phone2,phone10": ["phone2", "phone10"],
    "phone:all-phone3,phone4,phone5,phone6,phone7,phone8,phone9": ["phone1", "phone2", "phone10", "phone11"],
    "phone:tag:left": ["phone1"],
    "phone:phone1*": ["phone1", "phone10", "phone11"],
    "account:plaza.account1@all": ["plaza.account1@phone1", "plaza.account1@phone2"],
    "account:plaza.all@phone1": ["plaza.account1@phone1", "plaza.account2@phone1"],
    "account:all-plaza.account2@phone1": ["plaza.account1@phone1"],
}
MISSES = {
    "phone:phone77": "no phone is called phone77",
    "account:plaza.account9@all": "no account is called plaza.account9",
    "account:notes.account1@all": "no account is called notes.account1",
    "phone:tag:right": "no phone is of tag right",
}


async def names(unit: Unit, selector: str) -> list[str]:
    return [target.name for target in (await TARGETS.select(unit, selector)).chosen]


async def refusal(unit: Unit, selector: str) -> str:
    with pytest.raises(NothingSelected) as caught:
        await names(unit, selector)
    return caught.value.message


async def test_a_selector_hits_phones_or_accounts_by_name(stock: Stock) -> None:
    async with stock.database.reading(OURS) as unit:
        assert {selector: await names(unit, selector) for selector in HITS} == HITS


async def test_a_name_that_fits_nothing_is_named(stock: Stock) -> None:
    async with stock.database.reading(OURS) as unit:
        refusals = {selector: await refusal(unit, selector) for selector in MISSES}
    assert [selector for selector, named in MISSES.items() if named not in refusals[selector]] == []


async def test_targets_come_with_phone_and_account(stock: Stock) -> None:
    async with stock.database.reading(OURS) as unit:
        [target] = (await TARGETS.select(unit, "account:plaza.account1@phone2")).chosen
        [phone] = (await TARGETS.select(unit, "phone:phone2")).chosen
    assert (target.phone.id, target.account.slot) == (stock.phones[1].id, 4)
    assert (phone.phone.id, phone.account) == (stock.phones[1].id, None)


async def test_what_is_left_out_says_why(stock: Stock) -> None:
    async with stock.database.reading(OURS) as unit:
        targeted = await TARGETS.select(unit, "account:plaza.account2@phone1")
    assert {left.name: left.reason for left in targeted.left_out}["plaza.account1@phone2"].startswith("not named in")


async def test_a_selector_that_cannot_be_read_says_where(stock: Stock) -> None:
    async with stock.database.reading(OURS) as unit:
        with pytest.raises(LanguageError, match="column"):
            await names(unit, "phone3")


async def test_clients_are_selected_by_their_names(stock: Stock) -> None:
    async with stock.database.reading(OURS) as unit:
        targeted = await TARGETS.select(unit, "phone:client:Acme", clients={OURS.client: "Acme"})
    assert len(targeted.chosen) == 11


async def test_another_client_s_phones_are_not_there(stock: Stock) -> None:
    async with stock.database.reading(SISTERS) as unit:
        with pytest.raises(NothingSelected, match="no phone is there"):
            await TARGETS.select(unit, "phone:all")
