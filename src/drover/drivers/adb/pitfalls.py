"""What makes one Android phone harder to drive than another, looked for on an attached phone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from drover.devices.checkup import Finding, Verdict
from drover.devices.errors import DeviceError, InjectionRefused, SecureWindow
from drover.devices.ports import Key
from drover.drivers.adb.choosing import Measured
from drover.drivers.adb.driver import AdbDriver

_SETTINGS: Final = ("settings", "--user", "current", "get")
_MEGABYTE: Final = 1024 * 1024
_LITTLE_ROOM: Final = 1024 * _MEGABYTE
_NO_ROOM: Final = 64 * _MEGABYTE
_LOW_BATTERY: Final = 20
_HOT_C: Final = 45.0
_SLOW_CAPTURE_MS: Final = 1000.0


async def pitfalls(driver: AdbDriver) -> tuple[Finding, ...]:
    """Look for every pitfall. What cannot be found out, whatever the error is, is a bad finding."""
    return tuple([await _found(driver, subject, look) for subject, look in _LOOKS])


def ways(driver: AdbDriver) -> tuple[str, ...]:
    """Return by which ways the phone is driven and what each took, in lines."""
    choice = driver.ways
    lines = [f"captures: {choice.capture}", *(_figure(one) for one in choice.captures)]
    return (*lines, f"touches: {choice.input}", *(_figure(one) for one in choice.inputs))


def _figure(one: Measured) -> str:
    took = "of no use" if one.milliseconds is None else f"{one.milliseconds:g} ms"
    return f"{one.name}: {one.note if one.milliseconds is None and one.note else took}"


async def _found(driver: AdbDriver, subject: str, look: Callable[[AdbDriver], Awaitable[Finding]]) -> Finding:
    try:
        return await look(driver)
    except DeviceError as error:
        return Finding(subject, Verdict.BAD, error.message, error.hint)


async def _android(driver: AdbDriver) -> Finding:
    sdk = await _say(driver, "getprop", "ro.build.version.sdk")
    patch = await _say(driver, "getprop", "ro.build.version.security_patch")
    details = ", ".join(part for part in (f"SDK {sdk}" if sdk else "", f"patch of {patch}" if patch else "") if part)
    return Finding("Android", Verdict.GOOD, f"{driver.info.android}{f' ({details})' if details else ''}")


async def _injection(driver: AdbDriver) -> Finding:
    try:
        await driver.press(Key.WAKE)
    except InjectionRefused as refused:
        return Finding("touches", Verdict.BAD, refused.message, refused.hint)
    return Finding("touches", Verdict.GOOD, "injected touches and keys are accepted")


async def _screen(driver: AdbDriver) -> Finding:
    state = await driver.state()
    if not state.screen_on:
        return Finding("screen", Verdict.BAD, "it is off", "wake it")
    if state.locked:
        return Finding("screen", Verdict.MIND, "the lock screen is shown", "unlock it, and switch the screen lock off")
    return Finding("screen", Verdict.GOOD, "on and unlocked")


async def _capture(driver: AdbDriver) -> Finding:
    try:
        await driver.capture()
    except SecureWindow:
        advice = "leave that page; on such a page only the UI tree can be read"
        return Finding("captures", Verdict.MIND, "the window in front forbids them", advice)
    took = [one.milliseconds for one in driver.ways.captures if one.name == driver.ways.capture]
    if took and took[0] is not None and took[0] > _SLOW_CAPTURE_MS:
        advice = "use another cable or port, and plug the hub into USB 3"
        return Finding("captures", Verdict.MIND, f"a frame takes {took[0]:.0f} ms", advice)
    return Finding("captures", Verdict.GOOD, "the screen can be captured")


async def _storage(driver: AdbDriver) -> Finding:
    free = (await driver.state()).storage_free_bytes
    verdict = Verdict.BAD if free < _NO_ROOM else Verdict.MIND if free < _LITTLE_ROOM else Verdict.GOOD
    advice = "" if verdict is Verdict.GOOD else "delete what is not needed"
    return Finding("storage", verdict, f"{free // _MEGABYTE} MB free", advice)


async def _battery(driver: AdbDriver) -> Finding:
    state = await driver.state()
    found = f"{state.battery_percent} %, {state.temperature_c:.0f} °C"
    if state.temperature_c >= _HOT_C:
        return Finding("battery", Verdict.MIND, found, "let it cool down; charge it more slowly")
    if state.battery_percent < _LOW_BATTERY:
        return Finding("battery", Verdict.MIND, found, "charge it; some phones dim and slow down")
    return Finding("battery", Verdict.GOOD, found)


async def _users(driver: AdbDriver) -> Finding:
    current = await _say(driver, "am", "get-current-user")
    listed = await _say(driver, "pm", "list", "users")
    users = [line.strip() for line in listed.splitlines() if "UserInfo{" in line]
    if len(users) <= 1:
        return Finding("users", Verdict.GOOD, "one")
    found = f"{len(users)}, in front is {current}"
    return Finding("users", Verdict.MIND, found, "apps are started, stopped and listed for the user in front")


async def _text(driver: AdbDriver) -> Finding:
    current = await _say(driver, *_SETTINGS, "secure", "default_input_method")
    way = await driver.typing_way()
    if way is None:
        advice = "install ADBKeyBoard on it, or uiautomator2 beside Drover"
        return Finding("text", Verdict.MIND, f"{current}; only plain ASCII can be typed", advice)
    return Finding("text", Verdict.GOOD, f"{current}; any script is typed by {way}")


async def _rotation(driver: AdbDriver) -> Finding:
    if await _say(driver, *_SETTINGS, "system", "accelerometer_rotation") == "1":
        advice = "switch auto-rotate off: a screen that lies on its side is another screen"
        return Finding("rotation", Verdict.MIND, "auto-rotate is on", advice)
    return Finding("rotation", Verdict.GOOD, "fixed")


async def _font(driver: AdbDriver) -> Finding:
    scale = await _say(driver, *_SETTINGS, "system", "font_scale")
    if scale in ("", "null", "1", "1.0"):
        return Finding("text size", Verdict.GOOD, "normal")
    advice = "registries are cut from phones of one text size: set this one's alike"
    return Finding("text size", Verdict.MIND, f"{scale} times the normal one", advice)


async def _say(driver: AdbDriver, *words: str) -> str:
    result = await driver.shell(*words)
    return result.stdout.decode("utf-8", "replace").strip() if result.exit_code == 0 else ""


_LOOKS: Final[Sequence[tuple[str, Callable[[AdbDriver], Awaitable[Finding]]]]] = (
    ("Android", _android),
    ("touches", _injection),
    ("screen", _screen),
    ("captures", _capture),
    ("text", _text),
    ("rotation", _rotation),
    ("text size", _font),
    ("users", _users),
    ("storage", _storage),
    ("battery", _battery),
)
