"""From scenes to pixels: sheets are painted once and kept, frames are composed of them by copies and blends."""

import functools
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from drover.simulator.cache import ByteCache
from drover.simulator.display.canvas import painted
from drover.simulator.display.marks import (
    DISPLAY,
    Box,
    DisplayScene,
    Fill,
    Gradient,
    Group,
    Layer,
    Placed,
    Shade,
    Sheet,
)

Pixels = npt.NDArray[np.uint8]
Corners = tuple[int, int, int, int]

CACHE_BYTES = 96 * 1024 * 1024
_OPAQUE = 255
_BLACK = np.array((0, 0, 0, _OPAQUE), np.uint8).view(np.uint32)[0]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Premultiplied RGBA pixels; `holes` is 255 minus alpha for each channel, None where all is opaque."""

    pixels: Pixels
    holes: Pixels | None

    @property
    def weight_bytes(self) -> int:
        """What it takes in memory."""
        return self.pixels.nbytes + (0 if self.holes is None else self.holes.nbytes)


@dataclass(frozen=True, slots=True, eq=False)
class _Board:
    """Where layers are laid: pixels, their scale, and where the display's top left corner lies in them."""

    pixels: Pixels
    scale: float
    x: int = 0
    y: int = 0

    def moved(self, dx: int, dy: int) -> "_Board":
        """Return the part of the board that a display moved by (dx, dy) pixels covers."""
        high, wide = self.pixels.shape[:2]
        part = self.pixels[max(0, dy) : max(0, high + dy), max(0, dx) : max(0, wide + dx)]
        return _Board(part, self.scale, min(0, dx), min(0, dy))

    def corners(self, box: Box) -> Corners:
        """Return x1, y1, x2, y2 of a box in reference pixels."""
        x1, y1, x2, y2 = box.scaled(self.scale)
        return x1 + self.x, y1 + self.y, x2 + self.x, y2 + self.y


class Painter:
    """Paints scenes. Pure in its results, thread-safe, and shared by all handsets of a process for its sheets.

    At most `cache_bytes` of painted sheets are held.
    """

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        self._pictures: ByteCache[Picture] = ByteCache(cache_bytes, lambda picture: picture.weight_bytes)
        self._painting = threading.Lock()
        # Frames are composed in one place: fresh memory of that size costs more than the composing.
        self._desk: Pixels = np.empty((0, 0, 4), np.uint8)
        self._side_desk = self._desk

    @property
    def held_bytes(self) -> int:
        """How much the cache holds."""
        return self._pictures.held_bytes

    def paint(self, scene: DisplayScene) -> bytes:
        """Return the scene as RGBA, height*width*4 bytes."""
        # One scene is painted at a time: phones that show the same page at once then paint its sheets once.
        with self._painting:
            shape = (scene.height, scene.width, 4)
            if self._desk.shape != shape:
                self._desk, self._side_desk = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
            wide = scene.width - scene.left
            for side in (self._desk[:, : scene.left], self._desk[:, wide:]):
                side.view(np.uint32)[...] = _BLACK
            self._compose(_Board(self._desk[:, scene.left : wide], scene.scale), scene.layers)
            return self._desk.tobytes()

    def _compose(self, board: _Board, layers: Sequence[Layer | Group]) -> None:
        if not _covers(layers):
            board.pixels.view(np.uint32)[...] = _BLACK
        for layer in layers:
            match layer:
                case Placed(sheet, dx, dy, opacity, clip):
                    at = board.corners(sheet.box.moved(dx, dy))[:2]
                    within = None if clip is None else board.corners(clip)
                    _lay(board.pixels, self._sheet(sheet, board.scale), at, opacity, within)
                case Shade(strength):
                    cv2.LUT(board.pixels, _darkening(round(strength * 100)), board.pixels)
                case Group():
                    self._lay_group(board, layer)

    def _lay_group(self, board: _Board, group: Group) -> None:
        """Lay a group: an opaque one is composed in its place, a translucent one on the side desk first."""
        dx, dy = round(group.dx * board.scale), round(group.dy * board.scale)
        if group.opacity >= 1:
            self._compose(board.moved(dx, dy), group.layers)
        elif group.opacity > 0:
            high, wide = board.pixels.shape[:2]
            side = self._side_desk[:high, :wide]
            self._compose(_Board(side, board.scale), group.layers)
            _lay(board.pixels, Picture(side, None), (dx, dy), group.opacity, None)

    def _sheet(self, sheet: Sheet, scale: float) -> Picture:
        key = (sheet, scale)
        found = self._pictures.find(key)
        if found is None:
            found = _picture(painted(sheet, scale))
            self._pictures.keep(key, found)
        return found


def _picture(pixels: Pixels) -> Picture:
    alpha = cv2.extractChannel(pixels, 3)
    if cv2.minMaxLoc(alpha)[0] == _OPAQUE:
        return Picture(pixels, None)
    return Picture(pixels, np.asarray(cv2.bitwise_not(cv2.merge([alpha] * 4)), np.uint8))


def _covers(layers: Sequence[Layer | Group]) -> bool:
    """Whether the first layer is known to paint every pixel, so that black need not be laid first."""
    match layers[:1]:
        case (Placed(sheet, 0, 0, opacity, None),):
            return opacity >= 1 and _is_ground(sheet)
        case (Group(_, 0, 0, opacity),):
            return opacity >= 1
        case _:
            return False


def _is_ground(sheet: Sheet) -> bool:
    match sheet.marks[:1]:
        case (Fill(box, colour),):
            return box == DISPLAY and colour[3] == _OPAQUE
        case (Gradient(box, start, end),):
            return box == DISPLAY and start[3] == end[3] == _OPAQUE
        case _:
            return False


@functools.lru_cache(maxsize=128)
def _darkening(percent: int) -> Pixels:
    steps = np.arange(256, dtype=np.float32) * (1 - percent / 100)
    table = np.empty((1, 256, 4), np.uint8)
    table[0, :, :3] = np.round(steps).astype(np.uint8)[:, None]
    table[0, :, 3] = np.arange(256)
    return table


def _lay(frame: Pixels, source: Picture, at: tuple[int, int], opacity: float, clip: Corners | None) -> None:
    """Lay a picture over the frame at a place, cut to the frame and the clip."""
    x, y = at
    high, wide = source.pixels.shape[:2]
    left, top, right, bottom = clip or (0, 0, frame.shape[1], frame.shape[0])
    x1, y1 = max(x, left, 0), max(y, top, 0)
    x2, y2 = min(x + wide, right, frame.shape[1]), min(y + high, bottom, frame.shape[0])
    if x1 >= x2 or y1 >= y2 or opacity <= 0:
        return
    rows, columns = slice(y1 - y, y2 - y), slice(x1 - x, x2 - x)
    target, pixels = frame[y1:y2, x1:x2], source.pixels[rows, columns]
    if source.holes is None:
        target[...] = pixels if opacity >= 1 else cv2.addWeighted(target, 1 - opacity, pixels, opacity, 0)
        return
    holes = source.holes[rows, columns]
    if opacity < 1:
        pixels = cv2.convertScaleAbs(pixels, alpha=opacity)
        holes = cv2.bitwise_not(cv2.convertScaleAbs(cv2.bitwise_not(holes), alpha=opacity))
    target[...] = cv2.add(cv2.multiply(target, holes, scale=1 / 255), pixels)


@functools.cache
def process_painter() -> Painter:
    """Return the painter that all handsets of this process share, so that equal sheets are painted once."""
    return Painter()
