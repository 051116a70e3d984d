"""What an app of a simulated phone is to its handset, and what the handset is to it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from drover.simulator.display.palette import Palette
from drover.simulator.handset import JsonValue, MediaFile
from drover.simulator.windowing.form import Form
from drover.simulator.windowing.popups import Popup
from drover.simulator.windowing.stage import Turn
from drover.simulator.windowing.view import View


@dataclass(frozen=True, slots=True)
class Swipe:
    """A finger's way over the display in reference pixels, which takes `seconds`."""

    x1: float
    y1: float
    x2: float
    y2: float
    seconds: float

    @property
    def dx(self) -> float:
        """How far the finger goes to the right."""
        return self.x2 - self.x1

    @property
    def dy(self) -> float:
        """How far the finger goes down."""
        return self.y2 - self.y1


@dataclass(frozen=True, slots=True)
class Host:
    """What an app asks of its phone. Times are the handset's monotonic seconds; `palette` are its theme's colours.

    `turn` begins a transition away from the present picture and returns when it ends; `later` has something done at a
    moment; `surprise` shows a popup by itself and tells whether it did; `launch` brings another app to the front;
    `wall` is the time of day that the status bar shows; `media` are the pictures and videos stored, newest first;
    `keyboard_up` tells whether the on-screen keyboard covers the display's lower part.
    """

    palette: Palette
    turn: Callable[[Turn, float], float]
    later: Callable[[float, Callable[[float], None]], None]
    surprise: Callable[[str, float], bool]
    launch: Callable[[str, float], bool]
    wall: Callable[[float], datetime]
    media: Callable[[], Sequence[MediaFile]]
    keyboard_up: Callable[[], bool]


class App(Protocol):
    """An app. Only one that runs has views; every other call is made of running apps, except `open` and `state`."""

    @property
    def running(self) -> bool:
        """Whether the app has a page open."""
        ...

    @property
    def busy(self) -> bool:
        """Whether something is being sent, during which nothing can be typed."""
        ...

    @property
    def form(self) -> Form:
        """The text fields of the page that is open."""
        ...

    @property
    def page_names(self) -> Collection[str]:
        """The names of all pages that its views can have; one that loads is named with `.loading`."""
        ...

    @property
    def popups(self) -> Mapping[str, Popup]:
        """The app's own popups by name."""
        ...

    def open(self, ready_s: float) -> None:
        """Start: open the first page that fits the stored data; the transition to it ends at `ready_s`."""
        ...

    def close(self) -> None:
        """End the app's process; what is stored stays."""
        ...

    def act(self, action: str, now: float) -> None:
        """Do what a tapped (or long tapped) element stands for: its `action` (or `hold`)."""
        ...

    def back(self, now: float) -> bool:
        """Go back; False where the app is to be left."""
        ...

    def enter(self, now: float, *, astray: bool) -> bool:
        """Do what the enter key does; True where the keyboard goes away."""
        ...

    def swipe(self, swipe: Swipe, now: float) -> None:
        """Follow a finger that goes over the page; keyboard and popups keep theirs."""
        ...

    def views(self, now: float) -> tuple[View, ...]:
        """Return the app's windows from the back; the last one has the focus."""
        ...

    def state(self) -> Mapping[str, JsonValue]:
        """Return the stored data as the control API tells it; empty where the app stores nothing."""
        ...

    def answered(self, popup: str, answer: str) -> None:
        """Take note of how one of the app's own popups was answered."""
        ...

    def use_account(self, number: int, now: float) -> bool:
        """Make account `number` (from 1) the active one; False where there is none."""
        ...

    def pass_challenge(self, now: float) -> bool:
        """Let the account's owner answer the login challenge that is shown; False where none is."""
        ...


class Modest:
    """What an app answers that has no accounts, no login and no popups of its own, and stores nothing."""

    def state(self) -> Mapping[str, JsonValue]:
        """Nothing is stored."""
        return {}

    def answered(self, popup: str, answer: str) -> None:
        """There are no popups of its own."""
        del popup, answer

    def use_account(self, number: int, now: float) -> bool:
        """There are no accounts."""
        del number, now
        return False

    def pass_challenge(self, now: float) -> bool:
        """There is no login."""
        del now
        return False


AppMaker = Callable[[int, Host], App]
"""Makes an app in its first state from the phone's seed and the phone."""
