import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.accounts.domain.placing import (
    NEXT_SLOT,
    Address,
    BadAddress,
    BadName,
    PhoneFull,
    Placed,
    SlotTaken,
    SlotUnknown,
    address_of,
    check_name,
    place,
)
from drover.language.parsing import parse_selector
from drover.language.selecting import Account, Inventory, Phone, select

ADDRESS = Address("plaza", "account9", "phone3")
NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}", fullmatch=True).filter(
    lambda name: name != "all" and not name.startswith("all-")
)


def outside(count: int) -> list[Placed]:
    return [Placed(f"account{number}", None) for number in range(count)]


def in_slots(*slots: int) -> list[Placed]:
    return [Placed(f"account{slot}", slot) for slot in slots]


def test_an_address_is_read_as_it_is_written() -> None:
    assert address_of("plaza.account1@phone3") == Address("plaza", "account1", "phone3")
    assert str(address_of("plaza.account1@192.168.1.7:5555")) == "plaza.account1@192.168.1.7:5555"


@pytest.mark.parametrize("text", ["", "plaza", "plaza.account1", "account1@phone3", "pla za.a@p", "plaza.a.b@phone3"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(BadAddress, match="is no address"):
        address_of(text)


@settings(deadline=None)
@given(app=NAMES, name=NAMES)
def test_an_account_of_any_allowed_name_can_be_selected(app: str, name: str) -> None:
    check_name("app", app)
    check_name("account", name)
    inventory = Inventory((Phone("phone1"),), (Account(app, name, "phone1"),))
    selection = select(parse_selector(f"account:{app}.{name}@phone1"), inventory)
    assert selection.chosen == (f"{app}.{name}@phone1",)


@pytest.mark.parametrize("name", ["", "all", "all-of-them", "-a", "a.b", "a b", "a*", "ä", "a" * 65, "a\n"])
def test_a_name_that_could_not_be_selected_is_refused(name: str) -> None:
    with pytest.raises(BadName, match="is no name"):
        check_name("app", name)


def test_a_phone_takes_four_accounts_of_an_app_outside_slots() -> None:
    assert place(ADDRESS, 30, None, [*outside(3), *in_slots(1, 2)]) is None
    with pytest.raises(PhoneFull, match="phone3 takes no more accounts of plaza: 4 are outside slots"):
        place(ADDRESS, 30, None, outside(4))


def test_accounts_outside_slots_take_no_slot() -> None:
    assert place(ADDRESS, 30, 1, outside(4)) == 1


def test_the_next_slot_is_the_lowest_free_one() -> None:
    assert place(ADDRESS, 30, NEXT_SLOT, in_slots(1, 2, 4)) == 3


def test_when_no_slot_is_free_the_phone_is_full() -> None:
    with pytest.raises(PhoneFull, match="none of its 30 slots is free"):
        place(ADDRESS, 30, NEXT_SLOT, in_slots(*range(1, 31)))


def test_a_taken_slot_says_who_has_it() -> None:
    with pytest.raises(SlotTaken, match=r"slot 2 has plaza\.account2"):
        place(ADDRESS, 30, 2, in_slots(2))


@pytest.mark.parametrize("slot", [0, -1, 31])
def test_a_slot_that_there_is_not_is_refused(slot: int) -> None:
    with pytest.raises(SlotUnknown, match=f"plaza has no slot {slot}"):
        place(ADDRESS, 30, slot, [])


def test_an_app_without_slots_has_none() -> None:
    with pytest.raises(SlotUnknown) as caught:
        place(ADDRESS, 0, 1, [])
    assert caught.value.hint == "it has no slots on each phone"
