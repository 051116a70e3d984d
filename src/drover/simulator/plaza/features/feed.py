"""The feed: other people's posts, new ones at every visit."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from drover.kernel.randomness import stream
from drover.simulator.plaza.content import Post, draw_posts
from drover.simulator.plaza.feature import Act, Page, Visit
from drover.simulator.plaza.frame import Frame
from drover.simulator.plaza.pages.feed import LIST, FeedModel, feed, scroll_reach
from drover.simulator.plaza.pages.post import PostModel, post
from drover.simulator.plaza.pages.rings import Ring
from drover.simulator.plaza.people import STORYTELLERS, human
from drover.simulator.plaza.shelf import SharedPost
from drover.simulator.windowing.view import View

OWN_TONE: Final = 2
_OWN_SHOWN: Final = 2
_PHOTO_HEIGHT: Final = 760


class Feed:
    """Shows posts, one's own newest ones first, and takes likes; implements `Feature`."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._content = stream(frame.seed, "content")
        self._posts: tuple[Post, ...] = ()
        self._opened = 0
        self.pages: Mapping[str, Page] = {
            "plaza.feed": Page(
                self._draw,
                load="feed",
                rest="banner",
                root=True,
                entered=self._enter,
                area=LIST,
                reach=lambda visit, now: scroll_reach(frame.palette, self._model(visit, now)),
            ),
            "plaza.post": Page(self._draw_post, load="page"),
        }
        self.acts: Mapping[str, Act] = {
            "open_feed": lambda _, now: frame.go("plaza.feed", now, "backward"),
            "like": lambda number, _: self._like(int(number)),
            "like_post": lambda _, __: self._like(self._opened),
            "open_post": self._open_post,
        }

    def _enter(self, visit: Visit) -> None:
        own = tuple(self._own(each, visit.began_s) for each in reversed(self._frame.account.shelf.posts[-_OWN_SHOWN:]))
        self._posts = (*own, *draw_posts(self._content))
        self._frame.surprise_after("permission", visit)

    def _own(self, shared: SharedPost, now: float) -> Post:
        age = _age(self._frame.host.wall(now) - datetime.fromisoformat(shared.at))
        shown = (self._frame.account.name, OWN_TONE, age, shared.caption, shared.picture.seed, _PHOTO_HEIGHT)
        return Post(*shown, likes=0, comments=0)

    def _open_post(self, number: str, now: float) -> None:
        self._opened = int(number)
        self._frame.go("plaza.post", now)

    def _draw_post(self, visit: Visit, now: float) -> View:
        step = visit.spinner(now) if visit.loading(now) else None
        shown = self._posts[self._opened]
        author = (shown.author, shown.tone, shown.age)
        numbers = (shown.likes, shown.comments, shown.liked)
        return post(self._frame.palette, PostModel(*author, shown.photo, shown.words, *numbers, step))

    def _rings(self) -> tuple[tuple[str, Ring], ...]:
        account = self._frame.account
        own = Ring("Your story", account.name, OWN_TONE, lively=bool(account.shelf.stories), plus=True)
        others = [human(username) for username in STORYTELLERS]
        rings = [(each.username, Ring(each.name.split()[0], each.name, each.tone, lively=True)) for each in others]
        return (account.username, own), *rings

    def _like(self, number: int) -> None:
        posts = list(self._posts)
        posts[number] = replace(posts[number], liked=not posts[number].liked)
        self._posts = tuple(posts)

    def _draw(self, visit: Visit, now: float) -> View:
        return feed(self._frame.palette, self._model(visit, now))

    def _model(self, visit: Visit, now: float) -> FeedModel:
        step = visit.spinner(now) if visit.loading(now) else None
        return FeedModel(
            self._frame.account.name, self._rings(), self._posts, visit.whole(now), visit.scroll.offset(now), step
        )


def _age(since: timedelta) -> str:
    minutes = int(since.total_seconds() // 60)
    if minutes < 1:
        return "Just now"
    return f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"  # noqa: PLR2004  # minutes of an hour
