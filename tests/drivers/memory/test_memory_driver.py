import asyncio

import pytest

from drover.devices.conformance import CHECKS, CheckResult, Expectations, Outcome, examine
from drover.devices.errors import (
    DeviceError,
    DeviceGarbage,
    DeviceTimeout,
    PhoneOffline,
    PhoneUnauthorized,
    SecureWindow,
)
from drover.devices.ports import Key, Link, Sighting
from drover.drivers.memory.driver import TYPICAL, Delays, MemoryDriver
from drover.drivers.memory.phone import Condition, MemoryPhone
from drover.drivers.memory.source import MemorySource
from drover.kernel.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def test_the_memory_driver_conforms(clock: FakeClock) -> None:
    phone = MemoryPhone("M1")
    expectations = Expectations(clock, "drover.notes", "/scratch", field=phone.text_field.center)
    results = await examine(MemoryDriver(phone, clock), expectations)
    assert results == tuple(CheckResult(check.name, Outcome.PASSED) for check in CHECKS)


async def test_calls_take_the_time_that_is_set(clock: FakeClock) -> None:
    driver = MemoryDriver(MemoryPhone("M1"), clock, delays=TYPICAL)
    frame = await driver.capture()
    await driver.press(Key.BACK)
    assert frame.captured_at == 0
    assert clock.slept_s == [0.25, 0.03]


@pytest.mark.parametrize(
    ("condition", "error"),
    [
        (Condition.OFFLINE, PhoneOffline),
        (Condition.UNAUTHORIZED, PhoneUnauthorized),
        (Condition.HANGING, DeviceTimeout),
        (Condition.GARBAGE, DeviceGarbage),
    ],
)
async def test_each_condition_is_a_typed_error_of_every_call(
    clock: FakeClock, condition: Condition, error: type[DeviceError]
) -> None:
    driver = MemoryDriver(MemoryPhone("M1", condition=condition), clock)
    for call in (driver.attach, driver.capture, driver.app_in_front, driver.ui_tree, driver.state):
        with pytest.raises(error):
            await call()


async def test_a_phone_that_hangs_is_given_up_at_the_deadline(clock: FakeClock) -> None:
    driver = MemoryDriver(MemoryPhone("M1", condition=Condition.HANGING), clock, delays=Delays(deadline_s=7))
    with pytest.raises(DeviceTimeout, match="7 s"):
        await driver.capture()
    assert clock.monotonic() == 7


async def test_a_secure_window_forbids_captures(clock: FakeClock) -> None:
    driver = MemoryDriver(MemoryPhone("M1", secure=True), clock)
    with pytest.raises(SecureWindow):
        await driver.capture()


async def test_a_phone_that_goes_away_during_a_call_fails_it(clock: FakeClock) -> None:
    phone = MemoryPhone("M1")
    driver = MemoryDriver(phone, clock, delays=TYPICAL)
    call = asyncio.ensure_future(driver.capture())
    await asyncio.sleep(0)
    phone.condition = Condition.OFFLINE
    with pytest.raises(PhoneOffline):
        await call


async def test_frames_differ_when_what_was_typed_differs(clock: FakeClock) -> None:
    phone = MemoryPhone("M1")
    driver = MemoryDriver(phone, clock)
    phone.start("drover.notes")
    await driver.tap(phone.text_field.center)
    shots: set[bytes] = set()
    for _ in range(4):
        await driver.type_text("x")
        shots.add((await driver.capture()).pixels.tobytes())
    assert len(shots) == 4


async def test_a_source_tells_of_phones_that_come_and_go(clock: FakeClock) -> None:
    source = MemorySource([MemoryPhone("M2")], clock)
    changes = source.changes()
    assert await anext(changes) == (Sighting("M2", Link.ONLINE),)
    source.plug(MemoryPhone("M1"))
    assert [sighting.serial for sighting in await anext(changes)] == ["M1", "M2"]
    source.set_condition("M1", Condition.UNAUTHORIZED)
    assert await anext(changes) == (Sighting("M1", Link.UNAUTHORIZED), Sighting("M2", Link.ONLINE))
    source.unplug("M2")
    assert await anext(changes) == (Sighting("M1", Link.UNAUTHORIZED),)
    await source.driver("M1").detach()
    with pytest.raises(PhoneOffline):
        await source.driver("M2").attach()
