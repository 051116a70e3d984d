"""The seam between a simulated phone's wire (adbd, control) and what is behind it (display, apps, faults of both)."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Theme = Literal["light", "dark"]
KeyboardName = Literal["qwerty", "qwertz", "azerty", "jcuken"]
JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a simulated phone's display is made: width and height in pixels (the height is 20:9 of the width), theme.

    `font_scale` is the user's setting for the size of text, as Android counts it (0.85 small, 1 normal, 1.3 large).
    `keyboard` is the layout in which the on-screen keyboard comes first.
    """

    width: int
    height: int
    theme: Theme
    font_scale: float = 1.0
    keyboard: KeyboardName = "qwerty"


@dataclass(frozen=True, slots=True)
class Gesture:
    """A touch from (x1, y1) to (x2, y2) pixels that takes `seconds`; a tap has both alike."""

    x1: int
    y1: int
    x2: int
    y2: int
    seconds: float


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A picture or video in the phone's shared storage, as the apps' pickers list it."""

    path: str
    sha256: str
    modified_s: int


class Scene(Protocol):
    """What the display shows at one moment, as a value: equal scenes paint alike."""

    @property
    def key(self) -> Hashable:
        """Identity for caches."""
        ...


class Handset(Protocol):
    """A phone's display and apps. All calls are cheap and on the event loop, except `paint`, which runs in a thread.

    `now` is monotonic seconds; the wall clock shown in the status bar is the handset's own, started at a set time.
    """

    @property
    def look(self) -> Look:
        """Display size and theme."""
        ...

    def scene(self, now: float) -> Scene:
        """Return what is shown at `now`."""
        ...

    def paint(self, scene: Scene) -> bytes:
        """Return the scene's pixels, RGBA, height*width*4 bytes. Pure and thread-safe."""
        ...

    def ui_xml(self, now: float) -> str:
        """Return the UI tree in uiautomator's format."""
        ...

    def gesture(self, gesture: Gesture, now: float) -> None:
        """Touch the display."""
        ...

    def type_text(self, text: str, now: float) -> None:
        """Type into the focused field; without one, nothing happens."""
        ...

    def press(self, keycode: int, now: float) -> None:
        """Press a key by Android's key code."""
        ...

    def start(self, component: str, now: float) -> bool:
        """Bring an app (package or package/activity) to the front; False where it is not installed."""
        ...

    def stop(self, package: str, now: float) -> None:
        """End an app; its stored data stay."""
        ...

    def front(self, now: float) -> tuple[str, str]:
        """Return package and activity that have the focus."""
        ...

    def packages(self) -> Sequence[str]:
        """Return the installed packages, sorted."""
        ...

    def page(self, now: float) -> str:
        """Return the name of the page shown, such as `plaza.feed`, with a popup's name instead where one covers it."""
        ...

    def pages(self) -> Collection[str]:
        """Return the names of all pages that can be shown, those of popups (`popup.update`) among them."""
        ...

    def state(self) -> Mapping[str, JsonValue]:
        """Return the apps' stored data and the page shown, as the control API tells it."""
        ...

    def popup(self, name: str, now: float) -> bool:
        """Show a popup (`update`, `permission`, `unknown`, ...); False for an unknown name."""
        ...

    def close_popup(self, name: str, now: float) -> bool:
        """Take a popup away, unanswered; False where none of that name is open."""
        ...

    def pass_challenge(self, now: float) -> bool:
        """Answer the login challenge of the app in front, as the account's owner would; False where none is shown."""
        ...

    def dim(self, strength: float) -> None:
        """Lay a black scrim of `strength` (0 to 1; 0 takes it away) over the whole display."""
        ...

    def cover(self, rect: tuple[int, int, int, int] | None) -> None:
        """Paint a plain sheet over a rectangle of the display (None takes it away)."""
        ...

    def keyboard(self, now: float) -> tuple[int, int, int, int] | None:
        """Return the rectangle that the on-screen keyboard covers, None while it is away."""
        ...

    def keystrokes(self, character: str, now: float) -> Sequence[tuple[int, int]]:
        """Return where to touch to type `character` on the keyboard as it is shown; empty where that cannot be done."""
        ...

    def misdirect(self, *, on: bool) -> None:
        """While on, typed text goes to another field than the focused one."""
        ...

    def rotate(self, quarter_turns: int, now: float) -> None:
        """Turn the display 0 to 3 quarter turns; frames are then wider than high for odd ones. `look` stays."""
        ...

    def use_account(self, number: int, now: float) -> bool:
        """Make the app in front use its account `number` (from 1), as if somebody had; False where there is none."""
        ...

    def media(self, files: Sequence[MediaFile]) -> None:
        """Take note of what the shared storage holds now, newest first."""
        ...

    def install(self, package: str, label: str) -> None:
        """Let a package that is not built in be started: it shows a plain page with its label."""
        ...

    def uninstall(self, package: str) -> None:
        """Forget an installed package; its page closes."""
        ...

    def crash(self, now: float) -> None:
        """Crash the app in front: the launcher is shown."""
        ...

    def reset(self) -> None:
        """Bring the handset to its first state: nothing stored, launcher in front, no popup."""
        ...
