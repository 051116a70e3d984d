"""Draw the maps of the simulated phone's keyboard again: one for each layout, with its looks, light and dark."""

import shutil
from pathlib import Path

import numpy as np

from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.screens.keyboard import ENTER, KeyboardLayer, KeyboardLook, KeyboardMap
from drover.screens.pictures import crop_of
from drover.screens.regions import Region
from drover.screens.writing import keyboard_path, save_keyboard
from drover.simulator.display.marks import (
    REFERENCE_HEIGHT,
    REFERENCE_WIDTH,
    Box,
    DisplayScene,
    Label,
    Placed,
    Sheet,
)
from drover.simulator.display.painter import process_painter
from drover.simulator.display.palette import PALETTES
from drover.simulator.display.widgets import ink
from drover.simulator.handset import KeyboardName, Theme
from drover.simulator.windowing.keyboard import keyboard
from drover.simulator.windowing.layouts import ENABLED, KEYS, LAYERS, LAYOUTS, keys, next_layer

REGISTRY = Path(__file__).parents[1] / "examples" / "plaza" / "registry"
REFERENCE = Size(REFERENCE_WIDTH, REFERENCE_HEIGHT)
THEMES: tuple[Theme, ...] = ("light", "dark")
LINE = 32
"""Half the height of what is cut out of a row of keys: its letters, and little of what is around them."""


def main() -> None:
    folder = keyboard_path(REGISTRY, "").parent
    shutil.rmtree(folder, ignore_errors=True)
    draw(REGISTRY)
    print(f"wrote {len(ENABLED)} keyboards to {folder.relative_to(Path.cwd())}")


def draw(registry: Path) -> None:
    for layout in ENABLED:
        save_keyboard(keyboard_path(registry, layout), keyboard_map(layout))


def keyboard_map(layout: KeyboardName) -> KeyboardMap:
    return KeyboardMap(
        name=layout,
        title=f"{LAYOUTS[layout].language} ({layout.upper()})",
        reference=REFERENCE,
        layers=tuple(layer(layout, name) for name in LAYERS),
        next_layout="globe",
    )


def layer(layout: KeyboardName, name: str) -> KeyboardLayer:
    everything = keys(layout, name)
    letters = [key for key in everything if key.character.isalpha()]
    follows = next_layer(name, letters[0]) if letters else name
    return KeyboardLayer(
        name=name,
        keys={key.character.strip() or key.name: rect(key.box) for key in everything},
        switches={
            key.name: next_layer(name, key)
            for key in everything
            if not key.character and key.name not in {"globe", "delete", ENTER}
        },
        looks=tuple(look(layout, name, theme) for theme in THEMES),
        after_letter=follows if follows != name else None,
    )


def look(layout: KeyboardName, name: str, theme: Theme) -> KeyboardLook:
    """Return a look: the first row tells the layer, and the layout of letters; symbols differ by the language."""
    sheet = keyboard(PALETTES[theme], layout, name)
    frame = painted(sheet)
    labels = [mark for mark in sheet.marks if isinstance(mark, Label)]
    language = next(label for label in labels if label.text == LAYOUTS[layout].language)
    places = {"first_row": first_row(layout, name), "language": ink(language).grown(10)}
    regions = tuple(Region(each, rect(box), crop_of(frame, rect(box))) for each, box in places.items())
    return KeyboardLook(theme, regions)


def first_row(layout: KeyboardName, name: str) -> Box:
    row = [key.box for key in keys(layout, name) if key.box.y1 == KEYS.y1]
    middle = row[0].middle[1]
    return Box(row[0].x1 + 10, middle - LINE, row[-1].x2 - 10, middle + LINE)


def painted(sheet: Sheet) -> Frame:
    content = process_painter().paint(DisplayScene(REFERENCE.width, REFERENCE.height, (Placed(sheet),)))
    return Frame(np.frombuffer(content, np.uint8).reshape(REFERENCE.height, REFERENCE.width, 4), 1, 0.0)


def rect(box: Box) -> Rect:
    return Rect(box.x1, box.y1, box.x2, box.y2)


if __name__ == "__main__":
    main()
