"""Typing by touches on the on-screen keyboard, where a phone takes no injected text, or not this one.

Every change of layer or layout is seen on the screen before the next key is touched, so that nothing is typed on a
keyboard that is not the one the map describes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from drover.devices.geometry import Rect, Size
from drover.devices.ports import Driver
from drover.screens.keyboard import KeyboardSeen, untypable
from drover.screens.matching.keyboards import Keyboards
from drover.screens.regions import Anchor, placed
from drover.sequences.player.errors import KeyboardNotSeen, NoKeyFor
from drover.sequences.player.stopwatch import Stopwatch

SEEN_S = 2.0
"""How long a keyboard may take to come, or to change after a touch."""
POLL_S = 0.1
TOUCHES = 3
"""How often a key that changes the keyboard is touched before it counts as one that does nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The keyboard that a frame of `size` shows."""

    seen: KeyboardSeen
    size: Size

    def place(self, key: str) -> Rect:
        """Return where a key is, in pixels of the frame."""
        return placed(self.seen.layer.keys[key], Anchor.BOTTOM, self.seen.keyboard.reference, self.size)

    def after(self, character: str) -> "Shown":
        """Return what is shown once `character` was typed."""
        return Shown(self.seen.after(character), self.size)


@dataclass(frozen=True, slots=True)
class Typist:
    """Types on one phone's keyboard. `look` takes a frame and returns the keyboard on it, None where none is known."""

    driver: Driver
    watch: Stopwatch
    keyboards: Keyboards
    look: Callable[[], Awaitable[Shown | None]]

    async def type(self, text: str, *, where: str, secret: bool) -> None:
        """Type `text` into the field that has the focus.

        Raises NoKeyFor, before anything is typed, for characters that no map has; KeyboardNotSeen where none of the
        maps is on the screen, or the phone has not switched the layout on that the text needs.
        """
        missing = untypable(text, self.keyboards.maps)
        if missing:
            raise NoKeyFor(where, "***" if secret else missing, [keyboard.name for keyboard in self.keyboards.maps])
        shown = await self._wait(lambda _: True)
        if shown is None:
            raise KeyboardNotSeen(where, "no keyboard of the registry is on the screen")
        for character in text:
            shown = await self._reach(shown, character, where)
            key = shown.seen.layer.key_for(character)
            assert key is not None  # noqa: S101  `_reach` returns a layer that has one
            await self._touch(shown.place(key))
            shown = shown.after(character)

    async def _reach(self, shown: Shown, character: str, where: str) -> Shown:
        """Bring a layer that types `character` onto the screen, in another layout where it has to be."""
        tried: list[str] = []
        while True:
            here = shown.seen.keyboard
            way = here.way(shown.seen.layer.name, character)
            if way is not None:
                break
            if here.name in tried:
                known = ", ".join(tried)
                raise KeyboardNotSeen(where, f"the layouts that the phone has switched on ({known}) have no key for it")
            tried.append(here.name)
            shown = await self._next_layout(shown, where)
        for layer in way:
            key = shown.seen.switch_to(layer)
            shown = await self._change(shown, key, lambda seen, to=layer: seen.layer.name == to, where)
        return shown

    async def _next_layout(self, shown: Shown, where: str) -> Shown:
        here = shown.seen.keyboard
        if here.next_layout is None or here.next_layout not in shown.seen.layer.keys:
            raise KeyboardNotSeen(
                where, f"the layout {here.name} has no key for it, and none that brings the next layout"
            )
        return await self._change(shown, here.next_layout, lambda seen: seen.keyboard.name != here.name, where)

    async def _change(self, shown: Shown, key: str, changed: Callable[[KeyboardSeen], bool], where: str) -> Shown:
        for _ in range(TOUCHES):
            await self._touch(shown.place(key))
            now = await self._wait(changed)
            if now is not None:
                return now
        name = f"{shown.seen.keyboard.name}.{shown.seen.layer.name}"
        raise KeyboardNotSeen(where, f"the key {key!r} of {name} was touched {TOUCHES} times and changed nothing known")

    async def _wait(self, wanted: Callable[[KeyboardSeen], bool]) -> Shown | None:
        deadline = self.watch.clock.monotonic() + SEEN_S
        while True:
            shown = await self.look()
            if shown is not None and wanted(shown.seen):
                return shown
            if self.watch.clock.monotonic() >= deadline:
                return None
            await self.watch.wait(POLL_S)

    async def _touch(self, rect: Rect) -> None:
        await self.watch.device(self.driver.tap(rect.center))
