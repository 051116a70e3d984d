"""The on-screen keyboard's coming and going, and what it shows."""

from collections.abc import Mapping
from typing import Final

from drover.simulator.display.marks import Layer, Placed
from drover.simulator.display.palette import Palette
from drover.simulator.handset import JsonValue, KeyboardName
from drover.simulator.windowing.keyboard import keyboard
from drover.simulator.windowing.layouts import AREA, FIRST_LAYER, LAYOUTS, Key, key_at, next_layer, next_layout
from drover.simulator.windowing.timing import Timing

_STEPS: Final = 10


class InputPanel:
    """Slides in when a field gets the focus, out when it loses it or BACK is pressed. It keeps its layout meanwhile."""

    def __init__(self, timing: Timing, layout: KeyboardName) -> None:
        self._timing = timing
        self._moved_s = 0.0
        self._takes_s = 0.0
        self.layout: KeyboardName = layout
        self.layer = FIRST_LAYER
        self.up = False

    def show(self, now: float) -> None:
        """Slide in, with small letters."""
        if not self.up:
            self.layer = FIRST_LAYER
            self._move(now, up=True)

    def hide(self, now: float) -> None:
        """Slide out."""
        if self.up:
            self._move(now, up=False)

    def drop(self) -> None:
        """Be gone at once, as a page that goes takes its keyboard along."""
        self.up, self._takes_s = False, 0.0

    def key_at(self, x: float, y: float) -> Key | None:
        """Return the key at a point in reference pixels, and show the layer or layout that follows it."""
        key = key_at(self.layout, self.layer, x, y)
        if key is not None:
            self.layer, self.layout = next_layer(self.layer, key), next_layout(self.layout, key)
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
        return (Placed(keyboard(palette, self.layout, self.layer), dy=round(AREA.height * (1 - shown))),)

    def state(self) -> Mapping[str, JsonValue]:
        """Return what is shown, as the control API tells it."""
        return {
            "shown": self.up,
            "layout": self.layout,
            "layer": self.layer,
            "locale": LAYOUTS[self.layout].locale,
        }

    def _move(self, now: float, *, up: bool) -> None:
        self.up, self._moved_s, self._takes_s = up, now, self._timing.draw_s("keyboard")
