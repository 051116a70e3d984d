"""A handset without apps worth the name: a plain display that remembers what was done to it."""

import random
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from drover.kernel.clock import Clock
from drover.simulator.handset import Gesture, JsonValue, Look, MediaFile, Scene

LAUNCHER = "org.example.launcher"
NOTES = "org.example.notes"
POPUPS = ("update", "permission", "unknown")


@dataclass(frozen=True, slots=True)
class BlankScene:
    """A plain colour."""

    key: Hashable
    grey: int


@dataclass
class BlankHandset:
    """Implements `Handset`. The display's grey is the number of gestures so far, so that a capture's age shows."""

    look: Look
    front_package: str = LAUNCHER
    gestures: list[Gesture] = field(default_factory=list[Gesture])
    texts: list[str] = field(default_factory=list[str])
    keys: list[int] = field(default_factory=list[int])
    shown_popup: str = ""
    dimmed: float = 0.0
    covered: tuple[int, int, int, int] | None = None
    misdirected: bool = False
    challenged: bool = False
    painted: int = 0
    turned: int = 0
    account: int = 1
    added: dict[str, str] = field(default_factory=dict[str, str])

    def scene(self, now: float) -> Scene:
        del now
        grey = len(self.gestures) % 256
        return BlankScene((self.look, grey), grey)

    def paint(self, scene: Scene) -> bytes:
        assert isinstance(scene, BlankScene)
        self.painted += 1
        return bytes((scene.grey, scene.grey, scene.grey, 255)) * (self.look.width * self.look.height)

    def ui_xml(self, now: float) -> str:
        del now
        return (
            "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
            f'<hierarchy rotation="0"><node package="{self.front_package}" text="ä" bounds="[0,0][9,9]" /></hierarchy>'
        )

    def gesture(self, gesture: Gesture, now: float) -> None:
        del now
        self.gestures.append(gesture)

    def type_text(self, text: str, now: float) -> None:
        del now
        self.texts.append(text)

    def press(self, keycode: int, now: float) -> None:
        del now
        self.keys.append(keycode)

    def start(self, component: str, now: float) -> bool:
        del now
        package = component.partition("/")[0]
        installed = package in self.packages()
        self.front_package = package if installed else self.front_package
        return installed

    def stop(self, package: str, now: float) -> None:
        del now
        self.front_package = LAUNCHER if package == self.front_package else self.front_package

    def front(self, now: float) -> tuple[str, str]:
        del now
        return self.front_package, f"{self.front_package}.MainActivity"

    def packages(self) -> Sequence[str]:
        return sorted((LAUNCHER, NOTES, *self.added))

    def install(self, package: str, label: str) -> None:
        self.added[package] = label

    def uninstall(self, package: str) -> None:
        del self.added[package]

    def page(self, now: float) -> str:
        del now
        return self.shown_popup or self.front_package.rpartition(".")[2]

    def pages(self) -> Collection[str]:
        return [*(package.rpartition(".")[2] for package in self.packages()), *POPUPS]

    def state(self) -> Mapping[str, JsonValue]:
        return {"texts": list[JsonValue](self.texts), "misdirected": self.misdirected}

    def popup(self, name: str, now: float) -> bool:
        del now
        self.shown_popup = name if name in POPUPS else self.shown_popup
        return name in POPUPS

    def close_popup(self, name: str, now: float) -> bool:
        del now
        closed = self.shown_popup == name
        self.shown_popup = "" if closed else self.shown_popup
        return closed

    def pass_challenge(self, now: float) -> bool:
        del now
        asked, self.challenged = self.challenged, False
        return asked

    def rotate(self, quarter_turns: int, now: float) -> None:
        del now
        self.turned = quarter_turns

    def use_account(self, number: int, now: float) -> bool:
        del now
        known = number in (1, 2)
        self.account = number if known else self.account
        return known

    def media(self, files: Sequence[MediaFile]) -> None:
        del files

    def dim(self, strength: float) -> None:
        self.dimmed = strength

    def cover(self, rect: tuple[int, int, int, int] | None) -> None:
        self.covered = rect

    def keyboard(self, now: float) -> None:
        del now

    def keystrokes(self, character: str, now: float) -> Sequence[tuple[int, int]]:
        del character, now
        return ()

    def misdirect(self, *, on: bool) -> None:
        self.misdirected = on

    def crash(self, now: float) -> None:
        del now
        self.front_package = LAUNCHER

    def reset(self) -> None:
        self.__init__(self.look)  # type: ignore[misc]  # a fresh one in the same object


def blank_handset(look: Look, clock: Clock, rng: random.Random, started_wall: datetime) -> BlankHandset:
    """Return a handset, as a rack makes them."""
    del clock, rng, started_wall
    return BlankHandset(look)
