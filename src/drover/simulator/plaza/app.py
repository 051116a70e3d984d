"""Plaza's behaviour: which page is open, what touches and keys do, what arrives when."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from drover.kernel.randomness import stream
from drover.simulator.display.marks import DISPLAY, Layer, Placed
from drover.simulator.display.palette import Palette
from drover.simulator.display.widgets import SPINNER_STEPS, snackbar
from drover.simulator.plaza.content import Numbers, Post, draw_numbers, draw_posts
from drover.simulator.plaza.form import Form
from drover.simulator.plaza.pages.edit_profile import EditModel, edit_profile
from drover.simulator.plaza.pages.feed import LIST, FeedModel, feed, scroll_reach
from drover.simulator.plaza.pages.gender import gender
from drover.simulator.plaza.pages.login import LoginModel, login
from drover.simulator.plaza.pages.onboarding import ONBOARDING, onboarding
from drover.simulator.plaza.pages.profile import Arrival, ProfileModel, profile
from drover.simulator.plaza.scroll import Scroll
from drover.simulator.plaza.stage import Turn
from drover.simulator.plaza.store import Store
from drover.simulator.plaza.timing import CARET_S, SNACKBAR_FADE_S, SNACKBAR_S, SPINNER_TURN_S, Timing, step_of
from drover.simulator.plaza.view import View

_SNACKBAR_BOTTOM: Final = 2130
_NAME_MISSING: Final = "Enter a name"
_LOGIN_MISSING: Final = "Enter your username and password"
_PERMISSION_SHARE: Final = 0.5
_UPDATE_SHARE: Final = 1 / 3


@dataclass(frozen=True, slots=True, eq=False)
class _Visit:
    """One stay on a page. `loaded_s` is when its content is there, `whole_s` when the late part is there too."""

    page: str
    began_s: float
    loaded_s: float
    whole_s: float


@dataclass(frozen=True, slots=True)
class _Notice:
    text: str
    until_s: float


@dataclass(frozen=True, slots=True)
class Phone:
    """What the app asks of its phone.

    `turn` begins a transition away from the present picture and returns when it ends; `later` has something done at a
    moment; `surprise` shows a popup by itself and tells whether it did.
    """

    turn: Callable[[Turn, float], float]
    later: Callable[[float, Callable[[float], None]], None]
    surprise: Callable[[str, float], bool]


class PlazaApp:
    """The app: its stored data, the page that is open, and what is on it."""

    def __init__(self, seed: int, phone: Phone, timing: Timing) -> None:
        self.store = Store()
        self._phone = phone
        self._timing = timing
        self._content: random.Random = stream(seed, "content")
        chance = stream(seed, "popups")
        self._surprises = {
            "permission": chance.random() < _PERMISSION_SHARE,
            "update": chance.random() < _UPDATE_SHARE,
        }
        self._numbers: Numbers = draw_numbers(self._content)
        self._posts: tuple[Post, ...] = ()
        self._visit: _Visit | None = None
        self._actions = self._table()
        self._forget()

    def _table(self) -> Mapping[str, Callable[[str, float], None]]:
        return {
            "next_onboarding": self._next_onboarding,
            "finish_onboarding": self._finish_onboarding,
            "focus": self._focus,
            "log_in": lambda _, now: self._log_in(now),
            "open_feed": lambda _, now: self._open_feed(now, "backward"),
            "open_profile": lambda _, now: self._open_profile(now),
            "like": lambda number, _: self._like(int(number)),
            "edit_profile": lambda _, now: self._open_edit(now),
            "close_edit": lambda _, now: self._return_to_profile(now),
            "open_gender": lambda _, now: self._set_gender_open(now, shown=True),
            "choose": self._choose_gender,
            "save": lambda _, now: self._save(now),
        }

    def _forget(self) -> None:
        self.form = Form({})
        self._scroll = Scroll()
        self._error = ""
        self._notice: _Notice | None = None
        self._gender = ""
        self._gender_open = False
        self._busy_since: float | None = None

    @property
    def running(self) -> bool:
        """Whether the app has a page open."""
        return self._visit is not None

    @property
    def page(self) -> str:
        """The page that is open; empty while the app does not run."""
        return "" if self._visit is None else self._visit.page

    @property
    def busy(self) -> bool:
        """Whether something is being sent, during which the page takes no input."""
        return self._busy_since is not None

    def open(self, ready_s: float) -> None:
        """Open the first page that fits the stored data; the transition to it ends at `ready_s`."""
        if not self.store.onboarded:
            self._go(ONBOARDING[0], ready_s)
        elif not self.store.logged_in:
            self._show_login(ready_s)
        else:
            self._show_feed(ready_s)

    def close(self) -> None:
        """End the app's process; what is stored stays."""
        self._visit = None
        self._forget()

    def act(self, action: str, now: float) -> None:
        """Do what a tapped element stands for."""
        if self.busy:
            return
        name, _, argument = action.partition(":")
        self._actions[name](argument, now)

    def back(self, now: float) -> bool:
        """Go back; False where the app is to be left."""
        if self.busy:
            return True
        if self._gender_open:
            self._set_gender_open(now, shown=False)
        elif self.page == "plaza.edit_profile":
            self._return_to_profile(now)
        elif self.page == "plaza.profile":
            self._open_feed(now, "backward")
        elif self.page in ONBOARDING[1:]:
            self._turn_to(ONBOARDING[ONBOARDING.index(self.page) - 1], now, "backward")
        else:
            return False
        return True

    def enter(self, now: float, *, astray: bool) -> bool:
        """Do what the enter key does: a newline, the next field, or the page's main act.

        True where the keyboard goes away.
        """
        if self.form.focus is None or self.busy:
            return False
        if self.form.many_lines:
            self.form.type("\n", now, astray=astray)
            return False
        if self.page == "plaza.login" and self.form.focus == "password":
            self._log_in(now)
            return True
        return not self.form.focus_next(now)

    def swipe(self, palette: Palette, y: float, distance: float, seconds: float, now: float) -> None:
        """Scroll by a swipe that begins at `y` and moves the finger up by `distance`."""
        if self.page != "plaza.feed" or self._loading(now) or not LIST.holds(1, y):
            return
        start = self._scroll.offset(now)
        reach = scroll_reach(palette, self._feed_model(now))
        self._scroll = Scroll(start, distance, now, max(0.01, seconds), reach)

    def views(self, palette: Palette, now: float) -> tuple[View, ...]:
        """Return the app's windows from the back; the last one has the focus."""
        page = self._page_view(palette, now)
        notice = self._notice_layer(palette, now)
        page = page if notice is None else page.with_layers(notice)
        return (page, gender(palette, self._gender)) if self._gender_open else (page,)

    def _focus(self, name: str, now: float) -> None:
        self.form.focus_on(name, now)

    # Pages.

    def _go(self, page: str, ready_s: float, *, load: float = 0.0, rest: float = 0.0) -> _Visit:
        self._forget()
        visit = _Visit(page, ready_s, ready_s + load, ready_s + load + rest)
        self._visit = visit
        return visit

    def _turn_to(self, page: str, now: float, turn: Turn) -> None:
        self._go(page, self._phone.turn(turn, now))

    def _next_onboarding(self, _: str, now: float) -> None:
        self._turn_to(ONBOARDING[ONBOARDING.index(self.page) + 1], now, "forward")

    def _finish_onboarding(self, _: str, now: float) -> None:
        ready = self._phone.turn("forward", now)
        self.store.onboarded = True
        self._show_login(ready)

    def _show_login(self, ready_s: float) -> None:
        self._go("plaza.login", ready_s)
        self.form = Form({"username": "", "password": ""})

    def _log_in(self, now: float) -> None:
        if not self.form.text("username").strip() or not self.form.text("password"):
            self._error = _LOGIN_MISSING
            return
        self._send("login", now, self._logged_in)

    def _logged_in(self, now: float) -> None:
        username = self.form.text("username").strip()
        self._open_feed(now, "forward")
        self.store.log_in(username)

    def _send(self, what: str, now: float, done: Callable[[float], None]) -> None:
        """Keep the page busy for a while, then call `done`, unless the page is gone."""
        self._error, self._busy_since, self.form.focus = "", now, None
        visit = self._visit
        self._phone.later(now + self._timing.draw_s(what), lambda at: done(at) if self._visit is visit else None)

    def _open_feed(self, now: float, turn: Turn) -> None:
        self._show_feed(self._phone.turn(turn, now))

    def _show_feed(self, ready_s: float) -> None:
        load, rest = self._timing.draw_s("feed"), self._timing.draw_s("banner")
        visit = self._go("plaza.feed", ready_s, load=load, rest=rest)
        self._posts = draw_posts(self._content)
        self._later_surprise("permission", visit)

    def _open_profile(self, now: float) -> None:
        ready = self._phone.turn("forward", now)
        load, rest = self._timing.draw_s("profile"), self._timing.draw_s("profile_rest")
        self._later_surprise("update", self._go("plaza.profile", ready, load=load, rest=rest))

    def _later_surprise(self, name: str, visit: _Visit) -> None:
        """Let a popup appear a moment after the page is whole: once in the phone's life, and not on every phone."""
        if not self._surprises[name]:
            return

        def show(now: float) -> None:
            if self._visit is visit and not self.busy and self._phone.surprise(name, now):
                self._surprises[name] = False

        self._phone.later(visit.whole_s + self._timing.draw_s("surprise"), show)

    def _open_edit(self, now: float) -> None:
        self._turn_to("plaza.edit_profile", now, "forward")
        self.form = Form({"name": self.store.name, "username": self.store.username, "bio": self.store.bio})
        self._gender = self.store.gender

    def _return_to_profile(self, now: float) -> None:
        self._turn_to("plaza.profile", now, "backward")

    def _set_gender_open(self, now: float, *, shown: bool) -> None:
        self._phone.turn("fade", now)
        self._gender_open = shown
        self.form.focus = None

    def _choose_gender(self, chosen: str, now: float) -> None:
        self._set_gender_open(now, shown=False)
        self._gender = chosen

    def _save(self, now: float) -> None:
        if not self.form.text("name").strip():
            self._error = _NAME_MISSING
            return
        self._send("save", now, self._saved)

    def _saved(self, now: float) -> None:
        texts = {name: entry.text.strip() for name, entry in self.form.entries.items()}
        chosen = self._gender
        self._return_to_profile(now)
        self.store.save_profile(texts["name"], texts["username"] or self.store.username, texts["bio"], chosen)
        visit = self._visit
        shown_s = now if visit is None else visit.began_s
        self._notice = _Notice("Profile saved", shown_s + SNACKBAR_S)

    def _like(self, number: int) -> None:
        posts = list(self._posts)
        posts[number] = replace(posts[number], liked=not posts[number].liked)
        self._posts = tuple(posts)

    # Pictures.

    def _loading(self, now: float) -> bool:
        return self._visit is not None and now < self._visit.loaded_s

    def _busy_step(self, now: float) -> int | None:
        return None if self._busy_since is None else step_of(now - self._busy_since, SPINNER_TURN_S, SPINNER_STEPS)

    def _caret(self, now: float) -> bool:
        return step_of(now - self.form.edited_s, 2 * CARET_S, 2) == 0

    def _notice_layer(self, palette: Palette, now: float) -> Layer | None:
        if self._notice is None or now >= self._notice.until_s:
            return None
        left = self._notice.until_s - now
        opacity = min(1.0, round(left / SNACKBAR_FADE_S * 5) / 5)
        return Placed(snackbar(palette, self._notice.text, _SNACKBAR_BOTTOM), opacity=opacity, clip=DISPLAY)

    def _page_view(self, palette: Palette, now: float) -> View:
        if self.page in ONBOARDING:
            return onboarding(palette, self.page)
        painters = {
            "plaza.login": self._login_view,
            "plaza.feed": self._feed_view,
            "plaza.profile": self._profile_view,
            "plaza.edit_profile": self._edit_view,
        }
        return painters[self.page](palette, now)

    def _login_view(self, palette: Palette, now: float) -> View:
        form, entries = self.form, self.form.entries
        fields = (entries["username"], entries["password"], form.focus, self._caret(now))
        return login(palette, LoginModel(*fields, self._error, self._busy_step(now)))

    def _feed_view(self, palette: Palette, now: float) -> View:
        return feed(palette, self._feed_model(now))

    def _feed_model(self, now: float) -> FeedModel:
        visit = self._visit
        began, whole = (now, now) if visit is None else (visit.began_s, visit.whole_s)
        step = step_of(now - began, SPINNER_TURN_S, SPINNER_STEPS) if self._loading(now) else None
        return FeedModel(self.store.name, self._posts, now >= whole, self._scroll.offset(now), step)

    def _profile_view(self, palette: Palette, now: float) -> View:
        visit = self._visit
        began, whole = (now, now) if visit is None else (visit.began_s, visit.whole_s)
        arrival = Arrival.ALL if now >= whole else Arrival.HEAD
        arrival = Arrival.NOTHING if self._loading(now) else arrival
        step = step_of(now - began, SPINNER_TURN_S, SPINNER_STEPS)
        store = self.store
        return profile(palette, ProfileModel(store.name, store.username, store.bio, self._numbers, arrival, step))

    def _edit_view(self, palette: Palette, now: float) -> View:
        form = self.form
        entries = tuple(form.entries.items())
        shown = (self._gender, self.store.name, form.focus, self._caret(now), self._error, self._busy_step(now))
        return edit_profile(palette, EditModel(entries, *shown))
