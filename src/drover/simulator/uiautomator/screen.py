"""What the service does to the phone's screen: looks, touches, keys, text, in uiautomator's own delays."""

from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from drover.simulator.handset import Gesture, JsonValue
from drover.simulator.phone import SimulatedPhone
from drover.simulator.profiles import Act
from drover.simulator.uiautomator import selectors

_DELETE, _MOVE_END, _PASTE, _SLEEP, _WAKE_UP = 67, 123, 279, 223, 224
_STEP_S = 0.005
_LOOK_AGAIN_S = 0.2


INTERNAL: Final = -32001
_INJECTION_REFUSED: Final = (
    "java.lang.SecurityException: Injecting input events requires the caller (or the source of the instrumentation, "
    "if any) to have the INJECT_EVENTS permission."
)


@dataclass(frozen=True)
class RpcError(Exception):
    """A call failed; the client shows code, message and data."""

    code: int
    message: str
    data: JsonValue = None


class Screen:
    """The phone as one running service uses it."""

    def __init__(self, phone: SimulatedPhone) -> None:
        self.phone = phone
        self._down: tuple[int, int, float] | None = None

    async def click(self, x: int, y: int, seconds: float = 0.0) -> None:
        """Touch a point for `seconds`."""
        await self._touch(Gesture(x, y, x, y, seconds))

    async def swipe(self, x1: int, y1: int, x2: int, y2: int, steps: int) -> None:
        """Move a finger in `steps` of 5 ms."""
        await self._touch(Gesture(x1, y1, x2, y2, max(0, steps) * _STEP_S))

    async def finger_down(self, x: int, y: int) -> None:
        """Put a finger down; what becomes of it is known when it goes up."""
        self._down = x, y, self.phone.clock.monotonic()

    async def finger_up(self, x: int, y: int) -> bool:
        """Lift the finger; False where it is not down."""
        if self._down is None:
            return False
        (x1, y1, since), self._down = self._down, None
        taken_s = self.phone.clock.monotonic() - since
        await self._touch(Gesture(x1, y1, x, y, taken_s), taken_s)
        return True

    async def press(self, *keycodes: int) -> None:
        """Press keys."""
        self._refuse_injection()
        await self.phone.press(keycodes, Act.FAST_INPUT)

    async def paste(self) -> None:
        """Type the clipboard into the focused field."""
        await self.press(_PASTE)

    async def wake(self, *, on: bool) -> None:
        """Switch the screen on or off."""
        await self.press(_WAKE_UP if on else _SLEEP)

    async def find(self, selector: object, *, delay: Act = Act.FAST_INPUT) -> list[Element]:
        """Return the elements that a selector means now. Raises BadSelector."""
        return selectors.find(await self.phone.ui_xml(delay), selector)

    async def wait(self, selector: object, milliseconds: int, *, shown: bool) -> bool:
        """Return whether an element is shown, or is not, within the time."""
        clock = self.phone.clock
        end = clock.monotonic() + milliseconds / 1000
        while bool(await self.find(selector)) is not shown:
            left_s = end - clock.monotonic()
            if left_s <= 0:
                return False
            await clock.sleep(min(left_s, _LOOK_AGAIN_S))
        return True

    async def set_text(self, field: Element, text: str) -> None:
        """Put `text` into a field in the place of what is there."""
        left, top, right, bottom = selectors.bounds(field)
        if field.get("focused") != "true":
            await self.click((left + right) // 2, (top + bottom) // 2)
        await self.clear(field)
        if text:
            await self.phone.type_text(text)

    async def clear(self, field: Element) -> None:
        """Empty the focused field."""
        if content := field.get("text", ""):
            await self.press(_MOVE_END, *[_DELETE] * len(content))

    async def _touch(self, gesture: Gesture, taken_s: float = 0.0) -> None:
        self._refuse_injection()
        await self.phone.touch(gesture, Act.FAST_INPUT, taken_s=taken_s)

    def _refuse_injection(self) -> None:
        if self.phone.condition.injection_refused:
            raise RpcError(INTERNAL, _INJECTION_REFUSED)
