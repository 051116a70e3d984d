"""Keyboard maps as values: where the keys of an on-screen keyboard lie, and by what it is recognised."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from drover.devices.geometry import Rect, Size
from drover.screens.regions import Region

SPACE, ENTER = "space", "enter"
_WRITTEN = {" ": SPACE, "\n": ENTER}


@dataclass(frozen=True, slots=True)
class KeyboardLook:
    """How a layer looks (in a theme): all of its regions are seen where the layer is shown, and nowhere else."""

    name: str
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class KeyboardLayer:
    """One face of a keyboard: small letters, capitals, symbols.

    `keys` are rectangles by the character that the key types, or by a name of several letters where it types none.
    `switches` says which layer a key leads to; `after_letter` which one is shown once a letter was typed, where that is
    another one.
    """

    name: str
    keys: Mapping[str, Rect]
    switches: Mapping[str, str]
    looks: tuple[KeyboardLook, ...]
    after_letter: str | None = None

    def key_for(self, character: str) -> str | None:
        """Return the name of the key that types `character`, or None where this layer has none."""
        name = character if character in self.keys else _WRITTEN.get(character, character)
        return name if name in self.keys else None


@dataclass(frozen=True, slots=True)
class KeyboardMap:
    """A keyboard in one layout. All rectangles are in pixels of `reference`, the size of the whole display.

    `next_layout` is the key that brings the next layout that the phone has switched on, in the layers that have it.
    """

    name: str
    title: str
    reference: Size
    layers: tuple[KeyboardLayer, ...]
    next_layout: str | None = None

    def layer(self, name: str) -> KeyboardLayer:
        """Return the layer of that name. Raises KeyError."""
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise KeyError(name)

    def types(self, character: str) -> bool:
        """Whether any layer has a key for `character`."""
        return any(layer.key_for(character) is not None for layer in self.layers)

    def way(self, start: str, character: str) -> tuple[str, ...] | None:
        """Return the shortest way of layer names from `start` to one that types `character`; empty: `start` does.

        None where no way leads to one.
        """
        waiting: deque[tuple[str, ...]] = deque([()])
        reached = {start}
        while waiting:
            way = waiting.popleft()
            here = self.layer(way[-1] if way else start)
            if here.key_for(character) is not None:
                return way
            for target in here.switches.values():
                if target not in reached:
                    reached.add(target)
                    waiting.append((*way, target))
        return None


@dataclass(frozen=True, slots=True)
class KeyboardSeen:
    """What keyboard a frame shows, and in which layer."""

    keyboard: KeyboardMap
    layer: KeyboardLayer

    def after(self, character: str) -> "KeyboardSeen":
        """Return what is shown once `character` was typed."""
        target = self.layer.after_letter if character.isalpha() else None
        return self if target is None else KeyboardSeen(self.keyboard, self.keyboard.layer(target))

    def switch_to(self, layer: str) -> str:
        """Return the key that leads to `layer`. Raises KeyError where none does."""
        for key, target in self.layer.switches.items():
            if target == layer:
                return key
        raise KeyError(layer)


def untypable(text: str, keyboards: Iterable[KeyboardMap]) -> str:
    """Return the characters of `text` that no keyboard types, each once; empty where all can be typed."""
    maps = tuple(keyboards)
    return "".join(c for c in dict.fromkeys(text) if not any(keyboard.types(c) for keyboard in maps))
