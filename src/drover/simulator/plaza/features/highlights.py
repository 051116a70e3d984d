"""Highlights: stories kept on the profile under a name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.frame import Frame
from drover.simulator.plaza.pages.highlights import (
    STORIES,
    HighlightNameModel,
    StoryTile,
    highlight_choose,
    highlight_name,
    highlight_stories,
    stories_reach,
)
from drover.simulator.plaza.shelf import Highlight, Shelf
from drover.simulator.windowing.form import Field, Form
from drover.simulator.windowing.view import View

NAME_LIMIT: Final = 20
_NAME_MISSING: Final = "Enter a name"


class Highlights:
    """Puts a story into a first, a further or an older highlight; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._story = 0
        self.pages: Mapping[str, Page] = {
            "plaza.highlight_stories": Page(
                self._draw_stories,
                load="page",
                also=("plaza.highlight_none",),
                kept=True,
                area=STORIES,
                reach=lambda _visit, _now: stories_reach(len(self._shelf.stories)),
            ),
            "plaza.highlight_choose": Page(self._draw_choose, waits=True),
            "plaza.highlight_name": Page(
                self._draw_name, entered=self._enter_name, submit="save_highlight", waits=True
            ),
        }
        self.acts: Mapping[str, Act] = {
            "choose_story": self._choose_story,
            "highlight_story": self._choose_story,
            "new_highlight": lambda _, now: self._leave_for("plaza.highlight_name", now),
            "add_to_highlight": self._add,
            "save_highlight": lambda _, now: self._save(now),
        }

    @property
    def _shelf(self) -> Shelf:
        return self._frame.account.shelf

    def _next_page(self) -> str:
        """Return what comes after a story is chosen: without a highlight there is none to choose from."""
        return "plaza.highlight_choose" if self._shelf.highlights else "plaza.highlight_name"

    def _leave_for(self, page: str, now: float) -> None:
        self._frame.go(page, now)

    def _choose_story(self, number: str, now: float) -> None:
        self._story = int(number)
        self._frame.go(self._next_page(), now)

    def _draw_stories(self, visit: Visit, now: float) -> View:
        step = visit.spinner(now) if visit.loading(now) else None
        tiles = tuple(StoryTile(story.picture.seed, story.text, _day(story.at)) for story in self._shelf.stories)
        return highlight_stories(self._frame.palette, tiles, visit.scroll.offset(now), step, self._next_page())

    def _draw_choose(self, visit: Visit, now: float) -> View:
        shelf = self._shelf
        every = tuple(
            (each.name, len(each.stories), shelf.stories[each.stories[0]].picture.seed) for each in shelf.highlights
        )
        return highlight_choose(self._frame.palette, every, visit.busy_step(now))

    def _enter_name(self, visit: Visit) -> None:
        visit.form = Form({"highlight_name": Field(limit=NAME_LIMIT)})

    def _draw_name(self, visit: Visit, now: float) -> View:
        form = visit.form
        shown = (form.entries["highlight_name"], form.focus is not None, self._frame.caret(now))
        photo = self._shelf.stories[self._story].picture.seed
        return highlight_name(self._frame.palette, HighlightNameModel(photo, *shown, visit.error, visit.busy_step(now)))

    def _save(self, now: float) -> None:
        visit = self._frame.visit
        name = visit.form.text("highlight_name").strip()
        if not name:
            visit.error = _NAME_MISSING
            return

        def saved(at: float) -> None:
            self._shelf.highlights.append(Highlight(name, [self._story]))
            self._end("Highlight saved", at)

        self._frame.send("save", now, saved)

    def _add(self, number: str, now: float) -> None:
        def added(at: float) -> None:
            highlight = self._shelf.highlights[int(number)]
            highlight.stories.append(self._story)
            self._end(f"Added to {highlight.name}", at)

        self._frame.send("save", now, added)

    def _end(self, notice: str, now: float) -> None:
        self._frame.go("plaza.profile", now, "backward")
        self._frame.notify(notice, now)


def _day(at: str) -> str:
    day = datetime.fromisoformat(at)
    return f"{day:%b} {day.day}"
