"""What Plaza's people post: made up from a generator, so that a seed always tells the same."""

import random
from dataclasses import dataclass
from typing import Final

PEOPLE: Final = (
    "Mara Lindqvist", "Tomas Okafor", "Yuki Hayashi", "Elena Petrova", "Sam Whitfield", "Amara Diallo",
    "Jonas Becker", "Leila Haddad", "Nico Ferrari", "Priya Raman", "Oskar Nowak", "Chloe Martin",
)  # fmt: skip
_LINES: Final = (
    "Early light over the ridge. Worth every step of the climb.",
    "Finally finished the balcony garden! Tomatoes next.",
    "Anyone else rewriting the same paragraph for the fifth time today?",
    "New bakery on the corner. The cardamom buns are unreal.",
    "Three trains, one ferry, zero regrets.",
    "Sunday plan: soup, records, nothing else.",
    "Sketching from the window seat again. The city keeps changing colour.",
    "We repaired the old bicycle and it only took four evenings.",
    "Rain all day, so here is a picture of last summer instead.",
    "Small wins count: the bread rose.",
    "If you know a quiet place to read near the river, tell me.",
    "First rehearsal with the whole band tonight!",
)
_AGES: Final = tuple(f"{age} ago" for age in ("2 min", "9 min", "24 min", "1 h", "2 h", "5 h", "8 h", "1 d"))
_POSTS: Final = 7


@dataclass(frozen=True, slots=True)
class Post:
    """One card of the feed; `photo` is the picture's seed, None for a post of words alone."""

    author: str
    tone: int
    age: str
    words: str
    photo: int | None
    photo_height: int
    likes: int
    comments: int
    liked: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    """A profile's figures, and the seeds of its pictures."""

    posts: int
    followers: int
    following: int
    pictures: tuple[int, ...]


def draw_posts(rng: random.Random) -> tuple[Post, ...]:
    """Return a feed's worth of posts."""
    authors, lines = rng.sample(PEOPLE, _POSTS), rng.sample(_LINES, _POSTS)
    return tuple(
        Post(
            author=author,
            tone=rng.randrange(6),
            age=_AGES[place],
            words=line,
            photo=rng.randrange(1 << 30) if place == 0 or rng.random() < 0.75 else None,  # noqa: PLR2004  # three of four
            photo_height=rng.choice((560, 660, 760)),
            likes=rng.randrange(3, 980),
            comments=rng.randrange(0, 90),
        )
        for place, (author, line) in enumerate(zip(authors, lines, strict=True))
    )


def draw_numbers(rng: random.Random) -> Numbers:
    """Return the figures of a profile."""
    return Numbers(
        posts=rng.randrange(4, 80),
        followers=rng.randrange(20, 900),
        following=rng.randrange(20, 400),
        pictures=tuple(rng.randrange(1 << 30) for _ in range(6)),
    )
