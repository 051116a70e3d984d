"""The ports of a phone: small async protocols that every driver implements.

Every call has a deadline of the driver's own and raises a `DeviceError`; cancelling a call abandons it. Coordinates
are pixels of the frame. A driver states what it can in `capabilities`; a call it cannot do raises `Unsupported`.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from drover.devices.frame import Frame, Preview, Rotation
from drover.devices.geometry import Point, Rect, Size
from drover.devices.uitree import UiNode


class Capability(Enum):
    """What a driver can do with its phone."""

    CAPTURE = "capture"
    INPUT = "input"
    UI_TREE = "ui_tree"
    APPS = "apps"
    FILES = "files"
    SHELL = "shell"
    STATE = "state"
    TOUCHES = "touches"


class Key(Enum):
    """Keys that a player presses, by name; the driver knows its own codes."""

    HOME = "home"
    BACK = "back"
    ENTER = "enter"
    DELETE = "delete"
    TAB = "tab"
    MOVE_HOME = "move_home"
    MOVE_END = "move_end"
    RECENTS = "recents"
    WAKE = "wake"


@dataclass(frozen=True, slots=True)
class PhoneInfo:
    """What does not change while a phone is attached."""

    model: str
    manufacturer: str
    android: str
    hardware_serial: str
    size: Size


@dataclass(frozen=True, slots=True)
class PhoneState:
    """How a phone is at this moment. `battery_percent` 0 to 100, `storage_free_bytes` of the data partition."""

    battery_percent: int
    temperature_c: float
    screen_on: bool
    locked: bool
    rotation: Rotation
    storage_free_bytes: int


@dataclass(frozen=True, slots=True)
class AppInFront:
    """The app that has the focus; `activity` is the class name as the phone says it."""

    package: str
    activity: str


@dataclass(frozen=True, slots=True)
class ShellResult:
    """What a command on the phone printed and returned."""

    stdout: bytes
    stderr: bytes
    exit_code: int


class Phase(Enum):
    """What a finger does at a moment."""

    DOWN = "down"
    MOVE = "move"
    UP = "up"


@dataclass(frozen=True, slots=True)
class FingerEvent:
    """A finger on the glass, as the touch screen itself tells it: `contact` says which finger, from 0.

    `at_s` is by the phone's own clock. `point` is in pixels of the frame, as the display is rotated.
    """

    at_s: float
    contact: int
    phase: Phase
    point: Point


@dataclass(frozen=True, slots=True)
class ButtonEvent:
    """A hardware key that was pressed, by the phone's own clock."""

    at_s: float
    key: Key


@dataclass(frozen=True, slots=True)
class Listening:
    """From now on nothing that the hand does is missed."""


TouchEvent = FingerEvent | ButtonEvent | Listening


class Capture(Protocol):
    """Pictures of the screen."""

    async def capture(self) -> Frame:
        """Return a frame taken now, as the display is rotated. Raises SecureWindow where captures are forbidden."""
        ...

    async def preview(self, *, max_width: int, quality: int) -> Preview:
        """Return a JPEG (`quality` 1 to 100) of a frame taken now, at most `max_width` pixels wide."""
        ...


class Input(Protocol):
    """Touches, text and keys. Raises InjectionRefused where the phone's settings forbid them."""

    async def tap(self, point: Point) -> None:
        """Touch `point` and let go."""
        ...

    async def long_tap(self, point: Point, *, seconds: float = 0.8) -> None:
        """Touch `point` for `seconds`."""
        ...

    async def swipe(self, start: Point, end: Point, *, seconds: float = 0.3) -> None:
        """Touch `start`, move to `end` in `seconds`, let go."""
        ...

    async def type_text(self, text: str) -> None:
        """Type `text` into the focused field. Raises Unsupported, before anything is typed, for text it cannot type."""
        ...

    async def press(self, key: Key, *, times: int = 1) -> None:
        """Press and release `key`, `times` times."""
        ...


class UiTreeSource(Protocol):
    """The tree of what the app in front says it shows."""

    async def ui_tree(self) -> UiNode:
        """Return the root of the UI tree."""
        ...


class Apps(Protocol):
    """The phone's apps, by package name."""

    async def start_app(self, package: str) -> None:
        """Bring the app to the front. Raises AppNotInstalled."""
        ...

    async def stop_app(self, package: str) -> None:
        """End the app's processes. An app that does not run is no error."""
        ...

    async def app_in_front(self) -> AppInFront:
        """Return the app that has the focus."""
        ...

    async def installed_apps(self) -> Sequence[str]:
        """Return the package names, sorted."""
        ...


class Files(Protocol):
    """Files on the phone."""

    async def push(self, content: bytes, remote_path: str) -> None:
        """Write `content` to `remote_path`. Raises FileRefused."""
        ...

    async def pull(self, remote_path: str) -> bytes:
        """Return the content of `remote_path`. Raises FileRefused."""
        ...


class Shell(Protocol):
    """The phone's shell, where it has one."""

    async def shell(self, *words: str) -> ShellResult:
        """Run a command given as separate words, which are quoted for the phone's shell."""
        ...


class State(Protocol):
    """Battery, display, storage."""

    async def state(self) -> PhoneState:
        """Return how the phone is now."""
        ...


class TouchSource(Protocol):
    """What a person's hand does on the phone, for recording."""

    def touch_events(self) -> AsyncGenerator[TouchEvent, None]:
        """Yield Listening, then every event until closed. Raises PhoneOffline when the phone goes away, Unsupported.

        A finger whose lifting was not told comes down again without having gone up.
        """
        ...

    async def keyboard(self) -> Rect | None:
        """Return what of the frame the on-screen keyboard covers, or None while it is away."""
        ...


class Driver(Capture, Input, UiTreeSource, Apps, Files, Shell, State, TouchSource, Protocol):
    """One phone. `attach` first; `info` is known from then on."""

    @property
    def serial(self) -> str:
        """The serial number under which the phone is attached."""
        ...

    @property
    def info(self) -> PhoneInfo:
        """What does not change while the phone is attached."""
        ...

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this driver can do with this phone."""
        ...

    async def attach(self) -> None:
        """Find the phone and read its `info`. Raises PhoneOffline, PhoneUnauthorized."""
        ...

    async def detach(self) -> None:
        """Let go of whatever is held for the phone. Never raises, may be called twice."""
        ...


class Link(Enum):
    """How a phone is connected, as its source sees it."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNAUTHORIZED = "unauthorized"


@dataclass(frozen=True, slots=True)
class Sighting:
    """A phone that a source sees, and where it is plugged in (`usb:1-4.2`), if the source tells."""

    serial: str
    link: Link
    port: str = ""


class DeviceSource(Protocol):
    """Where phones come from: one adb server, for instance."""

    async def sightings(self) -> Sequence[Sighting]:
        """Return the phones seen now, sorted by serial."""
        ...

    def changes(self) -> AsyncIterator[Sequence[Sighting]]:
        """Yield the phones seen, first now, then at every change, until the source fails with a DroverError."""
        ...

    async def ping(self, serial: str) -> None:
        """Return once the phone has answered a trivial question, or has answered something else just now.

        Not held up by other phones' work. Has no deadline of its own. Raises what an attached driver's call raises.
        """
        ...

    async def model(self, serial: str) -> str:
        """Return what the phone calls its model. Raises what an attached driver's call raises."""
        ...

    async def reconnect(self, serial: str) -> None:
        """Try to bring an offline phone back; returns when tried, not when it is back. Raises PhoneAbsent."""
        ...

    async def restart(self, serial: str) -> None:
        """Try harder: break the way to the phone off and build it anew. Returns when tried. Raises PhoneAbsent."""
        ...

    def driver(self, serial: str) -> Driver:
        """Return a driver, not yet attached, for the phone."""
        ...
