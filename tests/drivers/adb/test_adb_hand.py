"""A person's hand on a simulated phone, as the driver reads it through a real adb server."""

import asyncio
import json
from contextlib import aclosing
from pathlib import Path

import pytest

from drover.devices.errors import PhoneOffline
from drover.devices.geometry import Point
from drover.devices.ports import ButtonEvent, FingerEvent, Key, Listening, Phase
from drover.kernel.errors import DroverError
from drover.simulator.faults import parse_fault
from drover.simulator.finger import Finger, parse_touches
from drover.simulator.phone import SimulatedPhone
from tests.drivers.adb.test_adb_rack import binary, racked  # noqa: F401  a fixture
from tests.simulator.wire.conftest import until

pytestmark = pytest.mark.rack


async def play(phone: SimulatedPhone, *touches: dict[str, object]) -> None:
    await Finger(phone).play(parse_touches(json.dumps({"touches": touches})))


async def test_what_a_finger_does_arrives_in_pixels_and_nothing_goes_on_afterwards(binary: Path) -> None:  # noqa: F811
    async with racked(binary) as (rack, source), asyncio.timeout(60):
        phone, driver = rack.phones[0], source.driver(rack.serials[0])
        await driver.attach()
        async with aclosing(driver.touch_events()) as events:
            assert await anext(events) == Listening()
            first = asyncio.ensure_future(anext(events))
            await driver.tap(Point(5, 5))
            await play(
                phone,
                {"touch": "tap", "at": [719, 1599]},
                {"touch": "key", "key": "back"},
                {"touch": "swipe", "start": [0, 800], "end": [300, 800], "seconds": 0.3},
            )
            told = [await first]
            while not (isinstance(told[-1], FingerEvent) and told[-1].point.x == 300 and told[-1].phase is Phase.UP):
                told.append(await anext(events))
        await until(lambda: phone.inputs.readers == 0)
        assert "getevent" not in (await driver.shell("ps", "-A")).stdout.decode()
    keys = [event.key for event in told if isinstance(event, ButtonEvent)]
    down, up, begin, *moves, end = [event for event in told if isinstance(event, FingerEvent)]
    assert keys == [Key.BACK]
    assert [(each.point, each.phase) for each in (down, up)] == [
        (Point(719, 1599), Phase.DOWN),
        (Point(719, 1599), Phase.UP),
    ]
    assert up.at_s - down.at_s == pytest.approx(0.08, abs=1e-5)
    assert (begin.point, begin.phase) == (Point(0, 800), Phase.DOWN)
    assert {move.phase for move in moves} == {Phase.MOVE}
    assert len(moves) > 20
    assert end.at_s - begin.at_s == pytest.approx(0.3, abs=1e-5)


async def test_a_phone_that_goes_away_ends_its_touches_with_an_error(binary: Path) -> None:  # noqa: F811
    async with racked(binary) as (rack, source), asyncio.timeout(60):
        phone, driver = rack.phones[0], source.driver(rack.serials[0])
        await driver.attach()
        events = driver.touch_events()
        await anext(events)
        waiting = asyncio.ensure_future(anext(events))
        phone.faults.give(parse_fault('{"fault": "disconnect"}'))
        with pytest.raises(DroverError) as caught:
            await waiting
    assert isinstance(caught.value, PhoneOffline)


async def turned_tap(adb: Path, *, before: int, after: int) -> Point:
    """Turn the display before and after listening begins, touch (10, 20), and return where the driver says it was."""
    async with racked(adb) as (rack, source), asyncio.timeout(60):
        phone, driver = rack.phones[0], source.driver(rack.serials[0])
        await driver.attach()
        phone.condition.turn(before)
        async with aclosing(driver.touch_events()) as events:
            await anext(events)
            phone.condition.turn(after)
            await driver.capture()
            await play(phone, {"touch": "tap", "at": [10, 20]})
            down = await anext(events)
    assert isinstance(down, FingerEvent)
    return down.point


@pytest.mark.parametrize(("before", "after"), [(0, 1), (0, 3), (1, 0), (3, 1), (2, 2)])
async def test_points_are_those_of_the_display_as_it_is_turned(binary: Path, before: int, after: int) -> None:  # noqa: F811
    assert await turned_tap(binary, before=before, after=after) == Point(10, 20)


async def test_the_keyboard_is_away_on_a_phone_that_has_none(binary: Path) -> None:  # noqa: F811
    async with racked(binary) as (rack, source):
        driver = source.driver(rack.serials[0])
        await driver.attach()
        assert await driver.keyboard() is None
