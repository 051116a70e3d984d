"""Draw the examples' screen registries again: every page of the demo apps in all its looks, from its catalog."""

import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.devices.picture import preview
from drover.screens.domain import Action, ActionKind, App, Screen, ScreenKind, Variant
from drover.screens.files import KEYBOARDS, load_registry
from drover.screens.parts import MIN_DEVIATION
from drover.screens.pictures import crop_of, to_gray
from drover.screens.regions import Anchor, Region, TintRegion
from drover.screens.tints import tint_of
from drover.screens.writing import save_app, save_screen
from drover.simulator.display.marks import Box
from drover.simulator.display.widgets import STATUS_BAR
from drover.simulator.handset import Look, Theme
from drover.simulator.launcher.page import LAUNCHER_PACKAGE
from drover.simulator.notes.pages import NOTES_PACKAGE
from drover.simulator.plaza import catalog
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.windowing.view import Element, Role, Steadiness
from tools.plaza_screens import (
    CHANGING,
    DIALOGS,
    DISMISSALS,
    EMPTY,
    ENTRIES,
    EVERY_SCREEN,
    FURTHER,
    LEADS,
    NOTES_SCREENS,
    OFFER,
    OFFER_ELEMENT,
    PROGRESS,
    SCREENS,
    SELECTED,
    SHEETS,
    key_of,
)

REGISTRY = Path(__file__).parents[1] / "examples" / "plaza" / "registry"
REFERENCE = Size(catalog.REFERENCE.width, catalog.REFERENCE.height)
THEMES: tuple[Theme, ...] = ("light", "dark")
LARGE = 1.3
"""The size of text, as Android counts it, of the variants for large text."""
PICTURE_WIDTH = 360
PICTURE_QUALITY = 82
BOTTOM_FROM = 2060
"""From here down, what does not belong to a list keeps its distance from the bottom of the display."""
WAYS = {"switch_account": "../../switch-account.json", "select_slot": "../../select-slot.json"}
APPS = (App("launcher", LAUNCHER_PACKAGE), App("plaza", PLAZA_PACKAGE, ways=WAYS))
NOTES_REGISTRY = REGISTRY.parents[1] / "notes" / "registry"
NOTES_APPS = (App("launcher", LAUNCHER_PACKAGE), App("notes", NOTES_PACKAGE))


@dataclass(frozen=True)
class Painted:
    """A page as a phone shows it: its elements by their names, in reading order, and the frame."""

    page: str
    elements: dict[str, Element]
    frame: Frame

    def anchor(self, box: Box) -> Anchor:
        """Return the edge of the display from which `box` keeps its distance."""
        if self.page in SHEETS:
            return Anchor.BOTTOM
        if self.page in DIALOGS:
            return Anchor.MIDDLE
        lists = (element.box for element in self.elements.values() if element.role is Role.LIST)
        listed = any(each.y1 <= box.y1 and box.y2 <= each.y2 for each in lists)
        return Anchor.BOTTOM if box.y1 >= BOTTOM_FROM and not listed else Anchor.TOP


def main() -> None:
    draw(REGISTRY, APPS, SCREENS)
    draw(NOTES_REGISTRY, NOTES_APPS, NOTES_SCREENS)


def draw(registry: Path, apps: tuple[App, ...], pages: Collection[str]) -> None:
    """Draw beside the registry, and put it into its place in the end: whoever reads meanwhile finds the old one."""
    registry.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=registry.parent, prefix=".drawing-") as folder:
        drawn = Path(folder)
        draw_apps(drawn, apps)
        for page in pages:
            draw_page(drawn, page)
        refusals = load_registry(drawn).refusals
        if refusals:
            sys.exit("\n".join(str(refusal) for refusal in refusals))
        for old in registry.iterdir():
            if old.name != KEYBOARDS:  # they have their own tool
                shutil.rmtree(old)
        for new in drawn.iterdir():
            new.rename(registry / new.name)
    print(f"wrote {len(pages)} screens to {registry.relative_to(Path.cwd())}")


def draw_apps(registry: Path, apps: tuple[App, ...] = APPS) -> None:
    for app in apps:
        save_app(registry, app)


def draw_page(registry: Path, page: str) -> None:
    save_screen(registry, screen(page))


def screen(page: str) -> Screen:
    """Return the screen of a page, in all looks."""
    key = key_of(page)
    folder = key.partition(".")[0]
    return Screen(
        key=key,
        name=EVERY_SCREEN[page][0],
        description=f"Drawn from the demo app's page {page} by tools/plaza_registry.py.",
        app=None if folder == "global" else folder,
        kind=ScreenKind.INTERRUPT if page in DISMISSALS else ScreenKind.STATE,
        reference=REFERENCE,
        variants=tuple(variants(page)),
        entry=page in ENTRIES,
    )


def variants(page: str) -> Iterator[Variant]:
    """Yield a variant for each look in which another one's regions would not be seen.

    Only the looks at the normal size of text have a picture of the whole screen.
    """
    seen: list[tuple[Region, ...]] = []
    for suffix, scale in (("", 1.0), ("_large", LARGE)):
        for theme in THEMES:
            made = variant(page, f"{theme}{suffix}", Look(REFERENCE.width, REFERENCE.height, theme, scale))
            if not any(same_regions(made.regions, regions) for regions in seen):
                seen.append(made.regions)
                yield made


def same_regions(some: tuple[Region, ...], others: tuple[Region, ...]) -> bool:
    return all(
        one.rect == other.rect and np.array_equal(one.crop.gray, other.crop.gray)
        for one, other in zip(some, others, strict=True)
    )


def variant(page: str, name: str, look: Look) -> Variant:
    shown, other = painted(page, look, seed=1), painted(page, look, seed=2)
    found = [action(element, shown, other) for element in shown.elements.values() if element.action]
    found.sort(key=lambda each: each.name != DISMISSALS.get(page))
    return Variant(
        name=name,
        regions=tuple(regions(shown, look)),
        tints=tuple(tints(shown)),
        masks=tuple(rect(box) for box in masks(shown)),
        actions=(*found, *further(shown)),
        picture=preview(shown.frame, PICTURE_WIDTH, PICTURE_QUALITY).jpeg if look.font_scale == 1 else b"",
    )


def regions(shown: Painted, look: Look) -> Iterator[Region]:
    for name in EVERY_SCREEN[shown.page][1]:
        yield region(shown, name)
    if shown.page in CHANGING:
        offer = region(painted(OFFER, look, seed=1), OFFER_ELEMENT)
        yield Region("offer", offer.rect, offer.crop, absent=True, anchor=offer.anchor)


def region(shown: Painted, name: str) -> Region:
    box = shown.elements[name].box
    return Region(name, rect(box), crop_of(shown.frame, rect(box)), anchor=shown.anchor(box))


def tints(shown: Painted) -> Iterator[TintRegion]:
    places = {}
    if shown.page in SELECTED:
        tab = shown.elements[SELECTED[shown.page]].box
        x = tab.middle[0]
        places["selected"] = Box(round(x) - 60, tab.y1 + 16, round(x) + 60, tab.y1 + 80)
    if shown.page in EMPTY:
        places["empty"] = EMPTY[shown.page]
    for name, box in places.items():
        yield TintRegion(name, rect(box), tint_of(shown.frame, rect(box)), anchor=shown.anchor(box))


def masks(shown: Painted) -> tuple[Box, ...]:
    """Only what changes while one looks: the clocks. What merely differs between phones is no hindrance to rest."""
    if shown.page in {"plaza.story", "plaza.own_story"}:
        return (STATUS_BAR, PROGRESS)
    return (STATUS_BAR, shown.elements["clock"].box) if shown.page == "launcher" else (STATUS_BAR,)


def action(element: Element, shown: Painted, other: Painted) -> Action:
    """Return what can be done to an element; one that looks alike on another phone is found again by its picture."""
    where, anchor = rect(element.box), shown.anchor(element.box)
    page = LEADS.get((shown.page, element.name), element.leads_to)
    leads_to = key_of(page) if page in EVERY_SCREEN else None
    if element.role is Role.FIELD:
        return Action(element.name, where, ActionKind.TYPE, leads_to, anchor=anchor)
    same = element.steadiness is not Steadiness.CHANGING and element.role not in {Role.RADIO, Role.SWITCH}
    seen = crop_of(shown.frame, where) if same and looks_alike(where, shown.frame, other.frame) else None
    return Action(element.name, where, ActionKind.TAP, leads_to, seen, anchor)


def further(shown: Painted) -> Iterator[Action]:
    """Yield what the same elements lead to once something is stored."""
    for element, name, page in FURTHER.get(shown.page, ()):
        box = shown.elements[element].box
        yield Action(name, rect(box), ActionKind.TAP, key_of(page), anchor=shown.anchor(box))


def looks_alike(where: Rect, frame: Frame, other: Frame) -> bool:
    """Whether two phones show the same there, and enough of it to be found by."""
    one, two = (to_gray(each.pixels[where.y1 : where.y2, where.x1 : where.x2]) for each in (frame, other))
    return float(one.std()) >= MIN_DEVIATION and np.array_equal(one, two)


def painted(page: str, look: Look, *, seed: int) -> Painted:
    handset = catalog.settled(page, look, seed=seed)
    pixels = np.frombuffer(handset.paint(handset.scene(0.0)), np.uint8).reshape(look.height, look.width, 4)
    return Painted(page, {element.name: element for element in handset.view(0.0).elements}, Frame(pixels, 1, 0.0))


def rect(box: Box) -> Rect:
    return Rect(box.x1, box.y1, box.x2, box.y2)


if __name__ == "__main__":
    main()
