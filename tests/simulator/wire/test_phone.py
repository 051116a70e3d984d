"""Delays, counters and what a capture shows, on a clock that is advanced rather than waited for."""

import pytest

from drover.kernel.clock import FakeClock
from drover.simulator.handset import Gesture
from drover.simulator.pictures import Pictures
from drover.simulator.profiles import PROFILES, Act
from tests.simulator.wire.blank_handset import BlankHandset
from tests.simulator.wire.conftest import LOOK, make_phone

TAP = Gesture(1, 1, 1, 1, 0.0)


class TouchingClock(FakeClock):
    """A clock on which somebody touches the display in the middle of the first sleep."""

    handset: BlankHandset | None = None

    async def sleep(self, seconds: float) -> None:
        if self.handset is not None and not self.handset.gestures:
            self.handset.gesture(TAP, self.elapsed_s)
        await super().sleep(seconds)


@pytest.mark.parametrize("png", [False, True])
async def test_a_capture_takes_its_delay_in_all(fake_clock: FakeClock, pictures: Pictures, png: bool) -> None:  # noqa: FBT001
    phone = make_phone(fake_clock, "typical", pictures)
    await phone.capture(png=png)
    assert 0.225 <= fake_clock.elapsed_s <= 0.275
    assert sum(fake_clock.slept_s) == pytest.approx(fake_clock.elapsed_s)


async def test_a_capture_shows_what_happened_while_it_was_waited_for(pictures: Pictures) -> None:
    clock = TouchingClock()
    phone = make_phone(clock, "typical", pictures)
    assert isinstance(phone.handset, BlankHandset)
    clock.handset = phone.handset
    assert (await phone.capture(png=False))[0] == 1


async def test_slow_is_three_times_typical_and_none_is_nothing() -> None:
    assert PROFILES["slow"] == {act: 3 * value for act, value in PROFILES["typical"].items()}
    assert set(PROFILES["none"].values()) == {0}
    assert all(set(profile) == set(Act) for profile in PROFILES.values())


async def test_a_phone_without_delays_never_sleeps(fake_clock: FakeClock, pictures: Pictures) -> None:
    phone = make_phone(fake_clock, "none", pictures)
    await phone.capture(png=False)
    await phone.touch(TAP)
    await phone.type_text("hello")
    assert fake_clock.slept_s == []


async def test_typing_takes_longer_for_longer_text(fake_clock: FakeClock, pictures: Pictures) -> None:
    phone = make_phone(fake_clock, "typical", pictures)
    await phone.type_text("x" * 100)
    assert 0.9 * 0.23 <= fake_clock.elapsed_s <= 1.1 * 0.23


async def test_a_swipe_lasts_as_long_as_it_says(fake_clock: FakeClock, pictures: Pictures) -> None:
    phone = make_phone(fake_clock, "none", pictures)
    await phone.touch(Gesture(1, 1, 1, 50, 0.7))
    assert fake_clock.elapsed_s == pytest.approx(0.7)


async def test_a_seed_repeats_the_delays(pictures: Pictures) -> None:
    clocks = [FakeClock(), FakeClock(), FakeClock()]
    for clock, seed in zip(clocks, (4, 4, 5), strict=True):
        phone = make_phone(clock, "typical", pictures, seed=seed)
        await phone.capture(png=False)
        await phone.touch(TAP)
        await phone.ui_xml()
    assert clocks[0].slept_s == clocks[1].slept_s
    assert clocks[0].slept_s != clocks[2].slept_s


async def test_the_phone_counts_what_is_done_to_it(fake_clock: FakeClock, pictures: Pictures) -> None:
    phone = make_phone(fake_clock, "typical", pictures)
    await phone.capture(png=True)
    await phone.touch(TAP)
    await phone.type_text("a")
    await phone.press((66, 67))
    counted = phone.describe()["counters"]
    assert counted == {
        "connections": 0,
        "connected": 0,
        "captures": 1,
        "gestures": 1,
        "texts": 1,
        "keys": 2,
        "ui_dumps": 0,
        "commands": 0,
    }


async def test_a_reset_forgets_everything(fake_clock: FakeClock, pictures: Pictures) -> None:
    phone = make_phone(fake_clock, "none", pictures)
    fresh = phone.describe()
    await phone.touch(TAP)
    await phone.press((223,))
    phone.storage.write("/sdcard/f", b"x", mode=0o600, now_s=0)
    phone.reset()
    assert phone.describe() == fresh
    assert phone.storage.used_bytes == 0


async def test_the_same_scene_is_painted_once_for_all_who_ask_at_once(
    fake_clock: FakeClock, pictures: Pictures
) -> None:
    phone = make_phone(fake_clock, "none", pictures)
    scene = phone.handset.scene(0)
    first = await pictures.png(phone.handset, scene, LOOK)
    assert await pictures.png(BlankHandset(LOOK), scene, LOOK) is first
