"""Everything that the demo apps can show, as captures: pages in several states, keyboards up, popups over each page."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from drover.devices.frame import Frame
from drover.screens.matching.matcher import Matcher
from drover.simulator.handset import Look, Theme
from drover.simulator.plaza import catalog
from drover.simulator.plaza.catalog import POPUPS, SCROLL, WAYS
from drover.simulator.windowing.view import Role
from tools.plaza_screens import key_of

WIDTHS = (720, 1080, 1440)
THEMES: tuple[Theme, ...] = ("light", "dark")
SCALES = (1.0, 1.3)
LOOKS = tuple(Look(w, w * 20 // 9, theme, scale) for scale in SCALES for theme in THEMES for w in WIDTHS)
PAGES = tuple(page for page in catalog.PAGES if not page.startswith("popup."))
LATER_S = 5025.0
"""How long after a page came to rest it is looked at: over an hour, so that the clock shows another time."""

_SHARED = (*WAYS["plaza.caption"], "share")
_TOLD = (*WAYS["plaza.story_editor"], "share")
_KEPT = (*WAYS["plaza.highlight_name"], "highlight_name=Winter", "save")
_ACCOUNTS = tuple(
    ("add_account", f"username={name}", "password=plaza", "log_in", "tab_profile", "accounts")
    for name in ("ada", "ben.o", "chloe_martin")
)
_TALK = ("message=See you there", "send", "message=I bring the maps and the bread, as always", "send")

# Page -> further ways to it: what was typed, chosen, stored or scrolled meanwhile.
STATES: dict[str, tuple[tuple[str, ...], ...]] = {
    "plaza.login": ((*WAYS["plaza.login"], "username=ada.lovelace", "password=secret"),),
    "plaza.challenge": ((*WAYS["plaza.challenge"], "code=123456"), (*WAYS["plaza.challenge"], "code=1", "confirm")),
    "plaza.feed": (
        (*WAYS["plaza.feed"], SCROLL),
        (*WAYS["plaza.feed"], SCROLL, SCROLL, SCROLL),
        (*WAYS["plaza.feed"], "like_1"),
        _SHARED,
        _TOLD,
    ),
    "plaza.profile": (
        (*WAYS["plaza.edit_profile"], "name=Ada Lovelace", "bio=First programmer. Poetical science.", "save"),
        _KEPT,
    ),
    "plaza.edit_profile": (
        (*WAYS["plaza.edit_profile"], "name=", "username=ada", "bio=First programmer.\nPoetical science.\nTea."),
        (*WAYS["plaza.gender"], "option_female"),
    ),
    "plaza.gender": ((*WAYS["plaza.gender"], "option_male", "gender"),),
    "plaza.account_switcher": tuple(
        (*WAYS["plaza.account_switcher"], *(step for account in _ACCOUNTS[:count] for step in account))
        for count in (1, 2, 3)
    ),
    "plaza.settings": ((*WAYS["plaza.settings"], "notifications"),),
    "plaza.slots": ((*WAYS["plaza.slots"], SCROLL), (*WAYS["plaza.slots"], SCROLL, SCROLL, SCROLL)),
    "plaza.caption": ((*WAYS["plaza.caption"], "caption=Morning on the bridge.\nCold hands."),),
    "plaza.post": ((*WAYS["plaza.post"], "like"), (*WAYS["plaza.feed"], "post_1")),
    "plaza.story_editor": ((*WAYS["plaza.story_editor"], "story_text=Hello from the rack"),),
    "plaza.own_story": (
        (*WAYS["plaza.story_editor"], "story_text=Hello", "share", "your_story", "pause"),
        (*_KEPT, "highlight_1", "pause"),
    ),
    "plaza.highlight_stories": ((*_TOLD, "new_story", "picture_2", "share", "tab_profile", "new_highlight"),),
    "plaza.highlight_name": ((*WAYS["plaza.highlight_name"], "highlight_name=Winter walks"),),
    "plaza.highlight_choose": (
        (*WAYS["plaza.highlight_choose"], "new_highlight", "highlight_name=Summer", "save", "new_highlight", "story_1"),
    ),
    "plaza.search_results": ((*WAYS["plaza.search"], "query=e\n"),),
    "plaza.search_empty": ((*WAYS["plaza.search"], "query=nobody at all\n"),),
    "plaza.person": ((*WAYS["plaza.person"], "follow"), (*WAYS["plaza.search_results"], "result_2")),
    "plaza.messages": ((*WAYS["plaza.conversation"], *_TALK, "back"),),
    "plaza.conversation": (
        (*WAYS["plaza.conversation"], *_TALK),
        (*WAYS["plaza.conversation"], *_TALK * 4),
        (*WAYS["plaza.messages"], "conversation_2"),
    ),
    "plaza.numbers": ((*WAYS["plaza.numbers"], "back", "numbers"),),
    "notes.list": (
        ("icon_notes",),
        (*WAYS["notes.list"], *("new_note", "title=A further one", "text=And what it says", "save") * 8),
        (*WAYS["notes.list"], *("new_note", "title=A further one", "text=And what it says", "save") * 8, SCROLL),
    ),
    "notes.new": ((*WAYS["notes.new"], "title=Groceries", "text=Bread\nTomatoes\nCardamom"),),
    "notes.edit": ((*WAYS["notes.edit"], "title=Groceries", "text=\nMore of it"),),
}


@dataclass(frozen=True)
class Capture:
    """A way that a phone is led, and what then opens over the page that it ends on."""

    page: str
    way: tuple[str, ...]
    popups: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Return how it differs from the page as the registry was drawn from it."""
        steps = [step for step in self.way if step not in WAYS[self.page]]
        return " ".join((self.page, *steps[-1:], *(f"under {popup}" for popup in self.popups)))


@dataclass(frozen=True)
class Sight:
    """What a phone showed: the page, or the popup in front of it, as the phone tells it, and the frame."""

    capture: Capture
    shown: str
    frame: Frame


class Verdict(Enum):
    """How a frame fared: `RIGHT` is also one that is unknown because the registry does not have what it shows."""

    RIGHT = "right"
    UNKNOWN = "unknown"
    WRONG = "wrong"


def pages() -> Iterator[Capture]:
    """Yield every page as the registry was drawn from it."""
    for page in PAGES:
        yield Capture(page, WAYS[page])


def states() -> Iterator[Capture]:
    """Yield pages as they look later on."""
    for page, ways in STATES.items():
        for way in ways:
            yield Capture(page, way)


def typing() -> Iterator[Capture]:
    """Yield every page with the keyboard up, once for each of its fields."""
    for page in PAGES:
        for element in catalog.elements(page):
            if element.role is Role.FIELD:
                yield Capture(page, (*WAYS[page], element.name))


def covered() -> Iterator[Capture]:
    """Yield every page with each popup over it."""
    for page in PAGES:
        for popup in POPUPS:
            yield Capture(page, WAYS[page], (popup,))


def stacked() -> Iterator[Capture]:
    """Yield every two popups over one another."""
    for below in POPUPS:
        for above in POPUPS:
            if below != above:
                yield Capture("plaza.feed", WAYS["plaza.feed"], (below, above))


def sight(capture: Capture, look: Look, *, seed: int) -> Sight:
    """Lead a phone there, and look."""
    handset = catalog.walked(capture.way, look, seed=seed, popups=capture.popups)
    pixels = np.frombuffer(handset.paint(handset.scene(LATER_S)), np.uint8).reshape(look.height, look.width, 4)
    return Sight(capture, handset.page(LATER_S), Frame(pixels, 1, LATER_S))


def judge(matcher: Matcher, known: Collection[str], seen: Sight) -> Verdict:
    """Ask what the frame is: at large, and where the page is expected that is there or lies beneath.

    `known` are the pages that the matcher's registry has.
    """
    truth = key_of(seen.shown) if seen.shown in known else None
    beneath = [key_of(seen.capture.page)] if seen.capture.page in known else []
    app = seen.capture.page.partition(".")[0]
    answers = (matcher.identify(seen.frame), matcher.identify(seen.frame, app=app, expected=beneath))
    if any(answer.conflict or (answer.screen is not None and answer.screen.key != truth) for answer in answers):
        return Verdict.WRONG
    keys = {answer.screen.key if answer.screen is not None else None for answer in answers}
    return Verdict.RIGHT if keys == {truth} else Verdict.UNKNOWN


def tally(matcher: Matcher, known: Collection[str], sights: Sequence[Sight]) -> Counter[Verdict]:
    """Return how many of the frames fared how."""
    return Counter(judge(matcher, known, seen) for seen in sights)
