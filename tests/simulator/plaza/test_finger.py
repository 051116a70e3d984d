"""A finger on the on-screen keyboard of a phone with Plaza."""

import json
import random
from collections.abc import AsyncIterator
from functools import partial

import pytest

from drover.kernel.clock import FakeClock
from drover.simulator.finger import Finger, NotTouched, parse_touches
from drover.simulator.handset import Look
from drover.simulator.phone import Identity, SimulatedPhone
from drover.simulator.pictures import Pictures
from drover.simulator.plaza.handset import PlazaHandset
from drover.simulator.profiles import Delays
from drover.simulator.rack import STARTED_WALL

LOOK = Look(720, 1600, "light")
TO_LOGIN: tuple[dict[str, object], ...] = (
    {"touch": "tap", "at": "icon_plaza", "on_page": "launcher"},
    {"touch": "tap", "at": "next", "on_page": "plaza.onboarding_welcome", "wait_s": 1},
    {"touch": "tap", "at": "next", "on_page": "plaza.onboarding_discover", "wait_s": 1},
    {"touch": "tap", "at": "get_started", "on_page": "plaza.onboarding_notify", "wait_s": 1},
    {"touch": "tap", "at": "username", "on_page": "plaza.login", "wait_s": 1},
)


@pytest.fixture
async def phone() -> AsyncIterator[SimulatedPhone]:
    clock, pictures = FakeClock(), Pictures()
    make = partial(PlazaHandset, LOOK, clock)
    yield SimulatedPhone(
        Identity("phone1", "SIM1"),
        make(random.Random(1), STARTED_WALL),
        Delays("none", clock, random.Random(1)),
        pictures,
        faults_rng=random.Random(1),
        started_wall=STARTED_WALL,
        make_user=lambda number: make(random.Random(number), STARTED_WALL),
    )
    await pictures.close()


async def play(phone: SimulatedPhone, *touches: dict[str, object]) -> int:
    return await Finger(phone).play(parse_touches(json.dumps({"touches": touches})))


async def test_a_text_is_typed_key_by_key_over_all_layers(phone: SimulatedPhone) -> None:
    await play(phone, *TO_LOGIN)
    presses = await play(phone, {"touch": "type", "text": "Ada_1!\b x", "wait_s": 1})
    assert 'text="Ada_1 x"' in phone.handset.ui_xml(phone.clock.monotonic())
    assert presses > len("Ada_1!\b x")
    assert phone.counters.texts == 0


async def test_the_enter_key_goes_to_the_next_field(phone: SimulatedPhone) -> None:
    await play(phone, *TO_LOGIN, {"touch": "type", "text": "ada\nsecret", "wait_s": 1})
    shown = phone.handset.ui_xml(phone.clock.monotonic())
    assert 'text="ada"' in shown
    assert "\N{BULLET}" * 6 in shown


async def test_what_no_key_types_is_told(phone: SimulatedPhone) -> None:
    await play(phone, *TO_LOGIN)
    with pytest.raises(NotTouched, match="no key types"):
        await play(phone, {"touch": "type", "text": "\N{PILE OF POO}", "wait_s": 1})


async def test_the_keyboard_is_there_while_a_field_has_the_focus(phone: SimulatedPhone) -> None:
    assert phone.handset.keyboard(phone.clock.monotonic()) is None
    await play(phone, *TO_LOGIN)
    assert phone.handset.keyboard(phone.clock.monotonic()) == (0, 1040, 720, 1600)
    await play(phone, {"touch": "key", "key": "back", "wait_s": 1})
    assert phone.handset.keyboard(phone.clock.monotonic()) is None
