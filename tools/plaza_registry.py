"""Draw the example's screen registry again: every page of the demo app, light and dark, from its catalog."""

import shutil
import sys
from pathlib import Path

import numpy as np

from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.devices.picture import preview
from drover.screens.domain import Action, ActionKind, App, Region, Screen, ScreenKind, Variant
from drover.screens.files import KEYBOARDS, load_registry
from drover.screens.parts import MIN_DEVIATION
from drover.screens.pictures import crop_of
from drover.screens.writing import save_app, save_screen
from drover.simulator.display.marks import Box
from drover.simulator.display.widgets import STATUS_BAR
from drover.simulator.handset import Look, Theme
from drover.simulator.launcher.page import LAUNCHER_PACKAGE
from drover.simulator.plaza import catalog
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.windowing.view import Element, Role, Steadiness

REGISTRY = Path(__file__).parents[1] / "examples" / "plaza" / "registry"
REFERENCE = Size(catalog.REFERENCE.width, catalog.REFERENCE.height)
THEMES: tuple[Theme, ...] = ("light", "dark")
PICTURE_WIDTH = 360
PICTURE_QUALITY = 82
APPS = (App("launcher", LAUNCHER_PACKAGE), App("plaza", PLAZA_PACKAGE))

# Page of the catalog -> screen's key, name, and the elements that identify it. Where a page loads in parts, one of what
# comes last is among them, so that a half loaded page is not taken for it.
SCREENS = {
    "launcher": ("launcher.home", "Home screen", ("icon_clock", "icon_photos", "icon_plaza")),
    "plaza.onboarding_welcome": ("plaza.onboarding_welcome", "Welcome", ("title", "body_1", "body_2")),
    "plaza.onboarding_discover": ("plaza.onboarding_discover", "Discover", ("title", "body_1", "body_2")),
    "plaza.onboarding_notify": ("plaza.onboarding_notify", "Notifications", ("title", "body_1", "body_2")),
    "plaza.login": ("plaza.login", "Log in", ("title", "words", "logo")),
    "plaza.feed": ("plaza.feed", "Feed", ("brand", "composer", "tab_home")),
    "plaza.profile": ("plaza.profile", "Profile", ("title", "label_followers", "complete_title", "edit_profile")),
    "plaza.edit_profile": ("plaza.edit_profile", "Edit profile", ("title", "label_name", "label_bio")),
    "plaza.gender": ("plaza.gender", "Gender", ("title", "label_female", "label_male")),
    "popup.update": ("plaza.update", "Update available", ("icon", "title", "words_1", "words_2")),
    "popup.permission": ("global.permission", "Permission", ("icon", "title_1", "title_2")),
}
# The action that dismisses an interrupt comes first.
DISMISSALS = {"popup.update": "later", "popup.permission": "deny"}


def main() -> None:
    for folder in REGISTRY.iterdir():
        if folder.name != KEYBOARDS:  # they have their own tool
            shutil.rmtree(folder)
    draw(REGISTRY)
    refusals = load_registry(REGISTRY).refusals
    if refusals:
        sys.exit("\n".join(str(refusal) for refusal in refusals))
    print(f"wrote {len(SCREENS)} screens to {REGISTRY.relative_to(Path.cwd())}")


def draw(registry: Path) -> None:
    for app in APPS:
        save_app(registry, app)
    for page, (key, name, regions) in SCREENS.items():
        variants = tuple(variant(page, theme, regions) for theme in THEMES)
        folder = key.partition(".")[0]
        kind = ScreenKind.INTERRUPT if page in DISMISSALS else ScreenKind.STATE
        description = f"Drawn from the demo app's page {page} by tools/plaza_registry.py."
        app = None if folder == "global" else folder
        save_screen(registry, Screen(key, name, description, app, kind, REFERENCE, variants))


def variant(page: str, theme: Theme, regions: tuple[str, ...]) -> Variant:
    frame = painted(page, theme)
    elements = {element.name: element for element in catalog.elements(page)}
    actions = [action(element, frame) for element in elements.values() if element.action]
    actions.sort(key=lambda each: each.name != DISMISSALS.get(page))
    return Variant(
        name=theme,
        regions=tuple(region(elements[name], frame) for name in regions),
        masks=tuple(rect(box) for box in masks(page, elements)),
        actions=tuple(actions),
        picture=preview(frame, PICTURE_WIDTH, PICTURE_QUALITY).jpeg,
    )


def region(element: Element, frame: Frame) -> Region:
    where = rect(element.box)
    return Region(element.name, where, crop_of(frame, where))


def masks(page: str, elements: dict[str, Element]) -> tuple[Box, ...]:
    """Only what changes while one looks: the clocks. What merely differs between phones is no hindrance to rest."""
    return (STATUS_BAR, elements["clock"].box) if page == "launcher" else (STATUS_BAR,)


def action(element: Element, frame: Frame) -> Action:
    if element.role is Role.FIELD:
        return Action(element.name, rect(element.box), ActionKind.TYPE)
    leads_to = SCREENS[element.leads_to][0] if element.leads_to else None
    seen = crop_of(frame, rect(element.box))
    same = element.steadiness is not Steadiness.CHANGING and element.role is not Role.RADIO and "_1" not in element.name
    textured = float(seen.gray.std()) >= MIN_DEVIATION
    return Action(element.name, rect(element.box), ActionKind.TAP, leads_to, seen if same and textured else None)


def painted(page: str, theme: Theme) -> Frame:
    handset = catalog.settled(page, Look(REFERENCE.width, REFERENCE.height, theme))
    content = handset.paint(handset.scene(0.0))
    return Frame(np.frombuffer(content, np.uint8).reshape(REFERENCE.height, REFERENCE.width, 4), 1, 0.0)


def rect(box: Box) -> Rect:
    return Rect(box.x1, box.y1, box.x2, box.y2)


if __name__ == "__main__":
    main()
