"""Parts of pages: buttons, fields, bars, avatars, cards, as marks in the colours of a palette."""

import functools
from dataclasses import dataclass

from drover.simulator.display import typeface
from drover.simulator.display.marks import (
    REFERENCE_WIDTH,
    Arc,
    Box,
    Colour,
    Fill,
    Flow,
    Gradient,
    Label,
    Mark,
    Outline,
    Sheet,
    Symbol,
    Weight,
    faded,
    rgb,
)
from drover.simulator.display.palette import Palette

STATUS_BAR = Box(0, 0, REFERENCE_WIDTH, 84)
APP_BAR = Box(0, 84, REFERENCE_WIDTH, 232)
MARGIN = 54
FIELD_TEXT = 44
FIELD_LINE = 58
_FIELD_INSET = 36
CAP_SHARE = 0.36  # half of a capital's height, as a share of the type size: centres text on a middle line
_AVATAR_TONES = (
    (rgb(0xFF8A73), rgb(0xD9386A)),
    (rgb(0x6FD3C1), rgb(0x16807F)),
    (rgb(0x8FA2FF), rgb(0x4A3FC9)),
    (rgb(0xFFC65C), rgb(0xE0762B)),
    (rgb(0xC99BFF), rgb(0x7A35B8)),
    (rgb(0x7CC4FF), rgb(0x2267C4)),
)
SPINNER_STEPS = 12


def centred(y: int, size: int) -> int:
    """Return the baseline that centres capitals of `size` on `y`."""
    return round(y + size * CAP_SHARE)


def ink(label: Label) -> Box:
    """Return the box that the label's ink fills."""
    left, top, right, bottom = typeface.extent(label.text, label.weight, label.size)
    share = {"left": 0.0, "centre": 0.5, "right": 1.0}[label.align]
    start = label.x - round(typeface.width(label.text, label.weight, label.size) * share)
    return Box(start + left, label.y + top, start + right, label.y + bottom)


def paragraph(
    text: str, origin: tuple[int, int], style: tuple[int, Weight, Colour], limit: int, *, lines: int, leading: int
) -> tuple[Label, ...]:
    """Return `text` in at most `lines` lines, `leading` apart, the first on the baseline `origin`."""
    size, weight, colour = style
    parts = typeface.paragraph(text, weight, size, limit, lines=lines)
    return tuple(
        Label(
            origin[0],
            origin[1] + row * leading,
            part,
            size,
            weight,
            colour,
            flow=Flow(text, limit, lines, leading, row),
        )
        for row, part in enumerate(parts)
    )


def button(palette: Palette, box: Box, text: str, *, filled: bool = True, size: int = 44) -> tuple[Mark, ...]:
    """Return a pill with a text: `filled` for the main act of a page, else tinted."""
    x, y = box.middle
    back, front = (palette.primary, palette.on_primary) if filled else (palette.tint, palette.on_tint)
    return (
        Fill(box, back, 9999),
        Label(x, centred(y, size), text, size, Weight.MEDIUM, front, "centre"),
    )


def avatar(x: int, y: int, radius: int, name: str, tone: int) -> tuple[Mark, ...]:
    """Return a round avatar with the initials of `name`."""
    start, end = _AVATAR_TONES[tone % len(_AVATAR_TONES)]
    initials = "".join(word[0] for word in name.split()[:2]).upper() or "?"
    size = round(radius * 0.78)
    return (
        Gradient(Box(x - radius, y - radius, x + radius, y + radius), start, end, 9999),
        Label(x, centred(y, size), initials, size, Weight.MEDIUM, rgb(0xFFFFFF), "centre", fixed=True),
    )


def app_bar(palette: Palette, title: Label) -> tuple[Mark, ...]:
    """Return the bar below the status bar, with its title and the hairline under it."""
    return (
        Fill(Box(0, 0, REFERENCE_WIDTH, APP_BAR.y2), palette.surface),
        Fill(Box(0, APP_BAR.y2 - 2, REFERENCE_WIDTH, APP_BAR.y2), palette.outline),
        title,
    )


def title(palette: Palette, text: str, x: int = MARGIN) -> Label:
    """Return an app bar's title."""
    return Label(x, centred(158, 56), text, 56, Weight.BOLD, palette.text)


@functools.cache
def spinner(colour: Colour, x: int, y: int, radius: int, step: int) -> Sheet:
    """Return a spinner in its `step` of SPINNER_STEPS."""
    turn = 360 * step // SPINNER_STEPS
    box = Box(x - radius - 4, y - radius - 4, x + radius + 4, y + radius + 4)
    width = max(8, radius // 6)
    return Sheet(
        box,
        (
            Arc(x, y, radius, width, 0, 360, faded(colour, 0.18)),
            Arc(x, y, radius, width, turn, 100, colour),
        ),
    )


@functools.lru_cache(maxsize=16)
def snackbar(palette: Palette, text: str, bottom: int) -> Sheet:
    """Return a short notice whose lower edge is at `bottom`."""
    box = Box(MARGIN - 18, bottom - 132, REFERENCE_WIDTH - MARGIN + 18, bottom)
    size = 42
    return Sheet(
        box,
        (
            Fill(box, palette.snackbar, 28),
            Symbol("check", box.x1 + 74, box.middle[1], 52, palette.on_snackbar),
            Label(box.x1 + 124, centred(box.middle[1], size), text, size, Weight.MEDIUM, palette.on_snackbar),
        ),
    )


@dataclass(frozen=True, slots=True)
class FieldLook:
    """How a text field looks. `cursor` counts characters from the start; None hides the caret."""

    box: Box
    text: str
    hint: str
    cursor: int | None
    focused: bool
    wrong: bool = False
    prefix: str = ""
    icon: str = ""


def _field_frame(palette: Palette, look: FieldLook) -> tuple[Mark, ...]:
    lively = look.focused or look.wrong
    edge = palette.error if look.wrong else palette.primary
    return (
        Fill(look.box, palette.surface if look.focused else palette.field, 28),
        Outline(look.box, edge if lively else palette.outline, 28, 5 if lively else 3),
    )


def _text_size(palette: Palette) -> int:
    return round(FIELD_TEXT * palette.text_scale)


def _written(text: str, x: int, baseline: int, palette: Palette, colour: Colour, clip: Box) -> Label:
    """Return a field's text: it has the wanted size already, as its caret has to stand where its letters end."""
    return Label(x, baseline, text, _text_size(palette), Weight.REGULAR, colour, clip=clip, fixed=True)


def _caret(palette: Palette, x: float, baseline: int) -> Fill:
    left, scale = round(x) - 2, palette.text_scale
    return Fill(Box(left, baseline - round(42 * scale), left + 5, baseline + round(12 * scale)), palette.primary)


def _one_line(palette: Palette, look: FieldLook, inner: Box) -> tuple[Mark, ...]:
    size = _text_size(palette)
    baseline = centred(look.box.middle[1], size)
    cursor = len(look.text) if look.cursor is None else look.cursor
    reach = typeface.width(look.text[:cursor], Weight.REGULAR, size)
    start = inner.x1 - round(max(0.0, reach - (inner.width - 8)))
    colour = palette.text if look.text else palette.faint
    marks: list[Mark] = [_written(look.text or look.hint, start, baseline, palette, colour, inner)]
    if look.cursor is not None:
        marks.append(_caret(palette, start + reach, baseline))
    return tuple(marks)


def _many_lines(palette: Palette, look: FieldLook, inner: Box) -> tuple[Mark, ...]:
    size, line_height = _text_size(palette), round(FIELD_LINE * palette.text_scale)
    first = look.box.y1 + 30 + size
    if not look.text:
        hint = _written(look.hint, inner.x1, first, palette, palette.faint, inner)
        return (hint,) if look.cursor is None else (hint, _caret(palette, inner.x1, first))
    lines = typeface.wrapped(look.text, Weight.REGULAR, size, inner.width)
    cursor = len(look.text) if look.cursor is None else look.cursor
    row, column = _row_of(lines, cursor)
    fitting = max(1, inner.height // line_height)
    top = max(0, row - fitting + 1) if look.focused else 0
    marks: list[Mark] = [
        _written(line.rstrip(), inner.x1, first + place * line_height, palette, palette.text, inner)
        for place, line in enumerate(lines[top : top + fitting])
    ]
    if look.cursor is not None:
        reach = typeface.width(lines[row][:column].rstrip("\n"), Weight.REGULAR, size)
        marks.append(_caret(palette, min(inner.x1 + reach, inner.x2), first + (row - top) * line_height))
    return tuple(marks)


def _row_of(lines: tuple[str, ...], cursor: int) -> tuple[int, int]:
    left = cursor
    for row, line in enumerate(lines[:-1]):
        if left < len(line):
            return row, left
        left -= len(line)
    return len(lines) - 1, left


@functools.lru_cache(maxsize=1024)
def field(palette: Palette, look: FieldLook) -> Sheet:
    """Return a text field; boxes higher than 160 wrap their text. The sheet covers the whole box."""
    wide = look.box.height > 160  # noqa: PLR2004  # a single line's field is 132 high
    inset = _FIELD_INSET + (70 if look.icon else 0)
    inner = Box(look.box.x1 + inset, look.box.y1 + 16, look.box.x2 - _FIELD_INSET, look.box.y2 - 12)
    marks: list[Mark] = list(_field_frame(palette, look))
    if look.icon:
        marks.append(Symbol(look.icon, look.box.x1 + 64, look.box.middle[1], 52, palette.muted))
    if look.prefix:
        baseline = centred(look.box.middle[1], _text_size(palette))
        at = _written(look.prefix, inner.x1, baseline, palette, palette.muted, inner)
        marks.append(at)
        inner = Box(ink(at).x2 + 6, inner.y1, inner.x2, inner.y2)
    marks.extend(_many_lines(palette, look, inner) if wide else _one_line(palette, look, inner))
    return Sheet(look.box, tuple(marks))
