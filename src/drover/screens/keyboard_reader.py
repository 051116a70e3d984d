"""From a keyboard file to a keyboard map: everything that a form alone cannot say is checked here, with its place."""

from collections.abc import Collection
from pathlib import Path

from drover.devices.geometry import Rect, Size
from drover.screens.documents import KeyboardFile, KeyboardLayerFile
from drover.screens.domain import closest
from drover.screens.keyboard import KeyboardLayer, KeyboardLook, KeyboardMap
from drover.screens.matching.outlining import Outlining
from drover.screens.parts import PartReader
from drover.screens.pictures import Grays


class KeyboardReader:
    """Reads the file at `path`."""

    def __init__(self, path: Path, grays: Grays, outlining: Outlining) -> None:
        self._file = path.name
        self._name = path.stem
        self._parts = PartReader(path, grays, outlining)

    def read(self, document: KeyboardFile) -> KeyboardMap:
        """Return the map. Raises BadDocument with every fault found."""
        if document.name != self._name:
            self._parts.fault("name", f"is '{document.name}', but the file is '{self._file}'", "name both alike")
        names = [layer.name for layer in document.layers]
        self._parts.refuse_twins("layers", names)
        reference = Size(document.reference.width, document.reference.height)
        layers = tuple(
            self._layer(layer, reference, names, f"layers[{index}]") for index, layer in enumerate(document.layers)
        )
        globe = document.next_layout
        if globe is not None and not any(globe in layer.keys for layer in document.layers):
            self._parts.fault("next_layout", f"is '{globe}', a key that no layer has", "name one of the keys")
        self._parts.finish()
        return KeyboardMap(document.name, document.title, reference, layers, globe)

    def _layer(self, document: KeyboardLayerFile, reference: Size, names: list[str], where: str) -> KeyboardLayer:
        self._parts.refuse_twins(f"{where}.looks", [look.name for look in document.looks])
        for key, target in document.switches.items():
            self._known(key, document.keys, f"{where}.switches", "key")
            self._known(target, names, f"{where}.switches.{key}", "layer")
        if document.after_letter is not None:
            self._known(document.after_letter, names, f"{where}.after_letter", "layer")
        keys = {key: self._parts.rect(box, reference, f"{where}.keys.{key}") for key, box in document.keys.items()}
        placed = {key: rect for key, rect in keys.items() if rect is not None}
        self._refuse_overlaps(placed, f"{where}.keys")
        looks = tuple(
            KeyboardLook(
                look.name, self._parts.keyboard_regions(look.regions, reference, f"{where}.looks[{index}].regions")
            )
            for index, look in enumerate(document.looks)
        )
        return KeyboardLayer(document.name, placed, document.switches, looks, document.after_letter)

    def _known(self, name: str, known: Collection[str], where: str, what: str) -> None:
        if name not in known:
            self._parts.fault(where, f"names the {what} '{name}', which is not there", closest(name, known))

    def _refuse_overlaps(self, keys: dict[str, Rect], where: str) -> None:
        """Refuse keys whose middles lie on another key: who touches one would type the other."""
        for key, rect in keys.items():
            under = [name for name, other in keys.items() if name != key and other.contains(rect.center)]
            if under:
                self._parts.fault(f"{where}.{key}", f"has its middle on the key '{under[0]}'", "correct one of the two")
