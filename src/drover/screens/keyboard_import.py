"""From old flat maps, which name points or rectangles of one keyboard, to maps with layers."""

from collections.abc import Mapping
from itertools import combinations
from typing import Annotated, Final

from pydantic import Field, RootModel

from drover.devices.frame import Frame
from drover.devices.geometry import Point, Rect, Size
from drover.platform.documents import BadDocument, Fault, parse
from drover.screens.documents import KeyName
from drover.screens.keyboard import ENTER, SPACE, KeyboardLayer, KeyboardLook, KeyboardMap
from drover.screens.parts import MIN_DEVIATION
from drover.screens.pictures import crop_of
from drover.screens.regions import Region

LOWER, UPPER, SYMBOLS = "lower", "upper", "symbols"
SHIFT, GLOBE, DELETE = "shift", "globe", "delete"
# Names that old maps have for keys, in small letters -> the name here.
_NAMES: Final[Mapping[str, str]] = {
    " ": SPACE,
    "spacebar": SPACE,
    "\n": ENTER,
    "return": ENTER,
    "go": ENTER,
    "backspace": DELETE,
    "del": DELETE,
    "caps": SHIFT,
    "capslock": SHIFT,
    "lang": GLOBE,
    "language": GLOBE,
    "?123": SYMBOLS,
    "123": SYMBOLS,
    "sym": SYMBOLS,
}
_LEAST_HALF, _MOST_HALF = 4, 60
_LEAST_APART = 16
"""Points nearer than so many pixels are meant to be one place, on several layers."""
_LINE_SHARE = 0.3
"""How much of a row's height, to each side of its middle, is taken as what the row is recognised by."""


_Number = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]


class _FlatMap(RootModel[dict[KeyName, Annotated[list[_Number], Field(min_length=2, max_length=4)]]]):
    """Keys by what they type or are called, at a point or a rectangle."""


def import_flat(
    text: str, *, file: str, name: str, reference: Size, frames: Mapping[str, Frame] | None = None
) -> KeyboardMap:
    """Return the map of the flat map in `text`, whose pixels are those of a display of the size `reference`.

    `frames`, by layer, show the keyboard: what a layer is recognised by is cut out of them. A layer without a frame is
    never recognised, and so not typed on. Raises BadDocument, naming `file` and all that is wrong.
    """
    boxes = _boxes(parse(_FlatMap, text, file).root, reference, file)
    layers = _layers(boxes, file)
    shown = frames or {}
    unknown = sorted(set(shown) - {layer.name for layer in layers})
    if unknown:
        hint = f"it has: {', '.join(layer.name for layer in layers)}"
        raise BadDocument(file, [Fault("", f"has no layer {', '.join(unknown)} to which a frame was given", hint)])
    seen = tuple(
        _with_look(layer, shown[layer.name], reference, file) if layer.name in shown else layer for layer in layers
    )
    return KeyboardMap(name, name, reference, seen, GLOBE if GLOBE in boxes else None)


def _boxes(flat: Mapping[str, list[float]], reference: Size, file: str) -> dict[str, Rect]:
    faults: list[Fault] = []
    named: dict[str, list[float]] = {}
    for given, numbers in flat.items():
        key = _NAMES.get(given.lower(), given if len(given) == 1 else given.lower())
        if key in named:
            faults.append(Fault(given, f"is there twice, as '{key}' too", "remove one"))
        named[key] = numbers
    points = [Point(round(n[0]), round(n[1])) for n in named.values() if len(n) == 2]  # noqa: PLR2004  x and y
    half = _half(points)
    boxes: dict[str, Rect] = {}
    for key, numbers in named.items():
        rect = _rect([round(number) for number in numbers], half, reference)
        if rect is None:
            cure = (
                f"give [x, y] or [x1, y1, x2, y2] within {reference.width}x{reference.height}, or the display's --size"
            )
            faults.append(Fault(key, f"is at {numbers}, which is no place on the display", cure))
        else:
            boxes[key] = rect
    if faults:
        raise BadDocument(file, faults)
    if not boxes:
        raise BadDocument(file, [Fault("", "has no keys", "it is probably not the file meant")])
    return boxes


def _half(points: list[Point]) -> int:
    """Return half the side of the square that stands for a point: those of neighbours do not meet."""
    apart = [max(abs(one.x - other.x), abs(one.y - other.y)) for one, other in combinations(points, 2)]
    nearest = min((distance for distance in apart if distance >= _LEAST_APART), default=2 * _MOST_HALF)
    return max(_LEAST_HALF, min(_MOST_HALF, nearest // 2 - 1))


def _rect(numbers: list[int], half: int, reference: Size) -> Rect | None:
    match numbers:
        case [x, y] if 0 <= x < reference.width and 0 <= y < reference.height:
            right, bottom = min(reference.width, x + half), min(reference.height, y + half)
            return Rect(max(0, x - half), max(0, y - half), right, bottom)
        case [x1, y1, x2, y2] if 0 <= x1 < x2 <= reference.width and 0 <= y1 < y2 <= reference.height:
            return Rect(x1, y1, x2, y2)
        case _:
            return None


def _layers(boxes: Mapping[str, Rect], file: str) -> tuple[KeyboardLayer, ...]:
    """Return the layers: what lies where a small letter lies is on another one, to which a key must lead."""
    capitals = {key: rect for key, rect in boxes.items() if len(key) == 1 and key.lower() != key}
    rest = {key: rect for key, rect in boxes.items() if key not in capitals}
    letters = {key: rect for key, rect in rest.items() if len(key) == 1 and key.isalpha()}
    signs = {
        key: rect
        for key, rect in rest.items()
        if len(key) == 1 and key not in letters and any(each.contains(rect.center) for each in letters.values())
    }
    lower = {key: rect for key, rect in rest.items() if key not in signs}
    shared = {key: rect for key, rect in lower.items() if key not in letters}
    faults = [
        Fault("", f"has {what} but no key '{key}' that leads to them", f"add the key '{key}'")
        for what, found, key in (("capitals", capitals, SHIFT), ("signs in the letters' places", signs, SYMBOLS))
        if found and key not in boxes
    ]
    if faults:
        raise BadDocument(file, faults)
    ways = {SHIFT: (UPPER, capitals), SYMBOLS: (SYMBOLS, signs)}
    leads = {key: layer for key, (layer, found) in ways.items() if found}
    layers = [KeyboardLayer(LOWER, lower, leads, ())]
    if capitals:
        layers.append(KeyboardLayer(UPPER, {**shared, **capitals}, leads | {SHIFT: LOWER}, (), LOWER))
    if signs:
        free = {
            key: rect for key, rect in shared.items() if not any(rect.contains(sign.center) for sign in signs.values())
        }
        layers.append(KeyboardLayer(SYMBOLS, {**free, **signs}, {SYMBOLS: LOWER} if SYMBOLS in free else {}, ()))
    return tuple(layers)


def _with_look(layer: KeyboardLayer, frame: Frame, reference: Size, file: str) -> KeyboardLayer:
    """Return the layer with what its fullest row looks like on the frame."""
    if frame.size != reference:
        reason = f"is for {reference.width}x{reference.height}, but a frame has {frame.size.width}x{frame.size.height}"
        raise BadDocument(file, [Fault("", reason, "give the size with --size, and frames of that size")])
    where = _fullest_row(layer)
    region = Region("row", where, crop_of(frame, where))
    if float(region.crop.gray.std()) < MIN_DEVIATION:
        reason = f"is not what the frame of {layer.name} shows: there is nothing to see at its keys"
        raise BadDocument(file, [Fault("", reason, "give a frame that shows the keyboard")])
    return KeyboardLayer(
        layer.name, layer.keys, layer.switches, (KeyboardLook("default", (region,)),), layer.after_letter
    )


def _fullest_row(layer: KeyboardLayer) -> Rect:
    """Return the middle of the row with most keys that type something."""
    rects = [rect for key, rect in layer.keys.items() if len(key) == 1]
    rows = [[other for other in rects if abs(other.center.y - rect.center.y) < rect.height // 2] for rect in rects]
    row = max(rows, key=len)
    middle = sum(rect.center.y for rect in row) // len(row)
    reach = max(_LEAST_HALF, round(row[0].height * _LINE_SHARE))
    return Rect(min(rect.x1 for rect in row), middle - reach, max(rect.x2 for rect in row), middle + reach)
