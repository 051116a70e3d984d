"""The colours of the two themes."""

from collections.abc import Mapping
from dataclasses import dataclass

from drover.simulator.display.marks import Colour, rgb
from drover.simulator.handset import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by their role. `on_x` is for what stands on `x`. `text_scale` is how large the user wants text."""

    background: Colour
    surface: Colour
    raised: Colour
    field: Colour
    primary: Colour
    on_primary: Colour
    tint: Colour
    on_tint: Colour
    text: Colour
    muted: Colour
    faint: Colour
    outline: Colour
    error: Colour
    snackbar: Colour
    on_snackbar: Colour
    keyboard: Colour
    key: Colour
    key_dark: Colour
    shadow: Colour
    wallpaper: tuple[Colour, Colour]
    text_scale: float = 1.0


PALETTES: Mapping[Theme, Palette] = {
    "light": Palette(
        background=rgb(0xF5F4FA),
        surface=rgb(0xFFFFFF),
        raised=rgb(0xFFFFFF),
        field=rgb(0xF3F2F8),
        primary=rgb(0x5546E8),
        on_primary=rgb(0xFFFFFF),
        tint=rgb(0xE9E6FF),
        on_tint=rgb(0x2A1FA0),
        text=rgb(0x17151F),
        muted=rgb(0x6A6878),
        faint=rgb(0xA3A1B0),
        outline=rgb(0xDDDBE6),
        error=rgb(0xC4283A),
        snackbar=rgb(0x2B2935),
        on_snackbar=rgb(0xF6F5FA),
        keyboard=rgb(0xE4E3EC),
        key=rgb(0xFFFFFF),
        key_dark=rgb(0xC9C7D6),
        shadow=rgb(0x1B1740, 70),
        wallpaper=(rgb(0x7C8BFF), rgb(0xFFB4A2)),
    ),
    "dark": Palette(
        background=rgb(0x100F15),
        surface=rgb(0x19181F),
        raised=rgb(0x262430),
        field=rgb(0x24222D),
        primary=rgb(0xA99DFF),
        on_primary=rgb(0x1C1359),
        tint=rgb(0x35305C),
        on_tint=rgb(0xDDD8FF),
        text=rgb(0xF1EFF8),
        muted=rgb(0xA9A6B8),
        faint=rgb(0x74717F),
        outline=rgb(0x393644),
        error=rgb(0xFF8A94),
        snackbar=rgb(0xE9E7F1),
        on_snackbar=rgb(0x211F2A),
        keyboard=rgb(0x1F1D27),
        key=rgb(0x37343F),
        key_dark=rgb(0x2B2833),
        shadow=rgb(0x000000, 140),
        wallpaper=(rgb(0x1D1B4B), rgb(0x5B2A58)),
    ),
}
