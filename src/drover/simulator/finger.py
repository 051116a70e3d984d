"""A person's finger on a simulated phone: what it does arrives at the touch screen and acts on the apps.

What it does is given as JSON through the control API, and is played in the phone's time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Final, Literal
from xml.etree import ElementTree as ET

from pydantic import BaseModel, ConfigDict, Field

from drover.kernel.errors import InvalidInput, Kind
from drover.platform import documents
from drover.simulator import input_devices as kernel
from drover.simulator.handset import Gesture, Handset
from drover.simulator.input_devices import PANEL_X, PANEL_Y, Press
from drover.simulator.page_names import refuse_unknown_page
from drover.simulator.phone import SimulatedPhone

_INTERVAL_S: Final = 0.01
"""How often the panel tells where a finger is: at 100 Hz."""
_TAP_S: Final = 0.08
_MOST_TOUCHES: Final = 500
_PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.02

Coordinate = Annotated[int, Field(ge=-20_000, le=20_000)]
Place = Annotated[
    list[Coordinate] | str,
    Field(description="[x, y] in pixels of the display as it is turned, or an element's name in the UI tree."),
]
Seconds = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]


class NotTouched(InvalidInput):
    """The finger does not find what it is to touch."""

    kind = Kind.CONFLICT


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Touch(_Strict):
    at_s: Seconds | None = Field(default=None, description="When, counted from the start of the list.")
    on_page: str | None = Field(default=None, description="Wait until that page is shown.")
    wait_s: Seconds = Field(default=0.0, description="Wait so long before it, after `at_s` and `on_page`.")


class Tap(_Touch):
    """Touch and let go."""

    touch: Literal["tap"]
    at: Place


class LongTap(_Touch):
    """Touch and hold."""

    touch: Literal["long_tap"]
    at: Place
    seconds: Seconds = 0.8


class Swipe(_Touch):
    """Move from one point to another."""

    touch: Literal["swipe"]
    start: Place
    end: Place
    seconds: Seconds = 0.3


class Path(_Touch):
    """Move along points [x, y, seconds since the touch]."""

    touch: Literal["path"]
    points: list[tuple[int, int, Seconds]] = Field(min_length=1, max_length=1000)


class Type(_Touch):
    r"""Touch one key of the on-screen keyboard after the other; `\n` is its enter key, `\b` its delete key."""

    touch: Literal["type"]
    text: str = Field(max_length=1000)
    pace_s: Seconds = Field(default=0.12, description="From one key to the next.")


class Key(_Touch):
    """Press a key of the phone's frame."""

    touch: Literal["key"]
    key: Literal["back", "home", "recents"]


AnyTouch = Annotated[Tap | LongTap | Swipe | Path | Type | Key, Field(discriminator="touch")]


class Touches(_Strict):
    """What a person does, one after the other."""

    touches: list[AnyTouch] = Field(max_length=_MOST_TOUCHES)


def parse_touches(text: str) -> Touches:
    """Return the touches that a JSON text describes. Raises BadDocument."""
    return documents.parse(Touches, text, "touches")


# Key -> the code that the kernel tells, and Android's.
_KEYS: Final[Mapping[str, tuple[int, int]]] = {
    "back": (kernel.KEY_BACK, 4),
    "home": (kernel.KEY_HOMEPAGE, 3),
    "recents": (kernel.KEY_APPSELECT, 187),
}


@dataclass(frozen=True, slots=True)
class _Point:
    x: int
    y: int
    at_s: float


class Finger:
    """Touches one phone."""

    def __init__(self, phone: SimulatedPhone) -> None:
        self._phone = phone
        self._inputs = phone.inputs
        self._clock = phone.clock

    @property
    def _handset(self) -> Handset:
        return self._phone.handset

    async def play(self, touches: Touches) -> int:
        """Do them all, and return how often a finger or a key went down; another list waits meanwhile.

        Raises PageUnknown, before anything is touched, where a page is waited for that no app on the phone has;
        NotTouched where a page or element does not come.
        """
        pages = self._handset.pages()
        for touch in touches.touches:
            refuse_unknown_page(touch.on_page, pages)
        async with self._inputs.hand:
            before = self._inputs.presses
            began = self._clock.monotonic()
            for touch in touches.touches:
                await self._wait(touch, began)
                await self._do(touch)
            return self._inputs.presses - before

    async def _wait(self, touch: _Touch, began: float) -> None:
        if touch.at_s is not None:
            await self._until(began + touch.at_s)
        if touch.on_page is not None:
            await self._page(touch.on_page)
        if touch.wait_s:
            await self._clock.sleep(touch.wait_s)

    async def _page(self, name: str) -> None:
        deadline = self._clock.monotonic() + _PATIENCE_S
        while (page := self._handset.page(self._clock.monotonic())) != name:
            if self._clock.monotonic() >= deadline:
                raise NotTouched(
                    f"page {name} does not come; {page} is shown", hint="correct on_page, or what is before"
                )
            await self._clock.sleep(_LOOK_S)

    async def _do(self, touch: AnyTouch) -> None:
        match touch:
            case Tap():
                await self._hold(self._place(touch.at), _TAP_S)
            case LongTap():
                await self._hold(self._place(touch.at), touch.seconds)
            case Swipe():
                start, end = self._place(touch.start), self._place(touch.end)
                await self._trace([_Point(*start, 0.0), _Point(*end, touch.seconds)])
            case Path():
                await self._trace([_Point(*point) for point in touch.points])
            case Type():
                await self._type(touch)
            case Key():
                await self._press(*_KEYS[touch.key])

    async def _type(self, touch: Type) -> None:
        for character in touch.text:
            places = self._handset.keystrokes(character, self._clock.monotonic())
            if not places:
                raise NotTouched(f"no key types {character!r}", hint="let a text field have the focus first")
            for place in places:
                await self._hold(place, min(_TAP_S, touch.pace_s))
                await self._clock.sleep(max(0.0, touch.pace_s - _TAP_S))

    async def _press(self, code: int, android: int) -> None:
        self._inputs.key(code, Press.DOWN, self._phone.uptime_s)
        await self._clock.sleep(_TAP_S)
        self._inputs.key(code, Press.UP, self._phone.uptime_s)
        if self._phone.awake:
            self._handset.press(android, self._clock.monotonic())

    async def _hold(self, place: tuple[int, int], seconds: float) -> None:
        await self._trace([_Point(*place, 0.0), _Point(*place, seconds)])

    async def _trace(self, points: Sequence[_Point]) -> None:
        """Draw a line on the panel; a finger on a sleeping phone's glass tells nothing.

        The events bear the times at which they should come, whatever the machine is busy with.
        """
        if not self._phone.awake:
            return
        points = sorted(points, key=lambda point: point.at_s)
        odd = self._inputs.presses % 2 == 1
        began, stamp = self._clock.monotonic(), self._phone.uptime_s
        first, last = points[0], points[-1]
        gesture = Gesture(first.x, first.y, last.x, last.y, last.at_s - first.at_s)
        moves = (first.x, first.y) != (last.x, last.y)
        self._inputs.down(0, *self._panel(first, odd=odd), stamp)
        if moves:  # what is under a finger that moves follows it at once
            self._handset.gesture(gesture, began)
        for point in _sampled(points):
            await self._until(began + point.at_s - first.at_s)
            self._inputs.move(0, *self._panel(point, odd=odd), stamp + point.at_s - first.at_s)
        await self._until(began + gesture.seconds)
        self._inputs.up(0, stamp + gesture.seconds)
        if not moves:
            self._handset.gesture(gesture, self._clock.monotonic())

    def _panel(self, point: _Point, *, odd: bool) -> tuple[int, int]:
        """Return where on the panel a point of the display is; the panel does not turn with the display."""
        look = self._handset.look
        across, along = look.width, look.height
        x, y = {
            0: (point.x, point.y),
            1: (across - 1 - point.y, point.x),
            2: (across - 1 - point.x, along - 1 - point.y),
            3: (point.y, along - 1 - point.x),
        }[self._phone.condition.quarter_turns]
        return PANEL_X.value(x, across, odd=odd), PANEL_Y.value(y, along, odd=odd)

    def _place(self, place: Place) -> tuple[int, int]:
        if isinstance(place, str):
            return self._element(place)
        if len(place) != 2:  # noqa: PLR2004  x and y
            raise InvalidInput(f"{place} is not a point", hint="give [x, y]")
        return place[0], place[1]

    def _element(self, name: str) -> tuple[int, int]:
        tree = ET.fromstring(self._handset.ui_xml(self._clock.monotonic()))  # noqa: S314  it is our own text
        ids = [node.get("resource-id", "") for node in tree.iter("node")]
        for node in tree.iter("node"):
            if node.get("resource-id", "").rpartition("/")[2] == name:
                corners = node.get("bounds", "").strip("[]").replace("][", ",").split(",")
                x1, y1, x2, y2 = map(int, corners)
                return (x1 + x2) // 2, (y1 + y2) // 2
        known = ", ".join(sorted({each.rpartition("/")[2] for each in ids} - {""}))
        raise NotTouched(f"no element {name} is shown", hint=f"shown are: {known}")

    async def _until(self, moment: float) -> None:
        pause = moment - self._clock.monotonic()
        if pause > 0:
            await self._clock.sleep(pause)


def _sampled(points: Sequence[_Point]) -> list[_Point]:
    """Return where the finger is at the panel's rate between the first point and the last, and at the last."""
    sampled: list[_Point] = []
    for one, two in pairwise(points):
        steps = max(1, round((two.at_s - one.at_s) / _INTERVAL_S))
        for step in range(1, steps + 1):
            share = step / steps
            sampled.append(
                _Point(
                    round(one.x + (two.x - one.x) * share),
                    round(one.y + (two.y - one.y) * share),
                    one.at_s + (two.at_s - one.at_s) * share,
                )
            )
    return sampled
