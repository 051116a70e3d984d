"""Text: the shipped typeface, its measures, and lines of it as masks."""

import functools
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from drover.simulator.display.marks import Weight

Mask = npt.NDArray[np.uint8]

_FOLDER = Path(__file__).with_name("fonts")
_ELLIPSIS = "\u2026"
_UNITS_PER_EM = 2048


@functools.cache
def _font(weight: Weight, size: float) -> ImageFont.FreeTypeFont:
    # The basic layout engine alone gives the same pixels on every machine: the other one needs a system library.
    return ImageFont.truetype(_FOLDER / f"{weight.value}.ttf", size, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def _advance(character: str, weight: Weight) -> float:
    """Return how far one character advances, in ems. At the typeface's own resolution advances are not rounded."""
    return _font(weight, _UNITS_PER_EM).getlength(character) / _UNITS_PER_EM


def width(text: str, weight: Weight, size: float) -> float:
    """Return how far `text` advances, in the unit of `size`."""
    return sum(_advance(character, weight) for character in text) * size


@functools.lru_cache(maxsize=4096)
def extent(text: str, weight: Weight, size: float) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the ink, relative to the start of the baseline."""
    boxes = [(x, _font(weight, size).getbbox(character, anchor="ls")) for character, x in _placed(text, weight, size)]
    if not boxes:
        return 0, 0, 0, 0
    return (
        math.floor(min(x + box[0] for x, box in boxes)),
        math.floor(min(box[1] for _, box in boxes)),
        math.ceil(max(x + box[2] for x, box in boxes)),
        math.ceil(max(box[3] for _, box in boxes)),
    )


@functools.lru_cache(maxsize=2048)
def line(text: str, weight: Weight, size: float) -> tuple[Mask, int, int]:
    """Return the mask of one line, and where it lies relative to the start of the baseline: (mask, dx, dy).

    Characters stand at fractions of a pixel, as on a phone: rounded advances would make a line of a narrow display
    another picture than the same line of a wide one.
    """
    left, top, right, bottom = extent(text, weight, size)
    image = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    draw, font = ImageDraw.Draw(image), _font(weight, size)
    for character, x in _placed(text, weight, size):
        draw.text((x - left, -top), character, fill=255, font=font, anchor="ls")
    return np.asarray(image), left, top


def _placed(text: str, weight: Weight, size: float) -> Iterator[tuple[str, float]]:
    x = 0.0
    for character in text:
        yield character, x
        x += _advance(character, weight) * size


def shortened(text: str, weight: Weight, size: float, limit: float) -> str:
    """Return `text`, cut and ended with an ellipsis where it is wider than `limit`."""
    if width(text, weight, size) <= limit:
        return text
    kept = text
    while kept and width(kept + _ELLIPSIS, weight, size) > limit:
        kept = kept[:-1]
    return kept.rstrip() + _ELLIPSIS


def _broken(word: str, weight: Weight, size: float, limit: float) -> list[str]:
    parts = [""]
    for character in word:
        if parts[-1] and width(parts[-1] + character, weight, size) > limit:
            parts.append("")
        parts[-1] += character
    return parts


def wrapped(text: str, weight: Weight, size: float, limit: float) -> tuple[str, ...]:
    """Return `text` in lines no wider than `limit`, broken at spaces and newlines; every character is kept.

    The space or newline at which a line was broken stays at the end of that line.
    """
    lines: list[str] = []
    for paragraph in text.splitlines(keepends=True) or [""]:
        current = ""
        for word in paragraph.replace(" ", " \0").split("\0"):
            if current and width((current + word).rstrip(), weight, size) > limit:
                lines.append(current)
                current = ""
            pieces = _broken(word, weight, size, limit)
            for piece in pieces[:-1]:
                lines.append(current + piece)
                current = ""
            current += pieces[-1]
        lines.append(current)
    if text.endswith("\n"):
        lines.append("")
    return tuple(lines)


def paragraph(text: str, weight: Weight, size: float, limit: float, *, lines: int) -> tuple[str, ...]:
    """Return at most `lines` lines for display, the last one ended with an ellipsis where text is left over."""
    every = [part.rstrip() for part in wrapped(text, weight, size, limit)]
    if len(every) <= lines:
        return tuple(every)
    return (*every[: lines - 1], shortened(" ".join(every[lines - 1 :]), weight, size, limit))
