"""Draw the examples' screen registries again: every page of the demo apps, light and dark, from its catalog."""

import shutil
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path

import numpy as np

from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.devices.picture import preview
from drover.screens.domain import Action, ActionKind, App, Region, Screen, ScreenKind, Variant
from drover.screens.files import KEYBOARDS, load_registry
from drover.screens.parts import MIN_DEVIATION
from drover.screens.pictures import crop_of, to_gray
from drover.screens.writing import save_app, save_screen
from drover.simulator.display.marks import Box
from drover.simulator.display.widgets import STATUS_BAR
from drover.simulator.handset import Look, Theme
from drover.simulator.launcher.page import LAUNCHER_PACKAGE
from drover.simulator.notes.pages import NOTES_PACKAGE
from drover.simulator.plaza import catalog
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.windowing.view import Element, Role, Steadiness

REGISTRY = Path(__file__).parents[1] / "examples" / "plaza" / "registry"
REFERENCE = Size(catalog.REFERENCE.width, catalog.REFERENCE.height)
THEMES: tuple[Theme, ...] = ("light", "dark")
PICTURE_WIDTH = 360
PICTURE_QUALITY = 82
WAYS = {"switch_account": "../../switch-account.json", "select_slot": "../../select-slot.json"}
APPS = (App("launcher", LAUNCHER_PACKAGE), App("plaza", PLAZA_PACKAGE, ways=WAYS))
NOTES_REGISTRY = REGISTRY.parents[1] / "notes" / "registry"
NOTES_APPS = (App("launcher", LAUNCHER_PACKAGE), App("notes", NOTES_PACKAGE))

# Page of the catalog -> the screen's name, and the elements that identify it. Where a page loads in parts, one of what
# comes last is among them, so that a half loaded page is not taken for it. Pages that are not named here are unknown to
# the registry: the unknown popup is to be one.
SCREENS = {
    "launcher": ("Home screen", ("icon_clock", "icon_photos", "icon_plaza")),
    "plaza.onboarding_welcome": ("Welcome", ("title", "body_1", "body_2")),
    "plaza.onboarding_discover": ("Discover", ("title", "body_1", "body_2")),
    "plaza.onboarding_notify": ("Notifications", ("title", "body_1", "body_2")),
    "plaza.login": ("Log in", ("title", "words", "logo")),
    "plaza.challenge": ("Login challenge", ("icon", "title", "words_1", "words_2")),
    "plaza.suspended": ("Account suspended", ("icon", "title", "words_1", "words_2")),
    "plaza.feed": ("Feed", ("brand", "composer", "tab_home")),
    "plaza.profile": ("Profile", ("title", "label_followers", "complete_title", "edit_profile")),
    "plaza.edit_profile": ("Edit profile", ("title", "label_name", "label_bio")),
    "plaza.gender": ("Gender", ("title", "label_female", "label_male")),
    "plaza.account_switcher": ("Account switcher", ("icon_add", "label_add", "label_log_out")),
    "plaza.settings": ("Settings", ("title", "label_account", "label_slots", "label_about")),
    "plaza.slots": ("Slots", ("title", "words_1", "words_2")),
    "plaza.about": ("About", ("title", "logo", "version")),
    "plaza.log_out": ("Log out?", ("title", "words", "confirm")),
    "plaza.numbers": ("Numbers", ("title", "label_followers", "label_likes", "label_posts")),
    "plaza.post_picker": ("Pick a picture for a post", ("title", "album", "camera")),
    "plaza.caption": ("Caption of a post", ("title", "label_caption", "option_1")),
    "plaza.post": ("Post", ("title", "comment_hint", "send")),
    "plaza.story_picker": ("Pick a picture for a story", ("title", "album", "camera")),
    "plaza.story_editor": ("Story editor", ("title", "text_tool", "sticker")),
    "plaza.story": ("Story", ("close", "reply_hint", "heart")),
    "plaza.own_story": ("Own story", ("close", "highlight", "eye")),
    "plaza.highlight_none": ("No story for a highlight", ("title", "heading", "words")),
    "plaza.highlight_stories": ("Story for a highlight", ("title", "advice")),
    "plaza.highlight_name": ("Name a highlight", ("title", "label_name", "note")),
    "plaza.highlight_choose": ("Choose a highlight", ("title", "advice", "new_highlight")),
    "plaza.search": ("Search", ("picture", "heading", "words")),
    "plaza.search_results": ("Search results", ("heading", "best")),
    "plaza.search_empty": ("Nothing found", ("picture", "heading", "words")),
    "plaza.person": ("Person", ("title", "label_followers", "message", "heading")),
    "plaza.messages": ("Messages", ("title", "search_hint", "heading")),
    "plaza.conversation": ("Conversation", ("active", "call", "film", "day")),
    "popup.update": ("Update available", ("icon", "title", "words_1", "words_2")),
    "popup.rating": ("Rating", ("title", "words_1", "words_2", "stars")),
    "popup.permission": ("Permission", ("icon", "title_1", "title_2")),
    "popup.system_update": ("System update", ("icon", "title", "words_1", "words_2")),
}
# The second app's, in a registry of its own.
NOTES_SCREENS = {
    "launcher": SCREENS["launcher"],
    "notes.list": ("Notes", ("heading", "all_notes", "new_note")),
    "notes.new": ("New note", ("heading", "label_title", "label_text")),
    "notes.edit": ("Edit note", ("heading", "label_title", "label_text", "delete")),
    "notes.delete": ("Delete a note?", ("heading", "words", "confirm")),
}
EVERY_SCREEN = SCREENS | NOTES_SCREENS
# Pages whose screens are called otherwise than they.
KEYS = {
    "launcher": "launcher.home",
    "popup.update": "plaza.update",
    "popup.rating": "plaza.rating",
    "popup.permission": "global.permission",
    "popup.system_update": "global.system_update",
}
# The action that dismisses an interrupt comes first.
DISMISSALS = {
    "popup.update": "later",
    "popup.rating": "not_now",
    "popup.permission": "deny",
    "popup.system_update": "later",
}
# What changes while one looks, beside the clock of the status bar: a story's progress.
PROGRESS = Box(0, 90, 1080, 126)


def main() -> None:
    draw(REGISTRY, APPS, SCREENS)
    draw(NOTES_REGISTRY, NOTES_APPS, NOTES_SCREENS)


def key_of(page: str) -> str:
    """Return the key of a page's screen."""
    return KEYS.get(page, page)


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
    name, regions = EVERY_SCREEN[page]
    variants = tuple(variant(page, theme, regions) for theme in THEMES)
    key = key_of(page)
    folder = key.partition(".")[0]
    kind = ScreenKind.INTERRUPT if page in DISMISSALS else ScreenKind.STATE
    description = f"Drawn from the demo app's page {page} by tools/plaza_registry.py."
    app = None if folder == "global" else folder
    save_screen(registry, Screen(key, name, description, app, kind, REFERENCE, variants))


def variant(page: str, theme: Theme, regions: tuple[str, ...]) -> Variant:
    (elements, frame), (_, other) = painted(page, theme, seed=1), painted(page, theme, seed=2)
    actions = [action(element, frame, other) for element in elements.values() if element.action]
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
    if page in {"plaza.story", "plaza.own_story"}:
        return (STATUS_BAR, PROGRESS)
    return (STATUS_BAR, elements["clock"].box) if page == "launcher" else (STATUS_BAR,)


def action(element: Element, frame: Frame, other: Frame) -> Action:
    """Return what can be done to an element; one that looks alike on another phone is found again by its picture."""
    where = rect(element.box)
    if element.role is Role.FIELD:
        return Action(element.name, where, ActionKind.TYPE)
    leads_to = key_of(element.leads_to) if element.leads_to in EVERY_SCREEN else None
    same = element.steadiness is not Steadiness.CHANGING and element.role not in {Role.RADIO, Role.SWITCH}
    seen = crop_of(frame, where) if same and looks_alike(where, frame, other) else None
    return Action(element.name, where, ActionKind.TAP, leads_to, seen)


def looks_alike(where: Rect, frame: Frame, other: Frame) -> bool:
    """Whether two phones show the same there, and enough of it to be found by."""
    one, two = (to_gray(each.pixels[where.y1 : where.y2, where.x1 : where.x2]) for each in (frame, other))
    return float(one.std()) >= MIN_DEVIATION and np.array_equal(one, two)


def painted(page: str, theme: Theme, *, seed: int) -> tuple[dict[str, Element], Frame]:
    handset = catalog.settled(page, Look(REFERENCE.width, REFERENCE.height, theme), seed=seed)
    content = handset.paint(handset.scene(0.0))
    pixels = np.frombuffer(content, np.uint8).reshape(REFERENCE.height, REFERENCE.width, 4)
    return {element.name: element for element in handset.view(0.0).elements}, Frame(pixels, 1, 0.0)


def rect(box: Box) -> Rect:
    return Rect(box.x1, box.y1, box.x2, box.y2)


if __name__ == "__main__":
    main()
