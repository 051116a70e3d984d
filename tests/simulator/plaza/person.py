"""Somebody who uses a handset, for the tests of what it shows and does."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from drover.kernel.clock import FakeClock
from drover.simulator.handset import Gesture, Look
from drover.simulator.plaza.handset import PlazaHandset

Pixels = npt.NDArray[np.uint8]


@dataclass
class Person:
    """Uses a handset as a person does: by what is shown, and by letting time pass."""

    handset: PlazaHandset
    now: float = 0.0

    @property
    def page(self) -> str:
        page = self.handset.page(self.now)
        assert page in self.handset.pages()
        return page

    def wait(self, seconds: float = 5.0) -> "Person":
        self.now += seconds
        return self

    def tap(self, name: str) -> "Person":
        element = self.handset.view(self.now).element(name)
        assert element is not None, f"{self.page} has no {name}"
        return self.tap_at(*element.box.middle)

    def tap_at(self, x: float, y: float) -> "Person":
        """Tap a point given in reference pixels."""
        factor = self.handset.look.width / 1080
        px, py = round(x * factor), round(y * factor)
        self.handset.gesture(Gesture(px, py, px, py, 0.0), self.now)
        return self

    def swipe(self, y1: int, y2: int, seconds: float = 0.2) -> "Person":
        self.handset.gesture(Gesture(540, y1, 540, y2, seconds), self.now)
        return self

    def type(self, text: str) -> "Person":
        self.handset.type_text(text, self.now)
        return self

    def press(self, *keycodes: int) -> "Person":
        for keycode in keycodes:
            self.handset.press(keycode, self.now)
        return self

    def text(self, name: str) -> str:
        element = self.handset.view(self.now).element(name)
        assert element is not None, f"{self.page} has no {name}"
        return element.text

    def stored(self) -> dict[str, object]:
        self.handset.scene(self.now)  # what is due by now is done
        apps = self.handset.state()["apps"]
        assert isinstance(apps, dict)
        plaza = apps["com.drover.plaza"]
        assert isinstance(plaza, dict)
        return {**plaza}

    def account(self, username: str = "mara.lindqvist") -> dict[str, Any]:
        """Return what is stored of an account of the first slot."""
        stored: Any = self.stored()
        return stored["slots"]["1"]["accounts"][username]

    def frame(self) -> Pixels:
        look = self.handset.look
        content = self.handset.paint(self.handset.scene(self.now))
        return np.frombuffer(content, np.uint8).reshape(look.height, look.width, 4)


def new_handset(seed: int = 1, width: int = 1080) -> PlazaHandset:
    look = Look(width, width * 20 // 9, "light")
    return PlazaHandset(look, FakeClock(), random.Random(seed), datetime(2026, 1, 1, 9, 41, tzinfo=UTC))
