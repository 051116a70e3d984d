"""Words written on a picture."""

import functools
from typing import Final

from drover.simulator.display import typeface
from drover.simulator.display.marks import Box, Fill, Label, Mark, Sheet, Weight, rgb

SIZE: Final = 60
_LEADING: Final = 78
_LIMIT: Final = 820
_LINES: Final = 4
_WHITE: Final = rgb(0xFFFFFF)
_BACK: Final = rgb(0x12101A, 190)


@functools.lru_cache(maxsize=128)
def overlay(text: str, hint: str, cursor: int | None, middle: tuple[int, int]) -> Sheet:
    """Return a dark plate with white words around a point, wide and high as they need; `cursor` shows a caret."""
    lines = typeface.wrapped(text, Weight.MEDIUM, SIZE, _LIMIT) if text else (hint,)
    lines = lines[-_LINES:] if cursor is not None else lines[:_LINES]
    x, y = middle
    half_width = round(max(typeface.width(line.rstrip(), Weight.MEDIUM, SIZE) for line in lines) / 2) + 44
    half_height = len(lines) * _LEADING // 2 + 20
    box = Box(x - half_width, y - half_height, x + half_width, y + half_height)
    tone = _WHITE if text else rgb(0xFFFFFF, 190)
    marks: list[Mark] = [Fill(box, _BACK, 32)]
    first = box.y1 + 20 + round(_LEADING * 0.7)
    for row, line in enumerate(lines):
        marks.append(Label(x, first + row * _LEADING, line.rstrip(), SIZE, Weight.MEDIUM, tone, "centre"))
    if cursor is not None:
        marks.append(_caret(text, lines, cursor, x, first))
    return Sheet(box, tuple(marks))


def _caret(text: str, lines: tuple[str, ...], cursor: int, x: int, first: int) -> Fill:
    """Return the caret; in words too long to be shown whole it stands in the lines that are."""
    left = max(0, cursor - (len(text) - sum(len(line) for line in lines))) if text else 0
    row = 0
    while row < len(lines) - 1 and left > len(lines[row]):
        left -= len(lines[row])
        row += 1
    line = lines[row].rstrip()
    start = x - typeface.width(line, Weight.MEDIUM, SIZE) / 2
    at = round(start + typeface.width(line[:left], Weight.MEDIUM, SIZE)) + 2
    baseline = first + row * _LEADING
    return Fill(Box(at, baseline - 52, at + 6, baseline + 14), _WHITE)
