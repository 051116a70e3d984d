"""Every page, settled, without time passing, and where its elements are: what a screen registry is made from."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from drover.kernel.clock import FakeClock
from drover.kernel.randomness import stream
from drover.simulator.display.marks import REFERENCE_WIDTH
from drover.simulator.handset import Gesture, Look
from drover.simulator.plaza.handset import PlazaHandset
from drover.simulator.plaza.pages.popups import PLAZA_POPUPS
from drover.simulator.windowing import keys
from drover.simulator.windowing.system_popups import SYSTEM_POPUPS
from drover.simulator.windowing.view import Element

REFERENCE: Final = Look(1080, 2400, "light")
POPUPS: Final = (*PLAZA_POPUPS, *SYSTEM_POPUPS)
"""The popups, by the names that `settled` takes."""
SCROLL: Final = "^"
"""A step of a way that scrolls what can be scrolled on, by about two fifths of the display."""
_START_S: Final = -600.0
_SETTLING_S: Final = 5.0
_SCROLLED: Final = (1500, 600)

_ONBOARDED: Final = ("icon_plaza", "next", "next", "get_started")
_LOGGED_IN: Final = (*_ONBOARDED, "username=mara.lindqvist", "password=plaza", "log_in")
_PROFILE: Final = (*_LOGGED_IN, "tab_profile")
_PICKED: Final = (*_LOGGED_IN, "composer", "picture_1")
_EDITED: Final = (*_LOGGED_IN, "new_story", "picture_1")
_TOLD: Final = (*_EDITED, "share")
_NAMED: Final = (*_TOLD, "tab_profile", "new_highlight", "story_1")
_SEARCH: Final = (*_LOGGED_IN, "tab_search")
_PERSON: Final = (*_SEARCH, "query=tomas\n", "result_1")
_SETTINGS: Final = (*_PROFILE, "settings")
_WRITTEN: Final = (
    *("icon_notes", "new_note", "title=Groceries", "text=Bread, tomatoes, cardamom", "save"),
    *("new_note", "title=Ideas for Sunday", "text=Soup, records, nothing else", "save"),
)

WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "launcher": (),
    "plaza.onboarding_welcome": _ONBOARDED[:1],
    "plaza.onboarding_discover": _ONBOARDED[:2],
    "plaza.onboarding_notify": _ONBOARDED[:3],
    "plaza.login": _ONBOARDED,
    "plaza.feed": _LOGGED_IN,
    "plaza.challenge": (*_ONBOARDED, "username=challenge.me", "password=plaza", "log_in"),
    "plaza.suspended": (*_ONBOARDED, "username=banned.one", "password=plaza", "log_in"),
    "plaza.profile": _PROFILE,
    "plaza.edit_profile": (*_PROFILE, "edit_profile"),
    "plaza.gender": (*_PROFILE, "edit_profile", "gender"),
    "plaza.account_switcher": (*_PROFILE, "accounts"),
    "plaza.settings": _SETTINGS,
    "plaza.slots": (*_SETTINGS, "slots"),
    "plaza.about": (*_SETTINGS, "about"),
    "plaza.log_out": (*_SETTINGS, "log_out"),
    "plaza.post_picker": _PICKED[:-1],
    "plaza.caption": _PICKED,
    "plaza.post": (*_PICKED, "share", "post_1"),
    "plaza.story_picker": _EDITED[:-1],
    "plaza.story_editor": _EDITED,
    "plaza.story": (*_LOGGED_IN, "story_of_1", "pause"),
    "plaza.own_story": (*_TOLD, "your_story", "pause"),
    "plaza.highlight_none": (*_PROFILE, "new_highlight"),
    "plaza.highlight_stories": (*_TOLD, "tab_profile", "new_highlight"),
    "plaza.highlight_name": _NAMED,
    "plaza.highlight_choose": (*_NAMED, "highlight_name=Winter", "save", "new_highlight", "story_1"),
    "plaza.search": _SEARCH,
    "plaza.search_results": (*_SEARCH, "query=ma\n"),
    "plaza.search_empty": (*_SEARCH, "query=zzz\n"),
    "plaza.person": _PERSON,
    "plaza.messages": (*_LOGGED_IN, "messages"),
    "plaza.conversation": (*_LOGGED_IN, "messages", "conversation_1"),
    "plaza.numbers": (*_PROFILE, "numbers"),
    "notes.list": _WRITTEN,
    "notes.new": ("icon_notes", "new_note"),
    "notes.edit": (*_WRITTEN, "note_1"),
    "notes.delete": (*_WRITTEN, "note_1", "delete"),
    **{f"popup.{name}": _LOGGED_IN for name in POPUPS},
}
"""Page -> what is tapped, or typed into a field, from the first start on."""
PAGES: Final = tuple(WAYS)
"""All pages and popups that a handset can show, loading ones aside."""


class _Walk:
    """Leads a handset along a way, in moments long past, and answers popups that come by themselves."""

    def __init__(self, look: Look, seed: int) -> None:
        clock = FakeClock(elapsed_s=_START_S)
        self.handset = PlazaHandset(look, clock, stream(seed, "catalog"), datetime(2026, 1, 1, 9, 41, tzinfo=UTC))
        self._now = _START_S

    def settle(self) -> None:
        """Let time pass until nothing moves any more."""
        self._now += _SETTLING_S
        while self.handset.page(self._now).startswith("popup."):
            self._tap(self.handset.view(self._now).elements[-1])
            self._now += _SETTLING_S

    def step(self, step: str) -> None:
        """Tap an element, and type where the step says `name=text`; a newline at its end is the enter key."""
        if step == SCROLL:
            x, (start, end) = self._pixel(REFERENCE_WIDTH / 2), map(self._pixel, _SCROLLED)
            self.handset.gesture(Gesture(x, start, x, end, 0.2), self._now)
            self.settle()
            return
        name, _, text = step.partition("=")
        element = self.handset.view(self._now).element(name)
        if element is None:
            message = f"{self.handset.page(self._now)} has no element {name}"
            raise LookupError(message)
        self._tap(element)
        if text:
            self.handset.type_text(text.rstrip("\n"), self._now)
            self.handset.press(keys.ENTER if text.endswith("\n") else keys.BACK, self._now)
        self.settle()

    def show_popup(self, name: str) -> None:
        """Open a popup over the page."""
        self.handset.popup(name, self._now)

    def _tap(self, element: Element) -> None:
        x, y = (self._pixel(value) for value in element.box.middle)
        self.handset.gesture(Gesture(x, y, x, y, 0.0), self._now)

    def _pixel(self, value: float) -> int:
        return round(value * self.handset.look.width / REFERENCE_WIDTH)


def settled(page: str, look: Look = REFERENCE, *, seed: int = 1) -> PlazaHandset:
    """Return a handset that shows a page of PAGES, settled at any `now` from 0 on.

    It went there by its own taps, at moments before 0. Handsets of different seeds differ in what changes: content,
    figures, times. Raises KeyError for another page.
    """
    kind, _, name = page.partition(".")
    return walked(WAYS[page], look, seed=seed, popups=(name,) if kind == "popup" else ())


def walked(way: Sequence[str], look: Look = REFERENCE, *, seed: int = 1, popups: Sequence[str] = ()) -> PlazaHandset:
    """Return a handset that went a way of one's own from the first start on, settled at any `now` from 0 on.

    A step is the name of an element to tap, `name=text` for a field to type into, or SCROLL; a tap on a field alone
    leaves the keyboard up. `popups` then open, the front one last. Raises LookupError for an element that is not there.
    """
    walk = _Walk(look, seed)
    walk.settle()
    for step in way:
        walk.step(step)
    for popup in popups:
        walk.show_popup(popup)
    return walk.handset


def elements(page: str, look: Look = REFERENCE) -> tuple[Element, ...]:
    """Return the elements of a page's focused window, with boxes in reference pixels (1080 by 2400)."""
    return settled(page, look).view(0.0).elements
