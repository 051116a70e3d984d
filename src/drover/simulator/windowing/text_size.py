"""Views with text as large as the phone's user wants it."""

import functools
from dataclasses import replace

from drover.simulator.display.marks import Box, Layer, Placed
from drover.simulator.display.text_scale import scaled
from drover.simulator.windowing.view import Element, Role, View

_MARGIN = 6
"""By how much the element of a text is larger than its ink on every side; see `view.fixed_text`."""


@functools.lru_cache(maxsize=256)
def with_text_size(view: View, factor: float) -> View:
    """Return a view with its text `factor` times as large as normal, as far as there is room for it.

    Elements that are texts go with them; where something can be touched stays.
    """
    layers: list[Layer] = []
    moves: dict[Box, Box] = {}
    for layer in view.layers:
        if not isinstance(layer, Placed):
            layers.append(layer)
            continue
        changed = scaled(layer.sheet, factor)
        layers.append(replace(layer, sheet=changed.sheet))
        for before, after in changed.moves.items():
            moves[before.moved(layer.dx, layer.dy).grown(_MARGIN)] = after.moved(layer.dx, layer.dy).grown(_MARGIN)
    return replace(view, layers=tuple(layers), elements=tuple(_moved(element, moves) for element in view.elements))


def _moved(element: Element, moves: dict[Box, Box]) -> Element:
    if element.role is not Role.TEXT or element.box not in moves:
        return element
    return replace(element, box=moves[element.box])
