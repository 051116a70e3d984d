"""Every check of the conformance suite fails for a driver that breaks its promise."""

from collections.abc import AsyncGenerator, Callable, Sequence

import numpy as np
import pytest

from drover.devices.conformance import CHECKS, Expectations, Outcome, examine
from drover.devices.errors import PhoneOffline
from drover.devices.frame import Frame, Preview
from drover.devices.geometry import Point, Size
from drover.devices.ports import AppInFront, Capability, Key, PhoneInfo, PhoneState, ShellResult, TouchEvent
from drover.devices.uitree import UiNode
from drover.drivers.memory.driver import MemoryDriver
from drover.drivers.memory.phone import Condition, MemoryPhone
from drover.kernel.clock import FakeClock


class NoSize(MemoryDriver):
    @property
    def info(self) -> PhoneInfo:
        super().info  # noqa: B018  raises while detached
        return PhoneInfo("m", "m", "1", "s", Size(0, 0))


class WritableFrames(MemoryDriver):
    async def capture(self) -> Frame:
        frame = await super().capture()
        return Frame(frame.pixels.copy(), frame.sequence, frame.captured_at)


class OneBufferForAll(MemoryDriver):
    buffer = np.zeros((600, 270, 4), np.uint8)

    async def capture(self) -> Frame:
        frame = await super().capture()
        self.buffer.flags.writeable = True
        self.buffer[:] = frame.sequence
        self.buffer.flags.writeable = False
        return Frame(self.buffer, frame.sequence, frame.captured_at)


class OneNumberForAll(MemoryDriver):
    async def capture(self) -> Frame:
        frame = await super().capture()
        return Frame(frame.pixels, 1, frame.captured_at)


class WidePreviews(MemoryDriver):
    async def preview(self, *, max_width: int, quality: int) -> Preview:
        return await super().preview(max_width=max_width * 2, quality=quality)


class DiesWhenCancelled(MemoryDriver):
    calls = 0

    async def capture(self) -> Frame:
        self.calls += 1
        if self.phone.touches:
            raise PhoneOffline(self.serial)
        try:
            await self._clock.sleep(1)
        except BaseException:
            self.phone.touches.append(Point(0, 0))
            raise
        return await super().capture()


class StaysHome(MemoryDriver):
    async def app_in_front(self) -> AppInFront:
        return AppInFront("home", "home")


class NeverStops(MemoryDriver):
    async def stop_app(self, package: str) -> None:
        del package


class StartsAnything(MemoryDriver):
    async def start_app(self, package: str) -> None:
        self.phone.start(package)


class UnsortedApps(MemoryDriver):
    async def installed_apps(self) -> Sequence[str]:
        return list(reversed(await super().installed_apps()))


class NoKeys(MemoryDriver):
    async def press(self, key: Key, *, times: int = 1) -> None:
        if key is Key.TAB:
            raise PhoneOffline(self.serial)
        await super().press(key, times=times)


class TypesAnything(MemoryDriver):
    async def type_text(self, text: str) -> None:
        self.phone.type_text(text)


class LosesSpaces(MemoryDriver):
    async def type_text(self, text: str) -> None:
        await super().type_text(text.replace(" ", ""))


class EmptyTree(MemoryDriver):
    async def ui_tree(self) -> UiNode:
        return UiNode()


class LosesBytes(MemoryDriver):
    async def pull(self, remote_path: str) -> bytes:
        return (await super().pull(remote_path))[:-1]


class SplitsWords(MemoryDriver):
    async def shell(self, *words: str) -> ShellResult:
        return await super().shell(*" ".join(words).split())


class ImpossibleBattery(MemoryDriver):
    async def state(self) -> PhoneState:
        state = await super().state()
        return PhoneState(200, 25.0, state.screen_on, state.locked, state.rotation, state.storage_free_bytes)


class FeelsNothing(MemoryDriver):
    async def touch_events(self) -> AsyncGenerator[TouchEvent, None]:
        raise PhoneOffline(self.serial)
        yield  # makes it a generator


class CountsOn(MemoryDriver):
    async def attach(self) -> None:
        taken = self._taken
        await super().attach()
        self._taken = taken


BROKEN: dict[str, type[MemoryDriver]] = {
    "tells what the phone is": NoSize,
    "captures frames in RGBA": WritableFrames,
    "never changes a frame that it gave away": OneBufferForAll,
    "captures side by side": OneNumberForAll,
    "makes previews": WidePreviews,
    "abandons a call that is cancelled": DiesWhenCancelled,
    "starts apps and goes home": StaysHome,
    "stops apps, also those that do not run": NeverStops,
    "refuses to start an app that is not there": StartsAnything,
    "lists apps": UnsortedApps,
    "touches and presses keys": NoKeys,
    "refuses text that it cannot type": TypesAnything,
    "types text as it is": LosesSpaces,
    "tells the UI tree": EmptyTree,
    "moves files": LosesBytes,
    "runs commands word by word": SplitsWords,
    "tells the phone's state": ImpossibleBattery,
    "reads touches, and lets go": FeelsNothing,
    "attaches again": CountsOn,
}


def expectations(phone: MemoryPhone, clock: FakeClock) -> Expectations:
    return Expectations(clock, "drover.notes", "/scratch", field=phone.text_field.center)


def test_there_is_a_broken_driver_for_every_check() -> None:
    assert list(BROKEN) == [check.name for check in CHECKS]


@pytest.mark.parametrize("name", BROKEN)
async def test_a_driver_that_breaks_a_promise_fails_its_check_and_is_told_what_was_seen(name: str) -> None:
    clock, phone = FakeClock(), MemoryPhone("M1")
    results = {result.name: result for result in await examine(BROKEN[name](phone, clock), expectations(phone, clock))}
    assert results[name].outcome is Outcome.FAILED
    assert results[name].detail


async def test_what_a_driver_does_not_claim_is_skipped() -> None:
    class NoShell(MemoryDriver):
        @property
        def capabilities(self) -> frozenset[Capability]:
            return super().capabilities - {Capability.SHELL}

    clock, phone = FakeClock(), MemoryPhone("M1")
    results = await examine(NoShell(phone, clock), expectations(phone, clock))
    skipped = [result.name for result in results if result.outcome is Outcome.SKIPPED]
    assert skipped == ["runs commands word by word"]


@pytest.mark.parametrize("make", [MemoryDriver])
async def test_a_phone_that_is_not_there_is_no_failure_of_the_driver(make: Callable[..., MemoryDriver]) -> None:
    clock, phone = FakeClock(), MemoryPhone("M1", condition=Condition.OFFLINE)
    with pytest.raises(PhoneOffline):
        await examine(make(phone, clock), expectations(phone, clock))
