"""The bar at the bottom of Plaza's main pages."""

from drover.simulator.display.marks import Box, Fill, Label, Mark, Symbol, Weight
from drover.simulator.display.palette import Palette
from drover.simulator.windowing.view import Element, Role, Steadiness

TAB_BAR = Box(0, 2170, 1080, 2400)

# name, shown name, icon, icon of the active one, middle, action, page
_TABS = (
    ("tab_home", "Home", "home", "home_full", 180, "open_feed", "plaza.feed"),
    ("tab_search", "Search", "search", "search", 540, "go:plaza.search", "plaza.search"),
    ("tab_profile", "Profile", "person", "person_full", 900, "go:plaza.profile", "plaza.profile"),
)


def tabs(palette: Palette, active: str) -> tuple[tuple[Mark, ...], tuple[Element, ...]]:
    """Return the bar with the tab named `active` marked; a tap on that one does nothing."""
    marks: list[Mark] = [
        Fill(TAB_BAR, palette.surface),
        Fill(Box(0, TAB_BAR.y1, 1080, TAB_BAR.y1 + 2), palette.outline),
        Fill(Box(420, 2364, 660, 2376), palette.faint, 9999),
    ]
    elements: list[Element] = []
    for name, shown, icon, full, x, action, page in _TABS:
        here = name == active
        colour = palette.on_tint if here else palette.muted
        if here:
            marks.append(Fill(Box(x - 84, 2192, x + 84, 2264), palette.tint, 9999))
        marks.append(Symbol(full if here else icon, x, 2228, 60, colour))
        marks.append(Label(x, 2318, shown, 34, Weight.BOLD if here else Weight.MEDIUM, colour, "centre"))
        elements.append(
            Element(
                name,
                Box(x - 150, 2180, x + 150, 2334),
                Role.BUTTON,
                shown,
                action="" if here else action,
                leads_to=None if here else page,
                steadiness=Steadiness.FIXED if here else Steadiness.NEITHER,
            )
        )
    return tuple(marks), tuple(elements)
