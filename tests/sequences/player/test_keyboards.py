"""Typing on the on-screen keyboard: in which order text goes in, and what is looked at before a key is touched."""

from dataclasses import replace

import pytest

from drover.sequences.record import Status
from tests.sequences.player.bench import COUPON, REGISTRY, Bench, last
from tests.sequences.player.keyboard_phone import MAPS, KeyboardPhone
from tests.sequences.player.shop import PACKAGE


@pytest.fixture
def mapped(bench: Bench) -> Bench:
    bench.registry = replace(REGISTRY, keyboards=MAPS)
    return bench


@pytest.fixture
def by_keyboard(mapped: Bench) -> Bench:
    shop = replace(mapped.registry.apps["shop"], by_keyboard=True)
    mapped.registry = replace(mapped.registry, apps={"shop": shop})
    return mapped


def at_the_cart(**options: object) -> KeyboardPhone:
    return KeyboardPhone("a", front=PACKAGE, page="cart", shown="cart", **options)  # type: ignore[arg-type]


def typing(text: str) -> dict[str, object]:
    return {**COUPON, "text": text}


async def test_text_goes_in_by_the_driver_where_it_can(mapped: Bench) -> None:
    phone = at_the_cart()
    record = await mapped.one(phone, typing("abc"))
    assert (record.status, phone.texts, phone.injected) == (Status.COMPLETED, {PACKAGE: "abc"}, 1)


async def test_what_the_driver_cannot_type_is_typed_on_the_keys_of_the_layout_that_has_them(mapped: Bench) -> None:
    phone = at_the_cart()
    record = await mapped.one(phone, typing("Aä bÜ"))
    assert (record.status, record.error) == (Status.COMPLETED, "")
    assert (phone.texts, phone.injected, phone.layout) == ({PACKAGE: "Aä bÜ"}, 0, "umlauts")


async def test_an_app_that_takes_no_injected_text_gets_touches_alone(by_keyboard: Bench) -> None:
    phone = at_the_cart()
    record = await by_keyboard.one(phone, typing("Cab"))
    assert (record.status, phone.texts, phone.injected) == (Status.COMPLETED, {PACKAGE: "Cab"}, 0)


async def test_a_layer_that_is_open_already_is_used_as_it_is(by_keyboard: Bench) -> None:
    phone = at_the_cart(layer="upper", layout="umlauts")
    await by_keyboard.one(phone, typing("Öb"))
    assert phone.texts == {PACKAGE: "Öb"}


async def test_a_lost_touch_on_a_key_that_changes_the_keyboard_is_noticed_before_the_next_key(
    by_keyboard: Bench,
) -> None:
    phone = at_the_cart(lost_keys=2)
    record = await by_keyboard.one(phone, typing("Ab"), retries=0)
    assert (record.status, phone.texts) == (Status.COMPLETED, {PACKAGE: "Ab"})


async def test_a_letter_that_was_lost_is_noticed_by_reading_back_and_all_is_typed_again(by_keyboard: Bench) -> None:
    phone = at_the_cart(lost_keys=1)
    record = await by_keyboard.one(phone, typing("cab"))
    assert (record.status, last(record).attempts, phone.texts) == (Status.COMPLETED, 2, {PACKAGE: "cab"})


async def test_a_character_that_no_map_has_is_refused_before_anything_is_touched(mapped: Bench) -> None:
    phone = at_the_cart()
    record = await mapped.one(phone, typing("aé漢"))
    assert (record.status, phone.texts, last(record).attempts) == (Status.FAILED, {}, 1)
    assert last(record).error == "shop.cart.coupon: no keyboard map (plain, umlauts) has a key for 'é漢'"
    assert "add a keyboard map" in last(record).hint


async def test_without_maps_the_drivers_own_refusal_is_told(bench: Bench) -> None:
    record = await bench.one(at_the_cart(), typing("ä"))
    assert record.status is Status.FAILED
    assert "cannot type 'ä'" in last(record).error


async def test_nothing_is_typed_on_a_keyboard_that_no_map_is_of(by_keyboard: Bench) -> None:
    phone = at_the_cart(foreign=True)
    record = await by_keyboard.one(phone, typing("abc"), retries=0)
    assert (record.status, phone.texts) == (Status.FAILED, {})
    assert last(record).error == "shop.cart.coupon: no keyboard of the registry is on the screen"


async def test_a_layout_that_is_not_switched_on_is_told(by_keyboard: Bench) -> None:
    phone = at_the_cart(layouts=("plain",))
    record = await by_keyboard.one(phone, typing("ä"), retries=0)
    assert phone.texts == {}
    assert last(record).error.startswith("shop.cart.coupon: the key 'globe' of plain.lower was touched 3 times")


async def test_a_phone_whose_layouts_all_lack_a_key_is_told(by_keyboard: Bench) -> None:
    third = replace(MAPS["plain"], name="third", layers=(replace(MAPS["plain"].layer("lower"), looks=()),))
    keys = {"é": third.layers[0].keys["a"]}
    third = replace(third, layers=(replace(third.layers[0], keys=keys, switches={}),))
    by_keyboard.registry = replace(by_keyboard.registry, keyboards={**MAPS, "third": third})
    record = await by_keyboard.one(at_the_cart(), typing("é"), retries=0)
    assert last(record).error.endswith("the layouts that the phone has switched on (plain, umlauts) have no key for it")


async def test_a_keyboard_without_a_key_for_other_layouts_is_told(by_keyboard: Bench) -> None:
    alone = {name: replace(keyboard, next_layout=None) for name, keyboard in MAPS.items()}
    by_keyboard.registry = replace(by_keyboard.registry, keyboards=alone)
    record = await by_keyboard.one(at_the_cart(), typing("ä"), retries=0)
    assert last(record).error.endswith("the layout plain has no key for it, and none that brings the next layout")


async def test_a_password_is_read_back_by_its_length_and_never_told(by_keyboard: Bench) -> None:
    phone = at_the_cart(obscured=True)
    assert (await by_keyboard.one(phone, typing("abc"))).status is Status.COMPLETED
    short = at_the_cart(obscured=True, lost_keys=99)
    record = await by_keyboard.one(short, typing("abc"), retries=0)
    assert record.status is Status.FAILED
    assert "instead of" in last(record).error
