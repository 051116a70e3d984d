"""The status bar: a running clock, signal, battery, over whatever page is shown."""

import functools
from datetime import datetime

from drover.simulator.display.marks import Colour, Label, Placed, Sheet, Symbol, Weight
from drover.simulator.display.widgets import STATUS_BAR, centred


@functools.lru_cache(maxsize=32)
def _sheet(colour: Colour, time: str) -> Sheet:
    y = STATUS_BAR.middle[1] + 4
    return Sheet(
        STATUS_BAR,
        (
            Label(54, centred(y, 38), time, 38, Weight.MEDIUM, colour),
            Symbol("wifi", 880, y, 42, colour),
            Symbol("signal", 938, y - 2, 38, colour),
            Symbol("battery", 998, y - 2, 44, colour),
        ),
    )


def status_bar(colour: Colour, wall: datetime) -> Placed:
    """Return the status bar in one colour, with the minute of `wall`."""
    return Placed(_sheet(colour, f"{wall:%H:%M}"))
