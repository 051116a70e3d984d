"""A memory phone whose shop has an on-screen keyboard in two layouts, and maps of it made from its own frames."""

from dataclasses import dataclass

from drover.devices.frame import Pixels
from drover.devices.geometry import Point, Rect
from drover.devices.uitree import UiNode
from drover.drivers.memory.phone import SIZE
from drover.screens.keyboard import KeyboardLayer, KeyboardLook, KeyboardMap
from drover.screens.regions import Region
from tests.sequences.player.shop import PACKAGE, ShopPhone, crop, texture

MARK = Rect(10, 400, 260, 440)
COLUMN = 45
# Layout -> layer -> keys from the left; `^` leads to the other layer of letters, `@` to the next layout.
FACES = {
    "plain": {"lower": "abc^@ ", "upper": "ABC^@ "},
    "umlauts": {"lower": "äöü^@b", "upper": "ÄÖÜ^@B"},
}
OTHER = {"lower": "upper", "upper": "lower"}


def key_rect(place: int) -> Rect:
    return Rect(place * COLUMN, 480, (place + 1) * COLUMN, 560)


@dataclass
class KeyboardPhone(ShopPhone):
    """The keyboard is up while a field has the focus; capitals last for one letter. `keyboard` names another one.

    `lost_keys` of the next touches on the keyboard are lost; `layouts` are those switched on.
    """

    layout: str = "plain"
    layer: str = "lower"
    layouts: tuple[str, ...] = ("plain", "umlauts")
    foreign: bool = False
    lost_keys: int = 0
    obscured: bool = False
    injected: int = 0

    def touch(self, point: Point) -> None:
        place = point.x // COLUMN
        if not (self.focused and key_rect(place).contains(point)):
            super().touch(point)
        elif self.lost_keys:
            self.lost_keys -= 1
        else:
            self._press_key(FACES[self.layout][self.layer][place])

    def _press_key(self, key: str) -> None:
        if key == "^":
            self.layer = OTHER[self.layer]
        elif key == "@":
            self.layout = self.layouts[(self.layouts.index(self.layout) + 1) % len(self.layouts)]
            self.layer = "lower"
        else:
            self.texts[self.front] = self.texts.get(self.front, "") + key
            self.layer = "lower"

    def type_text(self, text: str) -> None:
        self.injected += 1
        super().type_text(text)

    def paint(self) -> Pixels:
        pixels = super().paint()
        if self.focused:
            texture(pixels, MARK, "foreign" if self.foreign else f"{self.layout} {self.layer}")
        return pixels

    def ui_tree(self) -> UiNode:
        tree = super().ui_tree()
        if not self.obscured:
            return tree
        window, *rest = tree.children
        dotted = UiNode(
            text="\u2022" * len(self.texts.get(PACKAGE, "")),
            resource_id="field",
            class_name="android.widget.EditText",
            bounds=self.text_field,
            focused=self.focused,
            password=True,
        )
        return UiNode(children=(UiNode(bounds=window.bounds, children=(dotted,)), *rest))


def keyboard_map(layout: str) -> KeyboardMap:
    layers: list[KeyboardLayer] = []
    for layer, faces in FACES[layout].items():
        phone = KeyboardPhone("x", front=PACKAGE, page="cart", shown="cart", focused=True, layout=layout, layer=layer)
        look = KeyboardLook("light", (Region("mark", MARK, crop(phone.paint(), MARK)),))
        keys = {key: key_rect(place) for place, key in enumerate(faces)}
        named = {{"^": "shift", "@": "globe"}.get(key, key): rect for key, rect in keys.items()}
        layers.append(
            KeyboardLayer(layer, named, {"shift": OTHER[layer]}, (look,), "lower" if layer == "upper" else None)
        )
    return KeyboardMap(layout, layout, SIZE, tuple(layers), "globe")


MAPS = {layout: keyboard_map(layout) for layout in FACES}
