"""What a fault lays over the whole display: a scrim, a sheet over a part of it."""

from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import Box, Fill, Layer, Placed, Shade, Sheet, rgb
from drover.simulator.windowing.viewport import Viewport

_SHEET_COLOUR: Final = rgb(0x8A8D93)


@dataclass
class DisplayFaults:
    """`dimmed` is the scrim's strength, 0 to 1; `covered` a rectangle in display pixels, None for none."""

    dimmed: float = 0.0
    covered: tuple[int, int, int, int] | None = None

    def layers(self, viewport: Viewport) -> tuple[Layer, ...]:
        """Return the faults' layers. What lies beside the windows of a turned display cannot be covered."""
        layers: list[Layer] = [Shade(self.dimmed)] if self.dimmed > 0 else []
        if self.covered is not None:
            x1, y1, x2, y2 = self.covered
            corners = (*viewport.reference(x1, y1), *viewport.reference(x2, y2))
            box = Box(*(round(side) for side in corners))
            layers.append(Placed(Sheet(box, (Fill(box, _SHEET_COLOUR),))))
        return tuple(layers)
