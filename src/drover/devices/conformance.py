"""What every driver must do, as checks that anybody can run: tests, and a person with a phone in the hand.

A check uses nothing but the ports. It leaves the phone at its home screen, and the scratch file behind.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from drover.devices.errors import AppNotInstalled, DeviceError, FileRefused, PhoneOffline, Unsupported
from drover.devices.geometry import Point
from drover.devices.ports import Capability, Driver, Key, Listening
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError, Kind

_EVERY_BYTE = bytes(range(256)) * 700
_AWKWARD_WORDS = ("a  b", "$HOME", "it's", '"quoted"', "%s", "; exit 3", "*", "a&&b")
AWKWARD_TEXT = "100%s of %s%% it's \"q\" $HOME `x` \\n & a;b|c <d> (e) ~ #! 'z'"


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the checks may rely on. `app` is a package that can be started; nobody has `missing_app`.

    `untypable` is text that the driver is known to refuse, None where it types all. `field` is a point of an empty text
    field on the page that `app` opens with, None where there is none. `patience_s` is how long an effect may take.
    """

    clock: Clock
    app: str
    scratch_path: str
    missing_app: str = "drover.conformance.missing"
    untypable: str | None = "\N{PILE OF POO}"
    field: Point | None = None
    patience_s: float = 5.0


class ConformanceFailure(DroverError):
    """A driver does not do what the ports promise."""

    kind = Kind.FAILED

    def __init__(self, expected: str, seen: object) -> None:
        super().__init__(f"expected {expected}, saw {seen}", hint="mend the driver, or state the capability as absent")


class Outcome(Enum):
    """How a check went."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check's result; `detail` says what was expected and seen, or why it was skipped."""

    name: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A promise of the ports: `name` says it, `run` raises ConformanceFailure where it is not kept."""

    name: str
    needs: Capability | None
    run: Callable[[Driver, Expectations], Awaitable[None]]


async def examine(driver: Driver, expectations: Expectations) -> tuple[CheckResult, ...]:
    """Attach the driver, run every check, detach it; return the results in order. Raises DeviceError from attaching."""
    await driver.attach()
    try:
        return tuple([await _result(check, driver, expectations) for check in CHECKS])
    finally:
        await driver.detach()


async def _result(check: Check, driver: Driver, expectations: Expectations) -> CheckResult:
    if check.needs is not None and check.needs not in driver.capabilities:
        return CheckResult(check.name, Outcome.SKIPPED, f"the driver has no {check.needs.value}")
    try:
        await check.run(driver, expectations)
    except (ConformanceFailure, DeviceError) as failure:
        return CheckResult(check.name, Outcome.FAILED, failure.message)
    return CheckResult(check.name, Outcome.PASSED)


def _expect(*, holds: bool, expected: str, seen: object) -> None:
    if not holds:
        raise ConformanceFailure(expected, seen)


async def _expect_error(error: type[DeviceError], call: Awaitable[object], what: str) -> None:
    try:
        result = await call
    except error:
        return
    except DeviceError as other:
        raise ConformanceFailure(f"{error.__name__} for {what}", f"{type(other).__name__}: {other}") from other
    raise ConformanceFailure(f"{error.__name__} for {what}", result)


async def _eventually(
    holds: Callable[[], Awaitable[tuple[bool, object]]], expectations: Expectations, expected: str
) -> None:
    """Ask until it holds; a phone's display follows an act with a delay."""
    deadline = expectations.clock.monotonic() + expectations.patience_s
    while True:
        done, seen = await holds()
        if done:
            return
        _expect(holds=expectations.clock.monotonic() < deadline, expected=expected, seen=seen)
        await expectations.clock.sleep(0.1)


async def _tells_what_it_is(driver: Driver, _: Expectations) -> None:
    info = driver.info
    _expect(holds=info.size.width > 0 and info.size.height > 0, expected="a display size", seen=info.size)
    _expect(holds=bool(info.model and info.hardware_serial), expected="model and serial", seen=info)


async def _captures(driver: Driver, _: Expectations) -> None:
    first, second = await driver.capture(), await driver.capture()
    for frame in (first, second):
        pixels = frame.pixels
        shape = (frame.size.height, frame.size.width, 4)
        described = f"{pixels.dtype} {pixels.shape}"
        _expect(holds=pixels.dtype == np.uint8 and pixels.shape == shape, expected="RGBA of uint8", seen=described)
        _expect(holds=not pixels.flags.writeable, expected="pixels that cannot be written to", seen="writable ones")
        sides = {frame.size.width, frame.size.height}
        known = {driver.info.size.width, driver.info.size.height}
        _expect(holds=sides == known, expected=f"a frame of {driver.info.size}", seen=frame.size)
    _expect(holds=second.sequence == first.sequence + 1, expected="frames counted one by one", seen=second.sequence)
    _expect(
        holds=second.captured_at >= first.captured_at, expected="times that do not go back", seen=second.captured_at
    )


async def _keeps_frames(driver: Driver, _: Expectations) -> None:
    first = await driver.capture()
    copy = first.pixels.copy()
    await driver.press(Key.HOME)
    for _again in range(3):
        await driver.capture()
    same = bool(np.array_equal(first.pixels, copy))
    _expect(holds=same, expected="a frame that later captures do not change", seen="other pixels")


async def _captures_side_by_side(driver: Driver, _: Expectations) -> None:
    frames = await asyncio.gather(*(driver.capture() for _index in range(3)))
    numbers = sorted(frame.sequence for frame in frames)
    _expect(holds=len(set(numbers)) == len(frames), expected="a number of its own for each frame", seen=numbers)


async def _previews(driver: Driver, _: Expectations) -> None:
    preview = await driver.preview(max_width=90, quality=60)
    _expect(holds=preview.jpeg.startswith(b"\xff\xd8"), expected="a JPEG", seen=preview.jpeg[:8])
    _expect(holds=0 < preview.size.width <= 90, expected="at most 90 pixels of width", seen=preview.size)  # noqa: PLR2004


async def _abandons(driver: Driver, _: Expectations) -> None:
    task = asyncio.ensure_future(driver.capture())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    await driver.capture()


async def _starts_apps(driver: Driver, expectations: Expectations) -> None:
    await driver.press(Key.HOME)
    await driver.start_app(expectations.app)
    await _front(driver, expectations, expectations.app)
    await driver.press(Key.HOME)

    async def gone() -> tuple[bool, object]:
        front = await driver.app_in_front()
        return front.package != expectations.app, front

    await _eventually(gone, expectations, "the home screen after the home key")


async def _front(driver: Driver, expectations: Expectations, package: str) -> None:
    async def there() -> tuple[bool, object]:
        front = await driver.app_in_front()
        return front.package == package, front

    await _eventually(there, expectations, f"{package} in front")


async def _stops_apps(driver: Driver, expectations: Expectations) -> None:
    await driver.start_app(expectations.app)
    await _front(driver, expectations, expectations.app)
    await driver.stop_app(expectations.app)
    await driver.stop_app(expectations.app)

    async def gone() -> tuple[bool, object]:
        front = await driver.app_in_front()
        return front.package != expectations.app, front

    await _eventually(gone, expectations, "another app in front of one that was stopped")


async def _refuses_missing_apps(driver: Driver, expectations: Expectations) -> None:
    await _expect_error(AppNotInstalled, driver.start_app(expectations.missing_app), "an app that nobody has")


async def _lists_apps(driver: Driver, expectations: Expectations) -> None:
    apps = list(await driver.installed_apps())
    _expect(holds=expectations.app in apps, expected=f"{expectations.app} among the apps", seen=apps)
    _expect(holds=apps == sorted(set(apps)), expected="each app once, sorted", seen=apps)


async def _touches(driver: Driver, _: Expectations) -> None:
    middle = Point(driver.info.size.width // 2, driver.info.size.height // 2)
    await driver.press(Key.HOME)
    await driver.tap(middle)
    await driver.long_tap(middle, seconds=0.6)
    await driver.swipe(middle, Point(middle.x, middle.y // 2), seconds=0.2)
    for key in (Key.WAKE, Key.MOVE_END, Key.DELETE, Key.TAB, Key.HOME):
        await driver.press(key, times=2)


async def _refuses_text(driver: Driver, expectations: Expectations) -> None:
    if expectations.untypable is not None:
        await _expect_error(Unsupported, driver.type_text(f"abc{expectations.untypable}"), "text it cannot type")


async def _types(driver: Driver, expectations: Expectations) -> None:
    point = expectations.field
    await driver.type_text("")
    if point is None:
        return
    await driver.stop_app(expectations.app)
    await driver.start_app(expectations.app)
    await _front(driver, expectations, expectations.app)
    await driver.tap(point)
    await driver.type_text(AWKWARD_TEXT + "xyz")
    await driver.press(Key.DELETE, times=3)

    async def typed() -> tuple[bool, object]:
        field = (await driver.ui_tree()).field_at(point)
        seen = field.text if field is not None else "no field"
        return seen == AWKWARD_TEXT, seen

    await _eventually(typed, expectations, f"{AWKWARD_TEXT!r} in the field")


async def _tells_the_tree(driver: Driver, expectations: Expectations) -> None:
    await driver.start_app(expectations.app)
    await _front(driver, expectations, expectations.app)

    async def shown() -> tuple[bool, object]:
        nodes = list((await driver.ui_tree()).walk())
        return any(node.package == expectations.app and node.bounds for node in nodes), f"{len(nodes)} elements"

    await _eventually(shown, expectations, f"elements of {expectations.app} in the UI tree")


async def _moves_files(driver: Driver, expectations: Expectations) -> None:
    for content in (_EVERY_BYTE, b""):
        await driver.push(content, expectations.scratch_path)
        back = await driver.pull(expectations.scratch_path)
        _expect(holds=back == content, expected=f"the {len(content)} bytes that were pushed", seen=f"{len(back)} bytes")
    missing = driver.pull(f"{expectations.scratch_path}.missing")
    await _expect_error(FileRefused, missing, "a file that is not there")


async def _runs_commands(driver: Driver, _: Expectations) -> None:
    result = await driver.shell("echo", *_AWKWARD_WORDS)
    expected = f"{' '.join(_AWKWARD_WORDS)}\n".encode()
    _expect(holds=result.stdout == expected, expected=f"{expected!r}", seen=result.stdout)
    _expect(holds=result.exit_code == 0, expected="exit code 0", seen=result.exit_code)
    result = await driver.shell("drover-no-such-command")
    _expect(holds=result.exit_code != 0, expected="an exit code for a command that is not there", seen=0)


async def _tells_its_state(driver: Driver, _: Expectations) -> None:
    state = await driver.state()
    _expect(holds=0 <= state.battery_percent <= 100, expected="0 to 100 % battery", seen=state)  # noqa: PLR2004
    _expect(holds=-30 < state.temperature_c < 100, expected="a temperature", seen=state)  # noqa: PLR2004  Celsius
    _expect(holds=state.storage_free_bytes >= 0, expected="free storage", seen=state)
    _expect(holds=state.screen_on, expected="the screen on", seen=state)


async def _reads_touches(driver: Driver, expectations: Expectations) -> None:
    """Nobody touches the phone meanwhile, so that only what does not depend on that is seen."""
    events = driver.touch_events()
    first = asyncio.ensure_future(anext(events))

    async def listening() -> tuple[bool, object]:
        return first.done(), "silence"

    try:
        await asyncio.sleep(0)
        await _eventually(listening, expectations, "to be told that nothing is missed any more")
        _expect(holds=isinstance(first.result(), Listening), expected="Listening first", seen=first.result())
        await driver.tap(Point(1, driver.info.size.height // 2))
        await driver.keyboard()
    finally:
        first.cancel()
        await asyncio.wait([first])
        await events.aclose()
    await driver.press(Key.HOME)


async def _attaches_again(driver: Driver, _: Expectations) -> None:
    before = driver.info
    await driver.detach()
    await driver.detach()
    try:
        seen: object = driver.info
    except PhoneOffline:
        seen = None
    _expect(holds=seen is None, expected="no info of a phone that is not attached", seen=seen)
    await driver.attach()
    _expect(holds=driver.info == before, expected=f"{before}", seen=driver.info)
    frame = await driver.capture()
    _expect(holds=frame.sequence == 1, expected="frames counted from 1 again", seen=frame.sequence)


CHECKS = (
    Check("tells what the phone is", None, _tells_what_it_is),
    Check("captures frames in RGBA", Capability.CAPTURE, _captures),
    Check("never changes a frame that it gave away", Capability.CAPTURE, _keeps_frames),
    Check("captures side by side", Capability.CAPTURE, _captures_side_by_side),
    Check("makes previews", Capability.CAPTURE, _previews),
    Check("abandons a call that is cancelled", Capability.CAPTURE, _abandons),
    Check("starts apps and goes home", Capability.APPS, _starts_apps),
    Check("stops apps, also those that do not run", Capability.APPS, _stops_apps),
    Check("refuses to start an app that is not there", Capability.APPS, _refuses_missing_apps),
    Check("lists apps", Capability.APPS, _lists_apps),
    Check("touches and presses keys", Capability.INPUT, _touches),
    Check("refuses text that it cannot type", Capability.INPUT, _refuses_text),
    Check("types text as it is", Capability.INPUT, _types),
    Check("tells the UI tree", Capability.UI_TREE, _tells_the_tree),
    Check("moves files", Capability.FILES, _moves_files),
    Check("runs commands word by word", Capability.SHELL, _runs_commands),
    Check("tells the phone's state", Capability.STATE, _tells_its_state),
    Check("reads touches, and lets go", Capability.TOUCHES, _reads_touches),
    Check("attaches again", None, _attaches_again),
)
