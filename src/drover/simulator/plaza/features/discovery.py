"""Search, and other people's profiles."""

from collections.abc import Mapping
from typing import Final

from drover.kernel.randomness import stream
from drover.simulator.display.widgets import SPINNER_STEPS
from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.frame import Frame
from drover.simulator.plaza.pages.person import PersonModel, person
from drover.simulator.plaza.pages.search import SearchModel, search
from drover.simulator.plaza.people import HUMANS, found, human, numbers_of
from drover.simulator.windowing.form import Field, Form
from drover.simulator.windowing.timing import SPINNER_TURN_S, step_of
from drover.simulator.windowing.view import View

QUERY_LIMIT: Final = 40
SEARCHING_S: Final = (0.35, 0.9)
_OUTCOMES: Final = ("plaza.search_results", "plaza.search_empty")


class Discovery:
    """Finds people as one types, shows them, follows one at a time; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._human = HUMANS[0]
        self.pages: Mapping[str, Page] = {
            "plaza.search": Page(
                self._draw_search, entered=self._enter_search, submit="search", waits=True, also=_OUTCOMES
            ),
            "plaza.person": Page(self._draw_person, load="page"),
        }
        self.acts: Mapping[str, Act] = {
            "search": lambda _, __: self._leave_field(),
            "clear_query": lambda _, now: self._clear(now),
            "open_person": self._open_person,
            "follow": lambda _, __: self._follow(),
        }

    def _enter_search(self, visit: Visit) -> None:
        visit.form = Form({"query": Field(limit=QUERY_LIMIT)})

    def _leave_field(self) -> None:
        """Let the enter key show the results alone: they come as one types."""
        self._frame.form.focus = None

    def _clear(self, now: float) -> None:
        self._enter_search(self._frame.visit)
        self._frame.form.focus_on("query", now)

    def _draw_search(self, visit: Visit, now: float) -> View:
        form = visit.form
        query = form.text("query").strip()
        waits_s = stream(self._frame.seed, "search", query).uniform(*SEARCHING_S)
        since_s = now - form.edited_s
        step = step_of(since_s, SPINNER_TURN_S, SPINNER_STEPS) if query and since_s < waits_s else None
        people = found(query) if query else ()
        shown = (form.entries["query"], form.focus is not None, self._frame.caret(now))
        return search(self._frame.palette, SearchModel(*shown, query, people, step))

    def _open_person(self, username: str, now: float) -> None:
        self._human = human(username)
        self._frame.go("plaza.person", now)

    def _follow(self) -> None:
        following = self._frame.account.shelf.following
        if self._human.username in following:
            following.remove(self._human.username)
        else:
            following.append(self._human.username)

    def _draw_person(self, visit: Visit, now: float) -> View:
        step = visit.spinner(now) if visit.loading(now) else None
        following = self._human.username in self._frame.account.shelf.following
        numbers = numbers_of(self._human, self._frame.seed)
        return person(self._frame.palette, PersonModel(self._human, numbers, following, step))
