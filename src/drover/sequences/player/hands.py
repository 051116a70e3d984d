"""Acts on a phone: from a step and the place found for it to the driver's calls, with typed text read back."""

from dataclasses import dataclass

from drover.devices.errors import Unsupported
from drover.devices.geometry import Point, Rect
from drover.devices.ports import Driver, Key
from drover.devices.uitree import UiNode
from drover.sequences.domain import Direction
from drover.sequences.player.errors import FieldNotFound, TextDiffers
from drover.sequences.player.stopwatch import Stopwatch
from drover.sequences.player.typing import Typist

READ_BACK_S = 2.0
POLL_S = 0.1
_ALIKE = 0.1

_EDGES = {  # where a swipe begins and ends, as parts of the target's width and height
    Direction.UP: ((0.5, 0.8), (0.5, 0.2)),
    Direction.DOWN: ((0.5, 0.2), (0.5, 0.8)),
    Direction.LEFT: ((0.8, 0.5), (0.2, 0.5)),
    Direction.RIGHT: ((0.2, 0.5), (0.8, 0.5)),
}


@dataclass(frozen=True, slots=True)
class Hands:
    """Acts on one phone; every call of the phone is counted on the task's stopwatch.

    Text goes in by the driver. What the driver cannot type, and, `by_keyboard`, all of it, the typist types on the
    on-screen keyboard.
    """

    driver: Driver
    watch: Stopwatch
    typist: Typist | None = None
    by_keyboard: bool = False

    async def tap(self, rect: Rect) -> None:
        """Touch the middle of `rect`."""
        await self.watch.device(self.driver.tap(rect.center))

    async def long_tap(self, rect: Rect, seconds: float) -> None:
        """Touch the middle of `rect` for `seconds`."""
        await self.watch.device(self.driver.long_tap(rect.center, seconds=seconds))

    async def swipe(self, rect: Rect, direction: Direction, seconds: float) -> None:
        """Move a finger across the middle 60 % of `rect`."""
        start, end = (
            Point(round(rect.x1 + x * rect.width), round(rect.y1 + y * rect.height)) for x, y in _EDGES[direction]
        )
        await self.watch.device(self.driver.swipe(start, end, seconds=seconds))

    async def type_into(self, rect: Rect, text: str, *, where: str, secret: bool) -> None:
        """Replace what the field at `rect` holds by `text`.

        Raises FieldNotFound, TextDiffers; what the driver or the typist raises where the text cannot be typed.
        """
        await self.tap(rect)
        field = await self._focused(rect, where)
        if field.text:
            await self.watch.device(self.driver.press(Key.MOVE_END))
            await self.watch.device(self.driver.press(Key.DELETE, times=len(field.text)))
        if text:
            await self._enter(text, where=where, secret=secret)
        await self._read_back(field, rect.center, text, where=where, secret=secret)

    async def read(self, rect: Rect, text: str, *, where: str, timeout_s: float, secret: bool) -> None:
        """Wait until the UI tree shows `text` inside `rect`. Raises TextDiffers."""
        deadline = self.watch.clock.monotonic() + timeout_s
        while True:
            shown = await self._texts_in(rect)
            if text in shown:
                return
            if self.watch.clock.monotonic() >= deadline:
                seen = " ".join(shown)
                raise TextDiffers(where, "***", "another text") if secret else TextDiffers(where, text, seen)
            await self.watch.wait(POLL_S)

    async def text_in(self, rect: Rect) -> str:
        """Return the texts that the UI tree shows inside `rect`, joined by a space."""
        return " ".join(await self._texts_in(rect))

    async def tree(self) -> UiNode:
        """Return the UI tree."""
        return await self.watch.device(self.driver.ui_tree())

    async def _texts_in(self, rect: Rect) -> list[str]:
        nodes = (await self.tree()).walk()
        return [node.text for node in nodes if node.text and node.bounds and rect.contains(node.bounds.center)]

    async def _enter(self, text: str, *, where: str, secret: bool) -> None:
        if self.typist is None:
            await self.watch.device(self.driver.type_text(text))
            return
        if not self.by_keyboard:
            try:
                await self.watch.device(self.driver.type_text(text))
            except Unsupported:
                if not self.typist.keyboards.maps:
                    raise
            else:
                return
        await self.typist.type(text, where=where, secret=secret)

    async def _focused(self, rect: Rect, where: str) -> UiNode:
        deadline = self.watch.clock.monotonic() + READ_BACK_S
        while True:
            tree = await self.tree()
            field = tree.field_at(rect.center) or _moved_up(tree, rect)
            if field is not None and field.focused:
                return field
            if self.watch.clock.monotonic() >= deadline:
                raise FieldNotFound(where, "does not take the focus" if field else "there is no text field here")
            await self.watch.wait(POLL_S)

    async def _read_back(self, field: UiNode, point: Point, text: str, *, where: str, secret: bool) -> None:
        deadline = self.watch.clock.monotonic() + READ_BACK_S
        while True:
            now = _same_field(await self.tree(), field, point)
            if now is not None and _holds(now, text):
                return
            if self.watch.clock.monotonic() >= deadline:
                seen = now.text if now is not None else ""
                raise TextDiffers(where, "***", "another text") if secret else TextDiffers(where, text, seen)
            await self.watch.wait(POLL_S)


def _moved_up(tree: UiNode, rect: Rect) -> UiNode | None:
    """Return the field of `rect` where the keyboard has pushed it up: above, focused, as wide and about as high."""
    for node in tree.walk():
        bounds = node.bounds
        if bounds is None or not node.focused or not node.is_field:
            continue
        alike = abs(bounds.width - rect.width) <= rect.width * _ALIKE and bounds.height <= rect.height * (1 + _ALIKE)
        if alike and abs(bounds.center.x - rect.center.x) <= rect.width * _ALIKE and bounds.y2 <= rect.center.y:
            return node
    return None


def _same_field(tree: UiNode, field: UiNode, point: Point) -> UiNode | None:
    """Return the field again; by its resource id where it has one, since a keyboard may have moved it."""
    if not field.resource_id:
        return tree.field_at(point)
    return next((node for node in tree.walk() if node.resource_id == field.resource_id), None)


def _holds(field: UiNode, text: str) -> bool:
    """Whether the field holds `text`; a password field shows dots, so there only the length can be told."""
    return len(field.text) == len(text) if field.password else field.text == text
