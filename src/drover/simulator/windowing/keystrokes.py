"""The way over the on-screen keyboard: which keys a finger touches to type a character."""

from collections import deque
from typing import Final

from drover.simulator.handset import KeyboardName
from drover.simulator.windowing.layouts import Key, keys, next_layer, next_layout

_NAMED: Final = {"\n": "enter", "\b": "delete"}


def keystrokes(layout: KeyboardName, layer: str, character: str) -> tuple[Key, ...]:
    r"""Return the fewest keys that type `character`, beginning with the layer shown; empty where no layout has it.

    A line break is the enter key, a backspace (`\b`) the delete key.
    """
    waiting: deque[tuple[KeyboardName, str, tuple[Key, ...]]] = deque([(layout, layer, ())])
    reached = {(layout, layer)}
    while waiting:
        here, face, way = waiting.popleft()
        for key in keys(here, face):
            if key.character == character or (not key.character and key.name == _NAMED.get(character)):
                return (*way, key)
        for key in keys(here, face):
            follows = next_layout(here, key), next_layer(face, key)
            if not key.character and follows not in reached:
                reached.add(follows)
                waiting.append((*follows, (*way, key)))
    return ()
