"""A simulated phone's inside with one app of one text field: what the adb driver's conformance needs, and no more."""

import html
import random
from dataclasses import dataclass
from datetime import datetime

from drover.devices.geometry import Point
from drover.kernel.clock import Clock
from drover.simulator.handset import Gesture, Look, Scene
from tests.simulator.wire.blank_handset import LAUNCHER, NOTES, BlankHandset, BlankScene

FIELD = Point(100, 100)
_TOP, _BOTTOM = 50, 150
_HOME, _DELETE = 3, 67


@dataclass
class FieldHandset(BlankHandset):
    """A display that gets brighter with each gesture, or is black while `secure`, and a text field."""

    text: str = ""
    focused: bool = False
    secure: bool = False

    def scene(self, now: float) -> Scene:
        del now
        level = 0 if self.secure else 50 + len(self.gestures) % 200
        return BlankScene((self.look, level), level)

    def ui_xml(self, now: float) -> str:
        del now
        field = (
            f'<node class="android.widget.EditText" package="{self.front_package}" text="{html.escape(self.text)}" '
            f'bounds="[0,{_TOP}][700,{_BOTTOM}]" focused="{str(self.focused).lower()}" />'
        )
        return f'<?xml version="1.0" encoding="UTF-8"?><hierarchy rotation="0">{field}</hierarchy>'

    def gesture(self, gesture: Gesture, now: float) -> None:
        super().gesture(gesture, now)
        self.focused = self.front_package == NOTES and _TOP <= gesture.y1 < _BOTTOM

    def type_text(self, text: str, now: float) -> None:
        super().type_text(text, now)
        self.text += text * self.focused

    def press(self, keycode: int, now: float) -> None:
        super().press(keycode, now)
        self.front_package = {_HOME: LAUNCHER}.get(keycode, self.front_package)
        self.text = self.text[: len(self.text) - (keycode == _DELETE)]


def field_handset(look: Look, clock: Clock, rng: random.Random, started_wall: datetime) -> FieldHandset:
    """Return a handset, as a rack makes them."""
    del clock, rng, started_wall
    return FieldHandset(look)
