"""The methods of u2.jar's JSON-RPC service, by name. What a phone without a toast, say, answers is answered."""

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, cast
from xml.etree.ElementTree import Element, fromstring

from drover.simulator.handset import JsonValue
from drover.simulator.keycodes import keycode
from drover.simulator.profiles import Act
from drover.simulator.uiautomator.screen import INTERNAL, RpcError, Screen
from drover.simulator.uiautomator.selectors import BadSelector, bounds, describe

_NOT_FOUND, _INVALID_PARAMETERS = -32002, -32602
_NOTHING_FOUND: Final = "androidx.test.uiautomator.UiObjectNotFoundException"
_DP: Final = 160
_ORIENTATIONS: Final[Mapping[str, int]] = {
    "natural": 0, "n": 0, "left": 1, "l": 1, "upsidedown": 2, "u": 2, "right": 3, "r": 3,
}  # fmt: skip
_KEYS: Final[Mapping[str, str]] = {
    "left": "DPAD_LEFT", "right": "DPAD_RIGHT", "up": "DPAD_UP", "down": "DPAD_DOWN", "center": "DPAD_CENTER",
    "delete": "DEL", "recent": "APP_SWITCH",
}  # fmt: skip
_DOWN, _UP, _MOVE = 0, 1, 2


Parameters = Sequence[Any]
Method = Callable[[Screen, Parameters], Awaitable[JsonValue]]


def _number(parameters: Parameters, index: int, default: float | None = None) -> int:
    value = parameters[index] if index < len(parameters) else default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RpcError(_INVALID_PARAMETERS, f"method parameters invalid: number {index + 1} is not a number")
    return int(value)


def _text(parameters: Parameters, index: int) -> str:
    value = parameters[index] if index < len(parameters) else None
    if not isinstance(value, str):
        raise RpcError(_INVALID_PARAMETERS, f"method parameters invalid: number {index + 1} is not a text")
    return value


async def _all(screen: Screen, parameters: Parameters, index: int = 0) -> list[Element]:
    try:
        return await screen.find(parameters[index])
    except (BadSelector, IndexError) as error:
        raise RpcError(_INVALID_PARAMETERS, f"method parameters invalid: {error}") from error


async def _one(screen: Screen, parameters: Parameters, index: int = 0) -> Element:
    found = await _all(screen, parameters, index)
    if not found:
        raise RpcError(
            _NOT_FOUND, f"{_NOTHING_FOUND}: {parameters[index]}", f"{_NOTHING_FOUND}\n\tat AutomatorServiceImpl"
        )
    return found[0]


async def _ping(_screen: Screen, _parameters: Parameters) -> JsonValue:
    return "pong"


async def _device_info(screen: Screen, _parameters: Parameters) -> JsonValue:
    phone = screen.phone
    await phone.wait_until_reached()
    root = fromstring(phone.handset.ui_xml(phone.clock.monotonic()).encode())  # noqa: S314  from our own handset
    rotation = int(root.get("rotation", "0"))
    width, height = phone.handset.look.width, phone.handset.look.height
    shown = (height, width) if rotation % 2 else (width, height)
    return {
        "currentPackageName": phone.handset.front(phone.clock.monotonic())[0],
        "displayWidth": shown[0],
        "displayHeight": shown[1],
        "displayRotation": rotation,
        "displaySizeDpX": shown[0] * _DP // phone.density,
        "displaySizeDpY": shown[1] * _DP // phone.density,
        "productName": phone.identity.product,
        "screenOn": phone.awake,
        "sdkInt": phone.identity.sdk,
        "naturalOrientation": rotation in {0, 2},
    }


async def _click(screen: Screen, parameters: Parameters) -> JsonValue:
    if parameters and isinstance(parameters[0], dict):
        left, top, right, bottom = bounds(await _one(screen, parameters))
        await screen.click((left + right) // 2, (top + bottom) // 2)
        return True
    x, y, milliseconds = _number(parameters, 0), _number(parameters, 1), _number(parameters, 2, 0)
    await screen.click(x, y, milliseconds / 1000)
    return True


async def _swipe(screen: Screen, parameters: Parameters) -> JsonValue:
    x1, y1, x2, y2, steps = (_number(parameters, index) for index in range(5))
    await screen.swipe(x1, y1, x2, y2, steps)
    return True


async def _swipe_points(screen: Screen, parameters: Parameters) -> JsonValue:
    points = cast("list[Any]", parameters[0]) if parameters and isinstance(parameters[0], list) else []
    if len(points) < 4 or len(points) % 2:  # noqa: PLR2004  two points are four numbers
        raise RpcError(_INVALID_PARAMETERS, "method parameters invalid: two points or more are needed")
    numbers = [_number(points, index) for index in range(len(points))]
    legs = len(points) // 2 - 1
    await screen.swipe(numbers[0], numbers[1], numbers[-2], numbers[-1], _number(parameters, 1) * legs)
    return True


async def _drag_to(screen: Screen, parameters: Parameters) -> JsonValue:
    left, top, right, bottom = bounds(await _one(screen, parameters))
    if isinstance(parameters[1], dict):
        to = bounds(await _one(screen, parameters, 1))
        x, y, steps = (to[0] + to[2]) // 2, (to[1] + to[3]) // 2, _number(parameters, 2)
    else:
        x, y, steps = (_number(parameters, index) for index in (1, 2, 3))
    await screen.swipe((left + right) // 2, (top + bottom) // 2, x, y, steps)
    return True


async def _inject(screen: Screen, parameters: Parameters) -> JsonValue:
    action, x, y = (_number(parameters, index) for index in range(3))
    if action == _DOWN:
        await screen.finger_down(x, y)
        return True
    return await screen.finger_up(x, y) if action == _UP else action == _MOVE


async def _press_key(screen: Screen, parameters: Parameters) -> JsonValue:
    name = _text(parameters, 0)
    code = keycode(_KEYS.get(name, name))
    if code is None:
        return False
    await screen.press(code)
    return True


async def _press_key_code(screen: Screen, parameters: Parameters) -> JsonValue:
    await screen.press(_number(parameters, 0))
    return True


async def _take_screenshot(screen: Screen, parameters: Parameters) -> JsonValue:
    scale = float(parameters[0]) if parameters and isinstance(parameters[0], int | float) else 1.0
    quality = min(100, max(1, _number(parameters, 1, 80)))
    picture = await screen.phone.photograph(scale=min(1.0, max(0.1, scale)), quality=quality)
    return base64.b64encode(picture).decode("ascii")


async def _dump(screen: Screen, _parameters: Parameters) -> JsonValue:
    return await screen.phone.ui_xml(Act.FAST_UI_DUMP)


async def _obj_info(screen: Screen, parameters: Parameters) -> JsonValue:
    return describe(await _one(screen, parameters))


async def _obj_infos(screen: Screen, parameters: Parameters) -> JsonValue:
    return [describe(node) for node in await _all(screen, parameters)]


async def _count(screen: Screen, parameters: Parameters) -> JsonValue:
    return len(await _all(screen, parameters))


async def _exist(screen: Screen, parameters: Parameters) -> JsonValue:
    return bool(await _all(screen, parameters))


async def _wait_for(screen: Screen, parameters: Parameters) -> JsonValue:
    await _all(screen, parameters)
    return await screen.wait(parameters[0], _number(parameters, 1), shown=True)


async def _wait_gone(screen: Screen, parameters: Parameters) -> JsonValue:
    await _all(screen, parameters)
    return await screen.wait(parameters[0], _number(parameters, 1), shown=False)


async def _get_text(screen: Screen, parameters: Parameters) -> JsonValue:
    return (await _one(screen, parameters)).get("text", "")


async def _set_text(screen: Screen, parameters: Parameters) -> JsonValue:
    await screen.set_text(await _one(screen, parameters), _text(parameters, 1))
    return True


async def _clear_field(screen: Screen, parameters: Parameters) -> JsonValue:
    await screen.set_text(await _one(screen, parameters), "")
    return True


async def _clear_focused(screen: Screen, _parameters: Parameters) -> JsonValue:
    for field in await screen.find({"mask": 0x20000, "focused": True}):
        await screen.clear(field)
    return None


async def _set_clipboard(screen: Screen, parameters: Parameters) -> JsonValue:
    screen.phone.clipboard = _text(parameters, 1)
    return None


async def _get_clipboard(screen: Screen, _parameters: Parameters) -> JsonValue:
    return screen.phone.clipboard or None


async def _paste(screen: Screen, _parameters: Parameters) -> JsonValue:
    await screen.paste()
    return None


async def _wake(screen: Screen, _parameters: Parameters) -> JsonValue:
    await screen.wake(on=True)
    return None


async def _sleep(screen: Screen, _parameters: Parameters) -> JsonValue:
    await screen.wake(on=False)
    return None


async def _is_on(screen: Screen, _parameters: Parameters) -> JsonValue:
    return screen.phone.awake


async def _set_orientation(screen: Screen, parameters: Parameters) -> JsonValue:
    turns = _ORIENTATIONS.get(_text(parameters, 0))
    if turns is None:
        raise RpcError(INTERNAL, "java.lang.IllegalArgumentException: Invalid orientation.")
    screen.phone.condition.turn(turns)
    return None


async def _nothing(_screen: Screen, _parameters: Parameters) -> JsonValue:
    """Answer for what a simulated phone never has to show: toasts, a notification shade, an idle wait."""
    return None


async def _no(_screen: Screen, _parameters: Parameters) -> JsonValue:
    return False


METHODS: Final[Mapping[str, Method]] = {
    "ping": _ping,
    "deviceInfo": _device_info,
    "click": _click,
    "swipe": _swipe,
    "swipePoints": _swipe_points,
    "drag": _swipe,
    "dragTo": _drag_to,
    "injectInputEvent": _inject,
    "pressKey": _press_key,
    "pressKeyCode": _press_key_code,
    "takeScreenshot": _take_screenshot,
    "dumpWindowHierarchy": _dump,
    "objInfo": _obj_info,
    "objInfoOfAllInstances": _obj_infos,
    "count": _count,
    "exist": _exist,
    "waitForExists": _wait_for,
    "waitUntilGone": _wait_gone,
    "getText": _get_text,
    "setText": _set_text,
    "clearTextField": _clear_field,
    "clearInputText": _clear_focused,
    "setClipboard": _set_clipboard,
    "getClipboard": _get_clipboard,
    "pasteClipboard": _paste,
    "wakeUp": _wake,
    "sleep": _sleep,
    "isScreenOn": _is_on,
    "setOrientation": _set_orientation,
    "freezeRotation": _nothing,
    "waitForIdle": _nothing,
    "getLastToast": _nothing,
    "clearLastToast": _nothing,
    "getLastTraversedText": _nothing,
    "clearLastTraversedText": _nothing,
    "openNotification": _no,
    "openQuickSettings": _no,
}
