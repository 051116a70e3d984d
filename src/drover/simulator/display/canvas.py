"""Painting of marks onto premultiplied RGBA pixels."""

import functools

import cv2
import numpy as np
import numpy.typing as npt

from drover.simulator.display import icons, shapes, typeface
from drover.simulator.display.marks import (
    Arc,
    Box,
    Colour,
    Fill,
    Gradient,
    Label,
    Mark,
    Outline,
    Photo,
    Shadow,
    Sheet,
    Symbol,
)
from drover.simulator.display.photo import photo

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint8]
Corners = tuple[int, int, int, int]

_FULL = 255
_ALIGNMENT = {"left": 0.0, "centre": 0.5, "right": 1.0}


def _over(target: Pixels, source: Pixels, mask: Mask) -> None:
    """Lay `source` (opaque) over `target` with the weights of `mask`, in place."""
    weight = cv2.merge([mask] * 4)
    kept = cv2.multiply(target, cv2.bitwise_not(weight), scale=1 / _FULL)
    cv2.add(kept, cv2.multiply(source, weight, scale=1 / _FULL), dst=kept)
    target[...] = kept


@functools.lru_cache(maxsize=512)
def _weighted(colour: Colour) -> Pixels:
    """Return a table from a mask's value to that share of a colour, premultiplied."""
    shares = np.arange(256)[:, None] * (colour[3] / _FULL) / _FULL
    return np.round(shares * (*colour[:3], _FULL)).astype(np.uint8)[None]


@functools.lru_cache(maxsize=64)
def _glazed(colour: Colour) -> Pixels:
    """Return a table from a channel's value to what it is under a translucent colour."""
    share = colour[3] / _FULL
    values = np.arange(256)[:, None] * (1 - share) + np.array((*colour[:3], _FULL)) * share
    return np.round(values).astype(np.uint8)[None]


def _tinted(target: Pixels, colour: Colour, mask: Mask) -> None:
    """Lay one colour over `target` with the weights of `mask` times the colour's own opacity, in place."""
    tint = cv2.LUT(cv2.merge([mask] * 4), _weighted(colour))
    rest = cv2.bitwise_not(cv2.merge([tint[..., 3]] * 4))
    target[...] = cv2.add(cv2.multiply(target, rest, scale=1 / _FULL), tint)


class Canvas:
    """Pixels of one sheet, addressed in reference pixels of the sheet's page and scaled by `scale`."""

    def __init__(self, box: Box, scale: float) -> None:
        x1, y1, x2, y2 = box.scaled(scale)
        self._left, self._top, self._scale = x1, y1, scale
        self.pixels: Pixels = np.zeros((y2 - y1, x2 - x1, 4), np.uint8)
        # One word a pixel: filling is eight times as fast as with four bytes.
        self._words = self.pixels.view(np.uint32)[..., 0]

    def paint(self, mark: Mark) -> None:
        """Paint one mark over what is there."""
        match mark:
            case Fill(box, colour, radius):
                self._fill(self._corners(box), colour, round(radius * self._scale))
            case Outline(box, colour, radius, width):
                self._outline(box, colour, radius, width)
            case Gradient(box, start, end, radius):
                self._gradient(box, start, end, radius)
            case Shadow(box, radius, blur, colour):
                self._shadow(box, radius, blur, colour)
            case Label():
                self._label(mark)
            case Symbol(icon, x, y, size, colour):
                side = max(4, round(size * self._scale))
                self._mask(icons.icon(icon, side), self._x(x) - side // 2, self._y(y) - side // 2, colour)
            case Arc():
                self._arc(mark)
            case Photo(box, seed, radius):
                self._photo(box, seed, radius)

    def _x(self, x: float) -> int:
        return round(x * self._scale) - self._left

    def _y(self, y: float) -> int:
        return round(y * self._scale) - self._top

    def _corners(self, box: Box) -> Corners:
        x1, y1, x2, y2 = box.scaled(self._scale)
        return x1 - self._left, y1 - self._top, x2 - self._left, y2 - self._top

    def _cut(self, x: int, y: int, width: int, height: int) -> Corners | None:
        limit_y, limit_x = self.pixels.shape[:2]
        x1, y1, x2, y2 = max(0, x), max(0, y), min(limit_x, x + width), min(limit_y, y + height)
        return (x1, y1, x2, y2) if x1 < x2 and y1 < y2 else None

    def _mask(self, mask: Mask, x: int, y: int, colour: Colour) -> None:
        cut = self._cut(x, y, mask.shape[1], mask.shape[0])
        if cut is not None:
            x1, y1, x2, y2 = cut
            _tinted(self.pixels[y1:y2, x1:x2], colour, mask[y1 - y : y2 - y, x1 - x : x2 - x])

    def _picture(self, picture: Pixels, x: int, y: int, radius: int) -> None:
        """Lay an opaque picture with round corners: only the corners need mixing."""
        high, wide = picture.shape[:2]
        for dx, dy, dx2, dy2, mask in shapes.pieces(wide, high, radius):
            cut = self._cut(x + dx, y + dy, dx2 - dx, dy2 - dy)
            if cut is None:
                continue
            x1, y1, x2, y2 = cut
            target, source = self.pixels[y1:y2, x1:x2], picture[y1 - y : y2 - y, x1 - x : x2 - x]
            if mask is None:
                target[...] = source
            else:
                left, top = x1 - x - dx, y1 - y - dy
                _over(target, source, mask[top : top + y2 - y1, left : left + x2 - x1])

    def _fill(self, corners: Corners, colour: Colour, radius: int) -> None:
        x1, y1, x2, y2 = corners
        for left, top, right, bottom, mask in shapes.pieces(x2 - x1, y2 - y1, radius):
            if mask is None:
                self._plain((x1 + left, y1 + top, x1 + right, y1 + bottom), colour)
            else:
                self._mask(mask, x1 + left, y1 + top, colour)

    def _plain(self, corners: Corners, colour: Colour) -> None:
        x1, y1, x2, y2 = corners
        cut = self._cut(x1, y1, x2 - x1, y2 - y1)
        if cut is None:
            return
        x1, y1, x2, y2 = cut
        if colour[3] == _FULL:
            self._words[y1:y2, x1:x2] = np.array(colour, np.uint8).view(np.uint32)[0]
        else:
            target = self.pixels[y1:y2, x1:x2]
            target[...] = cv2.LUT(target, _glazed(colour))

    def _outline(self, box: Box, colour: Colour, radius: int, width: int) -> None:
        x1, y1, x2, y2 = self._corners(box)
        round_px = min(round(radius * self._scale), (x2 - x1) // 2, (y2 - y1) // 2)
        self._mask(shapes.outline(x2 - x1, y2 - y1, round_px, max(1.0, width * self._scale)), x1, y1, colour)

    def _gradient(self, box: Box, start: Colour, end: Colour, radius: int) -> None:
        x1, y1, x2, y2 = self._corners(box)
        picture = shapes.gradient(x2 - x1, y2 - y1, start, end, slant=0.5)
        self._picture(picture, x1, y1, round(radius * self._scale))

    def _shadow(self, box: Box, radius: int, blur: int, colour: Colour) -> None:
        x1, y1, x2, y2 = self._corners(box)
        blur_px = round(blur * self._scale)
        mask = shapes.shadow(x2 - x1, y2 - y1, round(radius * self._scale), blur_px)
        left, top = x1 - blur_px, y1 - blur_px
        high, wide = mask.shape
        # What casts the shadow covers its inside: only a frame of it is painted.
        rim = min(2 * blur_px + round(radius * self._scale), high // 2, wide // 2)
        for cx1, cy1, cx2, cy2 in (
            (0, 0, wide, rim),
            (0, high - rim, wide, high),
            (0, rim, rim, high - rim),
            (wide - rim, rim, wide, high - rim),
        ):
            if cx1 < cx2 and cy1 < cy2:
                self._mask(mask[cy1:cy2, cx1:cx2], left + cx1, top + cy1, colour)

    def _label(self, label: Label) -> None:
        size = label.size * self._scale
        mask, dx, dy = typeface.line(label.text, label.weight, size)
        advance = typeface.width(label.text, label.weight, size)
        x = self._x(label.x) - round(advance * _ALIGNMENT[label.align]) + dx
        y = self._y(label.y) + dy
        if label.clip is not None:
            x1, y1, x2, y2 = self._corners(label.clip)
            left, top = max(0, x1 - x), max(0, y1 - y)
            mask = mask[top : max(top, y2 - y), left : max(left, x2 - x)]
            x, y = x + left, y + top
        self._mask(mask, x, y, label.colour)

    def _arc(self, arc: Arc) -> None:
        radius = round(arc.radius * self._scale)
        mask = shapes.arc(radius, arc.width * self._scale, arc.start, arc.sweep)
        self._mask(mask, self._x(arc.x) - radius, self._y(arc.y) - radius, arc.colour)

    def _photo(self, box: Box, seed: int, radius: int) -> None:
        x1, y1, x2, y2 = self._corners(box)
        self._picture(photo(x2 - x1, y2 - y1, seed), x1, y1, round(radius * self._scale))


def painted(sheet: Sheet, scale: float) -> Pixels:
    """Return the sheet's pixels, premultiplied RGBA, of the sheet's box scaled by `scale`."""
    canvas = Canvas(sheet.box, scale)
    for mark in sheet.marks:
        canvas.paint(mark)
    return canvas.pixels
