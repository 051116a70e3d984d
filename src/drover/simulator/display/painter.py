"""From scenes to pixels: sheets are painted once, composed by copies and blends, and whole frames are kept."""

import functools
import threading
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from drover.simulator.display.cache import ByteCache
from drover.simulator.display.canvas import painted
from drover.simulator.display.marks import DISPLAY, DisplayScene, Fill, Gradient, Group, Layer, Placed, Shade, Sheet

Pixels = npt.NDArray[np.uint8]

CACHE_BYTES = 256 * 1024 * 1024
_FRAME_SHARE = 0.5
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


def _picture(pixels: Pixels) -> Picture:
    holes = cv2.bitwise_not(cv2.merge([cv2.extractChannel(pixels, 3)] * 4))
    return Picture(pixels, np.asarray(holes, np.uint8) if holes.any() else None)


class Painter:
    """Paints scenes. Pure in its results, thread-safe, and shared by all handsets of a process for its cache.

    Half of `cache_bytes` holds whole frames, half holds painted sheets.
    """

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        frames = int(cache_bytes * _FRAME_SHARE)
        self._frames: ByteCache[bytes] = ByteCache(frames, len)
        self._pictures: ByteCache[Picture] = ByteCache(cache_bytes - frames, lambda picture: picture.weight_bytes)
        self._painting = threading.Lock()
        # Frames are composed in one place: fresh memory of that size costs more than the composing.
        self._desk: Pixels = np.empty((0, 0, 4), np.uint8)

    @property
    def held_bytes(self) -> int:
        """How much the caches hold."""
        return self._frames.held_bytes + self._pictures.held_bytes

    def paint(self, scene: DisplayScene) -> bytes:
        """Return the scene as RGBA, height*width*4 bytes."""
        found = self._frames.find(scene)
        if found is not None:
            return found
        # One scene is painted at a time: phones that show the same page at once then paint it once.
        with self._painting:
            found = self._frames.find(scene)
            if found is None:
                shape = (scene.height, scene.width, 4)
                if self._desk.shape != shape:
                    self._desk = np.empty(shape, np.uint8)
                self._compose(self._desk, scene.layers, scene)
                found = self._desk.tobytes()
                self._frames.keep(scene, found)
            return found

    def _sheet(self, sheet: Sheet, scale: float) -> Picture:
        key = (sheet, scale)
        found = self._pictures.find(key)
        if found is None:
            found = _picture(painted(sheet, scale))
            self._pictures.keep(key, found)
        return found

    def _compose(self, frame: Pixels, layers: tuple[Layer, ...], scene: DisplayScene) -> None:
        if not _covers(layers):
            frame.view(np.uint32)[...] = _BLACK
        for layer in layers:
            match layer:
                case Placed():
                    self._place(frame, layer, scene.scale)
                case Shade(strength):
                    cv2.LUT(frame, _darkening(round(strength * 100)), frame)
                case Group(inner, dx, dy, opacity):
                    at = (round(dx * scene.scale), round(dy * scene.scale))
                    _lay(frame, self._group(inner, scene), at, opacity, None)

    def _group(self, layers: tuple[Layer, ...], scene: DisplayScene) -> Picture:
        key = (scene.width, layers)
        found = self._pictures.find(key)
        if found is None:
            found = Picture(np.empty((scene.height, scene.width, 4), np.uint8), None)
            self._compose(found.pixels, layers, scene)
            self._pictures.keep(key, found)
        return found

    def _place(self, frame: Pixels, placed: Placed, scale: float) -> None:
        source = self._sheet(placed.sheet, scale)
        at = placed.sheet.box.moved(placed.dx, placed.dy).scaled(scale)[:2]
        clip = None if placed.clip is None else placed.clip.scaled(scale)
        _lay(frame, source, at, placed.opacity, clip)


def _covers(layers: tuple[Layer, ...]) -> bool:
    """Whether the first layer is known to paint every pixel, so that black need not be laid first."""
    if not layers or isinstance(layers[0], Shade):
        return False
    first = layers[0]
    whole = isinstance(first, Group) or (first.clip is None and _is_ground(first.sheet))
    return whole and first.dx == first.dy == 0 and first.opacity >= 1


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


def _lay(
    frame: Pixels, source: Picture, at: tuple[int, int], opacity: float, clip: tuple[int, int, int, int] | None
) -> None:
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
        holes = 255 - cv2.convertScaleAbs(255 - holes, alpha=opacity)
    target[...] = cv2.add(cv2.multiply(target, holes, scale=1 / 255), pixels)


@functools.cache
def process_painter() -> Painter:
    """Return the painter that all handsets of this process share, so that equal scenes are painted once."""
    return Painter()
