"""Stories that play: other people's, one's own, and those of a highlight."""

from collections.abc import Mapping, Sequence
from typing import Final

from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.frame import Frame
from drover.simulator.plaza.library import BUILT_IN
from drover.simulator.plaza.pages.story import PROGRESS_STEPS, StoryModel, Told, story
from drover.simulator.plaza.people import STORYTELLERS, human
from drover.simulator.windowing.view import View

STORY_S: Final = 6.0
OWN_TONE: Final = 2
_VIEWS_A_STORY: Final = 7


class Stories:
    """Plays stories one after the other, then goes back by itself; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._playing: tuple[Told, ...] = ()
        self._number = 0
        self._since_s = 0.0
        self._paused_after_s: float | None = None
        self._turn = object()
        self.pages: Mapping[str, Page] = {
            "plaza.story": Page(self._draw, entered=self._enter, also=("plaza.own_story",))
        }
        self.acts: Mapping[str, Act] = {
            "play_story": self._play_others,
            "play_own": lambda _, now: self._play(self._own(range(len(frame.account.shelf.stories))), now),
            "play_highlight": self._play_highlight,
            "story_step": lambda by, now: self._step(int(by), now),
            "story_pause": lambda _, now: self._pause(now),
        }

    def _play_others(self, username: str, now: float) -> None:
        someone = human(username)
        shown = tuple(
            Told(someone.name, someone.tone, "2 h ago", BUILT_IN[number].seed, text)
            for number, text in STORYTELLERS[username]
        )
        self._play(shown, now)

    def _own(self, numbers: Sequence[int], note: str = "") -> tuple[Told, ...]:
        account = self._frame.account
        stories = [(number, account.shelf.stories[number]) for number in numbers]
        return tuple(
            Told(
                account.name,
                OWN_TONE,
                note or f"Today, {each.at[11:16]}",
                each.picture.seed,
                each.text,
                (each.picture.seed % _VIEWS_A_STORY, number),
            )
            for number, each in stories
        )

    def _play_highlight(self, number: str, now: float) -> None:
        highlight = self._frame.account.shelf.highlights[int(number)]
        self._play(self._own(highlight.stories, highlight.name), now)

    def _play(self, stories: tuple[Told, ...], now: float) -> None:
        self._playing, self._number = stories, 0
        self._frame.go("plaza.story", now)

    def _enter(self, visit: Visit) -> None:
        self._begin(visit.began_s)

    def _begin(self, now: float, after_s: float = 0.0) -> None:
        """Let the story run that has run for `after_s` already."""
        self._since_s, self._paused_after_s = now - after_s, None
        visit, turn = self._frame.visit, object()
        self._turn = turn

        def run_out(at: float) -> None:
            if self._turn is turn and self._frame.running and self._frame.visit is visit:
                self._step(1, at)

        self._frame.host.later(self._since_s + STORY_S, run_out)

    def _step(self, by: int, now: float) -> None:
        if self._number + by >= len(self._playing):
            self._turn = object()
            self._frame.back(now)
            return
        self._number = max(0, self._number + by)
        self._begin(now)

    def _pause(self, now: float) -> None:
        if self._paused_after_s is None:
            self._turn, self._paused_after_s = object(), now - self._since_s
        else:
            self._begin(now, self._paused_after_s)

    def _draw(self, visit: Visit, now: float) -> View:
        del visit
        paused = self._paused_after_s
        ran = now - self._since_s if paused is None else paused
        progress = min(PROGRESS_STEPS, max(0, int(ran / STORY_S * PROGRESS_STEPS)))
        place = (self._number, len(self._playing), progress, paused is not None)
        return story(self._frame.palette, StoryModel(self._playing[self._number], *place))
