"""Posts and stories on their way out: the picker, the caption or the editor, the upload."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.frame import Frame
from drover.simulator.plaza.library import BUILT_IN, Picture, pictures
from drover.simulator.plaza.pages.caption import CaptionModel, caption
from drover.simulator.plaza.pages.picker import GRID, PickerModel, picker, picker_reach
from drover.simulator.plaza.pages.story_editor import StoryEditorModel, story_editor
from drover.simulator.plaza.shelf import SharedPost, SharedStory
from drover.simulator.windowing.form import Field, Form
from drover.simulator.windowing.view import View

CAPTION_LIMIT: Final = 300
STORY_TEXT_LIMIT: Final = 80
# Picker -> its title, and the page after it.
_PICKERS: Final = {
    "plaza.post_picker": ("New post", "plaza.caption"),
    "plaza.story_picker": ("New story", "plaza.story_editor"),
}


class Sharing:
    """Makes posts and stories out of pictures; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._listed: tuple[Picture, ...] = BUILT_IN
        self._chosen: Picture = BUILT_IN[0]
        pickers = {name: self._picker(*what, name) for name, what in _PICKERS.items()}
        self.pages: Mapping[str, Page] = {
            **pickers,
            "plaza.caption": Page(
                self._draw_caption, entered=partial(self._enter, "caption", CAPTION_LIMIT), waits=True
            ),
            "plaza.story_editor": Page(
                self._draw_editor, entered=partial(self._enter, "story_text", STORY_TEXT_LIMIT), waits=True
            ),
        }
        self.acts: Mapping[str, Act] = {
            "pick": self._pick,
            "share_post": lambda _, now: frame.send("upload", now, self._share_post),
            "share_story": lambda _, now: frame.send("upload", now, self._share_story),
        }

    def _picker(self, heading: str, next_page: str, name: str) -> Page:
        def draw(visit: Visit, now: float) -> View:
            step = visit.spinner(now) if visit.loading(now) else None
            model = PickerModel(name, heading, next_page, self._listed, visit.scroll.offset(now), step)
            return picker(self._frame.palette, model)

        return Page(
            draw,
            load="picker",
            kept=True,
            entered=self._list,
            area=GRID,
            reach=lambda _visit, _now: picker_reach(len(self._listed)),
        )

    def _list(self, visit: Visit) -> None:
        """Note what the storage holds now: what comes later is listed at the next visit."""
        del visit
        self._listed = pictures(self._frame.host.media())

    def _pick(self, number: str, now: float) -> None:
        self._chosen = self._listed[int(number)]
        self._frame.go(_PICKERS[self._frame.page][1], now)

    def _enter(self, field: str, limit: int, visit: Visit) -> None:
        visit.form = Form({field: Field(limit=limit, many_lines=field == "caption")})

    def _draw_caption(self, visit: Visit, now: float) -> View:
        form = visit.form
        shown = (form.entries["caption"], form.focus is not None, self._frame.caret(now))
        return caption(self._frame.palette, CaptionModel(self._chosen, *shown, visit.busy_step(now)))

    def _draw_editor(self, visit: Visit, now: float) -> View:
        form = visit.form
        shown = (form.entries["story_text"], form.focus is not None, self._frame.caret(now))
        return story_editor(self._frame.palette, StoryEditorModel(self._chosen, *shown, visit.busy_step(now)))

    def _share_post(self, now: float) -> None:
        words = self._frame.form.text("caption").strip()
        self._frame.account.shelf.posts.append(SharedPost(self._chosen, words, self._minute(now)))
        self._end("Post shared", now)

    def _share_story(self, now: float) -> None:
        words = self._frame.form.text("story_text").strip()
        self._frame.account.shelf.stories.append(SharedStory(self._chosen, words, self._minute(now)))
        self._end("Story shared", now)

    def _end(self, notice: str, now: float) -> None:
        self._frame.go("plaza.feed", now, "backward")
        self._frame.notify(notice, now)

    def _minute(self, now: float) -> str:
        return self._frame.host.wall(now).isoformat(timespec="minutes")
