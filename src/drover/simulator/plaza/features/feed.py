"""The feed: other people's posts, new ones at every visit."""

from collections.abc import Mapping
from dataclasses import replace

from drover.kernel.randomness import stream
from drover.simulator.plaza.content import Post, draw_posts
from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.frame import Frame
from drover.simulator.plaza.pages.feed import LIST, FeedModel, feed, scroll_reach
from drover.simulator.windowing.view import View


class Feed:
    """Shows posts and takes likes; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._content = stream(frame.seed, "content")
        self._posts: tuple[Post, ...] = ()
        self.pages: Mapping[str, Page] = {
            "plaza.feed": Page(
                self._draw,
                load="feed",
                rest="banner",
                root=True,
                entered=self._enter,
                area=LIST,
                reach=lambda visit, now: scroll_reach(frame.palette, self._model(visit, now)),
            )
        }
        self.acts: Mapping[str, Act] = {
            "open_feed": lambda _, now: frame.go("plaza.feed", now, "backward"),
            "like": lambda number, _: self._like(int(number)),
        }

    def _enter(self, visit: Visit) -> None:
        self._posts = draw_posts(self._content)
        self._frame.surprise_after("permission", visit)

    def _like(self, number: int) -> None:
        posts = list(self._posts)
        posts[number] = replace(posts[number], liked=not posts[number].liked)
        self._posts = tuple(posts)

    def _draw(self, visit: Visit, now: float) -> View:
        return feed(self._frame.palette, self._model(visit, now))

    def _model(self, visit: Visit, now: float) -> FeedModel:
        step = visit.spinner(now) if visit.loading(now) else None
        return FeedModel(self._frame.account.name, self._posts, visit.whole(now), visit.scroll.offset(now), step)
