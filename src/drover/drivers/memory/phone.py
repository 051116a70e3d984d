"""A small phone in memory: a launcher, apps with one text field each, files. Everything it does shows in its frames."""

import asyncio
import zlib
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from drover.devices.frame import Pixels
from drover.devices.geometry import Point, Rect, Size
from drover.devices.ports import AppInFront, ButtonEvent, FingerEvent, Key, Phase, TouchEvent
from drover.devices.uitree import UiNode

LAUNCHER = "drover.launcher"
SIZE = Size(270, 600)
_BAR = 4


class Condition(Enum):
    """How the phone, or the way to it, is."""

    WELL = "well"
    OFFLINE = "offline"
    UNAUTHORIZED = "unauthorized"
    HANGING = "hanging"
    GARBAGE = "garbage"


@dataclass
class MemoryPhone:
    """The phone's state. Tests and benchmarks read and set it directly."""

    serial: str
    size: Size = SIZE
    apps: tuple[str, ...] = ("drover.notes", "drover.plaza")
    condition: Condition = Condition.WELL
    secure: bool = False
    front: str = LAUNCHER
    focused: bool = False
    screen_on: bool = True
    texts: dict[str, str] = field(default_factory=dict[str, str])
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    touches: list[Point] = field(default_factory=list[Point])
    keyboard: Rect | None = None
    readers: set[asyncio.Queue[TouchEvent | None]] = field(default_factory=set[asyncio.Queue[TouchEvent | None]])

    @property
    def text_field(self) -> Rect:
        """Where every app has its text field."""
        return Rect(self.size.width // 10, self.size.height // 4, self.size.width * 9 // 10, self.size.height // 3)

    @property
    def in_front(self) -> AppInFront:
        """The app in front."""
        return AppInFront(self.front, f"{self.front}.Main")

    def start(self, package: str) -> None:
        """Bring an app to the front."""
        self.front, self.focused = package, False

    def stop(self, package: str) -> None:
        """End an app; what was typed into it stays."""
        if self.front == package:
            self.start(LAUNCHER)

    def touch(self, point: Point) -> None:
        """Touch the display: the text field takes the focus, or loses it."""
        self.touches.append(point)
        self.focused = self.front != LAUNCHER and self.text_field.contains(point)

    def feel(self, event: TouchEvent) -> None:
        """Take what a person's hand does: it acts on the phone when the finger is lifted, and its readers are told."""
        if isinstance(event, ButtonEvent):
            self.press(event.key)
        elif isinstance(event, FingerEvent) and event.phase is Phase.UP:
            self.touch(event.point)
        for reader in self.readers:
            reader.put_nowait(event)

    def stir(self) -> None:
        """Let whoever reads the touches look at how the phone is."""
        for reader in self.readers:
            reader.put_nowait(None)

    def type_text(self, text: str) -> None:
        """Type into the focused field."""
        if self.focused:
            self.texts[self.front] = self.texts.get(self.front, "") + text

    def press(self, key: Key) -> None:
        """Press a key."""
        if key in (Key.HOME, Key.BACK, Key.RECENTS):
            self.start(LAUNCHER)
        elif key is Key.DELETE and self.focused:
            self.texts[self.front] = self.texts.get(self.front, "")[:-1]
        elif key is Key.WAKE:
            self.screen_on = True

    def paint(self) -> Pixels:
        """Return what the display shows, RGBA: a colour for the app, and bars for the bits of the text's checksum."""
        pixels = np.zeros((self.size.height, self.size.width, 4), np.uint8)
        pixels[..., 3] = 255
        if self.screen_on and not self.secure:
            pixels[..., :3] = list(zlib.crc32(self.front.encode()).to_bytes(4, "big")[:3])
            self._paint_field(pixels[self.text_field.y1 : self.text_field.y2, self.text_field.x1 : self.text_field.x2])
        pixels.flags.writeable = False
        return pixels

    def _paint_field(self, area: Pixels) -> None:
        area[..., :3] = 255 if self.focused else 200
        checksum = zlib.crc32(self.texts.get(self.front, "").encode())
        for bit in range(32):
            if checksum >> bit & 1:
                area[_BAR:-_BAR, bit * _BAR : (bit + 1) * _BAR, :3] = 0

    def ui_tree(self) -> UiNode:
        """Return the tree of the app in front."""
        text_field = UiNode(
            text=self.texts.get(self.front, ""),
            resource_id=f"{self.front}:id/text",
            class_name="android.widget.EditText",
            package=self.front,
            bounds=self.text_field,
            focused=self.focused,
        )
        window = UiNode(
            class_name="android.widget.FrameLayout",
            package=self.front,
            bounds=Rect(0, 0, self.size.width, self.size.height),
            children=() if self.front == LAUNCHER else (text_field,),
        )
        return UiNode(children=(window,))
