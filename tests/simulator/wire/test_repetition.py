"""A seed repeats a phone: what it shows, what is on it and how long everything takes."""

import hashlib
from collections.abc import Sequence

from drover.kernel.clock import FakeClock
from drover.simulator.handset import Gesture
from drover.simulator.phone import SimulatedPhone
from drover.simulator.plaza.handset import PlazaHandset
from drover.simulator.profiles import JITTER, PROFILES, Act
from drover.simulator.rack import Rack, RackOptions

SCALE = 720 / 1080
Seen = tuple[float, str, str]


async def look(phone: SimulatedPhone) -> Seen:
    picture = await phone.capture(png=False)
    return phone.clock.monotonic(), phone.handset.page(phone.clock.monotonic()), hashlib.sha256(picture).hexdigest()


async def tap(phone: SimulatedPhone, name: str) -> None:
    assert isinstance(phone.handset, PlazaHandset)
    element = phone.handset.view(phone.clock.monotonic()).element(name)
    assert element is not None
    x, y = (round(side * SCALE) for side in element.box.middle)
    await phone.touch(Gesture(x, y, x, y, 0.0))


async def walk(phone: SimulatedPhone) -> Sequence[Seen]:
    """Go from the launcher to the feed; look twice after every step, once while it may move still."""
    seen = [await look(phone)]
    await phone.start_app("com.drover.plaza")
    for name, text in (
        ("next", ""),
        ("next", ""),
        ("get_started", ""),
        ("username", "ada"),
        ("password", "engine"),
        ("log_in", ""),
    ):
        await phone.clock.sleep(1)
        await tap(phone, name)
        if text:
            await phone.type_text(text)
        seen += [await look(phone), await look(phone)]
    await phone.clock.sleep(5)
    return [*seen, await look(phone)]


async def walk_on(seed: int, phones: int = 1) -> Sequence[Seen]:
    """Return the walk on the last phone of a rack."""
    options = RackOptions(phones=phones, seed=seed, width=720)
    async with Rack(options, PlazaHandset, FakeClock()) as rack:
        return await walk(rack.phones[-1])


async def test_the_same_seed_and_number_make_the_same_phone() -> None:
    assert await walk_on(3) == await walk_on(3)


async def test_another_seed_and_another_number_make_another_phone() -> None:
    first, other_seed, other_number = await walk_on(3), await walk_on(4), await walk_on(3, phones=2)
    for other in (other_seed, other_number):
        assert [moment for moment, _, _ in first] != [moment for moment, _, _ in other]
        assert first[0][2] == other[0][2]  # launchers are all alike
        assert first[-1][2] != other[-1][2]  # feeds are not


async def test_every_capture_of_plaza_takes_what_the_profile_says() -> None:
    options = RackOptions(profile="typical", width=720)
    clock = FakeClock()
    typical_s = PROFILES["typical"][Act.CAPTURE] / 1000
    async with Rack(options, PlazaHandset, clock) as rack:
        phone = rack.phones[0]
        await phone.start_app("com.drover.plaza")
        for _ in range(10):
            begun = clock.monotonic()
            await phone.capture(png=False)
            assert (1 - JITTER) * typical_s <= clock.monotonic() - begun <= (1 + JITTER) * typical_s
        assert phone.counters.captures == 10
