"""The on-screen keyboard's coming and going."""

from typing import Final

from drover.simulator.display.marks import Layer, Placed
from drover.simulator.display.palette import Palette
from drover.simulator.windowing.keyboard import AREA, Key, key_at, keyboard, next_layout
from drover.simulator.windowing.timing import Timing

_STEPS: Final = 10


class InputPanel:
    """Slides in when a field gets the focus, out when it loses it or BACK is pressed."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._moved_s = 0.0
        self._takes_s = 0.0
        self.layout = "letters"
        self.up = False

    def show(self, now: float) -> None:
        """Slide in, with small letters."""
        if not self.up:
            self.layout = "letters"
            self._move(now, up=True)

    def hide(self, now: float) -> None:
        """Slide out."""
        if self.up:
            self._move(now, up=False)

    def drop(self) -> None:
        """Be gone at once, as a page that goes takes its keyboard along."""
        self.up, self._takes_s = False, 0.0

    def key_at(self, x: float, y: float) -> Key | None:
        """Return the key at a point in reference pixels, and show the layout that follows it."""
        key = key_at(self.layout, x, y)
        if key is not None:
            self.layout = next_layout(self.layout, key)
        return key

    def covers(self, y: float) -> bool:
        """Whether a touch at height `y` falls on the keyboard."""
        return self.up and y >= AREA.y1

    def layers(self, palette: Palette, now: float) -> tuple[Layer, ...]:
        """Return the keyboard's layer, or nothing while it is away."""
        share = 1.0 if self._takes_s <= 0 else min(1.0, max(0.0, (now - self._moved_s) / self._takes_s))
        shown = round((1 - (1 - share) ** 2) * _STEPS) / _STEPS
        shown = shown if self.up else 1 - shown
        if shown <= 0:
            return ()
        return (Placed(keyboard(palette, self.layout), dy=round(AREA.height * (1 - shown))),)

    def _move(self, now: float, *, up: bool) -> None:
        self.up, self._moved_s, self._takes_s = up, now, self._timing.draw_s("keyboard")
