"""Plaza's frame: which page is open, the way back, what is being sent; the features fill it (see features/)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drover.kernel.randomness import stream
from drover.simulator.display.marks import DISPLAY, Layer, Placed
from drover.simulator.display.widgets import snackbar
from drover.simulator.handset import JsonValue
from drover.simulator.plaza.feature import Act, Feature, Page, Visit
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.plaza.pages.popups import PLAZA_POPUPS
from drover.simulator.plaza.spans import PLAZA_SPANS_S, SNACKBAR_FADE_S, SNACKBAR_S
from drover.simulator.plaza.store import Account, Slot, Store
from drover.simulator.windowing.app import Host, Swipe
from drover.simulator.windowing.form import Form
from drover.simulator.windowing.scroll import Scroll
from drover.simulator.windowing.stage import Turn
from drover.simulator.windowing.timing import CARET_S, Timing, step_of
from drover.simulator.windowing.view import View

_SNACKBAR_BOTTOM: Final = 2130
_PERMISSIONS: Final = {"allow": "allowed", "deny": "denied"}
_NOBODY: Final = Account("", "")


@dataclass(frozen=True, slots=True)
class _Notice:
    text: str
    until_s: float


class Frame:
    """The app without its features; implements `drover.simulator.windowing.app.App`.

    What stands in an element's `action` is `name:argument`, looked up in the features' acts. Built in are `go:<page>`
    (forward), `back`, `open:<page>` (a sheet over the page), `dismiss` (closes the sheet) and `focus:<field>`.
    """

    popups = PLAZA_POPUPS

    def __init__(self, seed: int, host: Host, features: Sequence[Callable[["Frame"], Feature]]) -> None:
        self.store = Store()
        self.host = host
        self.palette = host.palette
        self.seed = seed
        self.timing = Timing(stream(seed, PLAZA_PACKAGE, "timing"), PLAZA_SPANS_S)
        self.visits: list[Visit] = []
        self._trail: list[str] = []
        self._notice: _Notice | None = None
        chance = stream(seed, "popups")
        self._surprises = {name: chance.random() < share for name, share in _SURPRISES}
        parts = [feature(self) for feature in features]
        self.pages: Mapping[str, Page] = {name: page for part in parts for name, page in part.pages.items()}
        self.page_names = frozenset(each for name, page in self.pages.items() for each in page.names(name))
        self._acts: Mapping[str, Act] = {
            "go": self._go,
            "back": lambda _, now: self._step_back(now),
            "open": self._open,
            "dismiss": lambda _, now: self.uncover(now),
            "focus": self._focus,
            **{name: act for part in parts for name, act in part.acts.items()},
        }

    # What features ask for.

    @property
    def slot(self) -> Slot:
        """The slot in use."""
        return self.store.slot

    @property
    def account(self) -> Account:
        """The active account; an empty one while nobody is logged in."""
        return self.slot.account or _NOBODY

    @property
    def visit(self) -> Visit:
        """The visit in front: the page's, or that of the sheet over it."""
        return self.visits[-1]

    @property
    def page(self) -> str:
        """The page or sheet in front; empty while the app does not run."""
        return self.visits[-1].page if self.visits else ""

    def caret(self, now: float) -> bool:
        """Whether the caret of the focused field is in the shown half of its blinking."""
        return step_of(now - self.form.edited_s, 2 * CARET_S, 2) == 0

    def go(self, page: str, now: float, turn: Turn = "forward") -> Visit:
        """Leave for another page. One that lies on the way back is gone back to."""
        return self.arrive(page, self.host.turn(turn, now), back=turn == "backward")

    def begin_at(self, page: str, now: float) -> Visit:
        """Leave for another page with nothing behind it."""
        self._trail = []
        return self.go(page, now)

    @property
    def first(self) -> bool:
        """Whether BACK would leave the app."""
        return len(self.visits) == 1 and len(self._trail) == 1

    def arrive(self, page: str, ready_s: float, *, back: bool = False) -> Visit:
        """Open a page; the transition to it ends at `ready_s`."""
        what = self.pages[page]
        still = back and what.kept
        loaded = ready_s + (self.timing.draw_s(what.load) if what.load and not still else 0.0)
        whole = loaded + (self.timing.draw_s(what.rest) if what.rest and not still else 0.0)
        self._trail = (
            [] if what.root else self._trail[: self._trail.index(page)] if page in self._trail else self._trail
        )
        self._trail.append(page)
        self._notice = None
        visit = Visit(page, ready_s, loaded, whole)
        self.visits = [visit]
        if what.entered is not None:
            what.entered(visit)
        return visit

    def cover(self, page: str, now: float) -> Visit:
        """Open a sheet over the page; the page's fields lose the focus."""
        self.form.focus = None
        ready = self.host.turn("fade", now)
        what = self.pages[page]
        loaded = ready + (self.timing.draw_s(what.load) if what.load else 0.0)
        visit = Visit(page, ready, loaded, loaded)
        self.visits.append(visit)
        if what.entered is not None:
            what.entered(visit)
        return visit

    def uncover(self, now: float) -> None:
        """Close the sheet in front."""
        self.host.turn("fade", now)
        self.visits.pop()

    def send(self, what: str, now: float, done: Callable[[float], None]) -> None:
        """Keep the page busy for a span of that name, then call `done`, unless the page is gone."""
        visit = self.visit
        visit.error, visit.busy_since_s, visit.form.focus = "", now, None

        def end(at: float) -> None:
            if self.visits and self.visits[-1] is visit:
                visit.busy_since_s = None
                done(at)

        self.host.later(now + self.timing.draw_s(what), end)

    def notify(self, text: str, now: float) -> None:
        """Show a short notice at the bottom, from when the page is there."""
        self._notice = _Notice(text, max(now, self.visit.began_s) + SNACKBAR_S)

    def restart(self, now: float) -> None:
        """Begin anew with the stored data, as after a change of slot or account."""
        ready = self.host.turn("fade", now)
        self.close()
        self.open(ready)

    def surprise_after(self, name: str, visit: Visit) -> None:
        """Let a popup appear a moment after the page is whole: once in the phone's life, and not on every phone."""
        if not self._surprises[name]:
            return

        def show(now: float) -> None:
            if self.visits and self.visit is visit and not self.busy and self.host.surprise(name, now):
                self._surprises[name] = False

        self.host.later(visit.whole_s + self.timing.draw_s("surprise"), show)

    # What the handset asks for.

    @property
    def running(self) -> bool:
        """Whether the app has a page open."""
        return bool(self.visits)

    @property
    def busy(self) -> bool:
        """Whether something is being sent, during which the page takes no input."""
        return bool(self.visits) and self.visit.busy_since_s is not None

    @property
    def form(self) -> Form:
        """The text fields of the page or sheet in front."""
        return self.visit.form

    def open(self, ready_s: float) -> None:
        """Open the first page that fits the stored data."""
        self.arrive(self._first(), ready_s)

    def _first(self) -> str:
        account = self.slot.account
        if not self.slot.onboarded:
            return "plaza.onboarding_welcome"
        if account is None:
            return "plaza.login"
        return FIRST_PAGES[account.standing]

    def close(self) -> None:
        """End the app's process; what is stored stays."""
        self.visits, self._trail, self._notice = [], [], None

    def act(self, action: str, now: float) -> None:
        """Do what a tapped element stands for."""
        if not self.busy:
            self.perform(action, now)

    def perform(self, action: str, now: float) -> None:
        """Do what an action says, whatever is going on."""
        name, _, argument = action.partition(":")
        self._acts[name](argument, now)

    def back(self, now: float) -> bool:
        """Close the sheet or go back a page; False where the app is to be left."""
        if self.busy:
            return True
        if self.first:
            return False
        self._step_back(now)
        return True

    def _step_back(self, now: float) -> None:
        if len(self.visits) > 1:
            self.uncover(now)
        else:
            self.go(self._trail[-2], now, "backward")

    def _go(self, page: str, now: float) -> None:
        self.go(page, now)

    def _open(self, page: str, now: float) -> None:
        self.cover(page, now)

    def _focus(self, name: str, now: float) -> None:
        self.form.focus_on(name, now)

    def enter(self, now: float, *, astray: bool) -> bool:
        """Do what the enter key does: a newline, the next field, or in the last field the page's main act.

        True where the keyboard goes away.
        """
        if self.form.focus is None or self.busy:
            return False
        if self.form.many_lines:
            self.form.type("\n", now, astray=astray)
            return False
        submit = self.pages[self.page].submit
        if submit and self.form.focus == list(self.form.entries)[-1]:
            self.perform(submit, now)
            return True
        return not self.form.focus_next(now)

    def swipe(self, swipe: Swipe, now: float) -> None:
        """Scroll where the page does so, or let the page follow the finger itself."""
        visit, page = self.visit, self.pages[self.page]
        if self.busy or visit.loading(now):
            return
        upright = abs(swipe.dy) >= abs(swipe.dx)
        if upright and page.area is not None and page.reach is not None and page.area.holds(swipe.x1, swipe.y1):
            reach = page.reach(visit, now)
            visit.scroll = Scroll(visit.scroll.offset(now), -swipe.dy, now, max(0.01, swipe.seconds), reach)
        elif page.swiped is not None:
            page.swiped(swipe, now)

    def views(self, now: float) -> tuple[View, ...]:
        """Return the page and the sheets over it."""
        first, *sheets = (self.pages[visit.page].draw(visit, now) for visit in self.visits)
        notice = self._notice_layer(now)
        return (first if notice is None else first.with_layers(notice), *sheets)

    def _notice_layer(self, now: float) -> Layer | None:
        if self._notice is None or now >= self._notice.until_s:
            return None
        left = self._notice.until_s - now
        opacity = min(1.0, round(left / SNACKBAR_FADE_S * 5) / 5)
        return Placed(snackbar(self.palette, self._notice.text, _SNACKBAR_BOTTOM), opacity=opacity, clip=DISPLAY)

    def state(self) -> Mapping[str, JsonValue]:
        """Return the slots with their accounts, and what the active one holds."""
        return self.store.as_json()

    def answered(self, popup: str, answer: str) -> None:
        """Store the answer to a popup."""
        setattr(self.slot, popup, _PERMISSIONS.get(answer, answer))

    def use_account(self, number: int, now: float) -> bool:
        """Make account `number` of the slot's logins the active one; an open app begins anew with it."""
        if not self.slot.use(number):
            return False
        if self.visits:
            self.restart(now)
        return True

    def pass_challenge(self, now: float) -> bool:
        """Let the owner answer the login challenge: the account is in good standing from now on."""
        if self.page != "plaza.challenge":
            return False
        self.account.standing = "good"
        self.go("plaza.feed", now)
        return True


_SURPRISES: Final = (("permission", 0.5), ("update", 1 / 3))
FIRST_PAGES: Final = {"good": "plaza.feed", "challenged": "plaza.challenge", "suspended": "plaza.suspended"}
