"""The numbers page: an account's figures, which grow between two looks."""

import random
from collections.abc import Mapping
from typing import Final

from drover.kernel.randomness import stream
from drover.simulator.plaza.content import Numbers, draw_numbers
from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.frame import Frame
from drover.simulator.plaza.pages.numbers import Figures, numbers
from drover.simulator.windowing.view import View

_COUNTING_STEPS: Final = 12


def own_numbers(frame: Frame) -> Numbers:
    """Return the active account's figures as its profile shows them: drawn, and what came since."""
    drawn = draw_numbers(_stream(frame, "numbers"))
    shelf = frame.account.shelf
    pictures = (*(post.picture.seed for post in reversed(shelf.posts)), *drawn.pictures)
    return Numbers(
        posts=drawn.posts + len(shelf.posts),
        followers=drawn.followers + shelf.followers_gained,
        following=drawn.following + len(shelf.following),
        pictures=pictures[: len(drawn.pictures)],
    )


def _stream(frame: Frame, what: str, *more: int) -> random.Random:
    return stream(frame.seed, what, frame.store.number, frame.slot.active, *more)


class Numbering:
    """Shows the figures, counting up to them; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._figures = Figures(0, 0, 0, 0, 0, 0)
        self.pages: Mapping[str, Page] = {
            "plaza.numbers": Page(self._draw, load="page", rest="counting", entered=self._enter)
        }
        self.acts: Mapping[str, Act] = {}

    def _enter(self, visit: Visit) -> None:
        del visit
        frame, shelf = self._frame, self._frame.account.shelf
        grown = _stream(frame, "growth", shelf.looks)
        followers, likes = grown.randrange(1, 8), grown.randrange(3, 40)
        shelf.looks += 1
        shelf.followers_gained += followers
        shelf.likes_gained += likes
        base = _stream(frame, "likes").randrange(200, 6000)
        posts = len(shelf.posts) - shelf.posts_seen
        shelf.posts_seen = len(shelf.posts)
        own = own_numbers(frame)
        self._figures = Figures(own.followers, base + shelf.likes_gained, own.posts, followers, likes, posts)

    def _draw(self, visit: Visit, now: float) -> View:
        if visit.loading(now):
            return numbers(self._frame.palette, None, visit.spinner(now))
        share = min(1.0, (now - visit.loaded_s) / (visit.whole_s - visit.loaded_s))
        counted = round((1 - (1 - share) ** 2) * _COUNTING_STEPS) / _COUNTING_STEPS
        return numbers(self._frame.palette, self._figures.share(counted), 0)
