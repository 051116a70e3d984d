"""What a fault lays over the whole display: a scrim, a sheet over a part of it."""

from dataclasses import dataclass
from typing import Final

from drover.simulator.display.marks import REFERENCE_WIDTH, Box, Fill, Layer, Placed, Shade, Sheet, rgb

_SHEET_COLOUR: Final = rgb(0x8A8D93)


@dataclass
class DisplayFaults:
    """`dimmed` is the scrim's strength, 0 to 1; `covered` a rectangle in display pixels, None for none."""

    dimmed: float = 0.0
    covered: tuple[int, int, int, int] | None = None

    def layers(self, width: int) -> tuple[Layer, ...]:
        """Return the faults' layers for a display of `width` pixels."""
        layers: list[Layer] = [Shade(self.dimmed)] if self.dimmed > 0 else []
        if self.covered is not None:
            factor = REFERENCE_WIDTH / width
            box = Box(*(round(side * factor) for side in self.covered))
            layers.append(Placed(Sheet(box, (Fill(box, _SHEET_COLOUR),))))
        return tuple(layers)
