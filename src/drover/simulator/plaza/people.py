"""Plaza's people: whom one finds, follows and writes to. Alike on every phone, figures aside."""

from dataclasses import dataclass
from typing import Final

from drover.kernel.randomness import stream
from drover.simulator.plaza.content import PEOPLE, Numbers, draw_numbers

_BIOS: Final = (
    "Hills, maps and strong coffee.",
    "Night trains and early bread.",
    "Paper, ink, scissors.",
    "Cellist. Slow walker.",
    "Repairs old bicycles.",
    "Writes letters by hand.",
)
_FIRST_LINES: Final = (
    ("Are you coming on Saturday?", "We start at nine, by the fountain."),
    ("The pictures are lovely!", "Which camera was that?"),
    ("I found your book.", "Shall I bring it along tomorrow?"),
    ("Thanks again for the lift.", "Soup next week, my turn."),
    ("Did the bread rise?", "Mine went flat again..."),
)
_AGES: Final = ("4 min", "38 min", "3 h", "1 d", "2 d")


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody on Plaza."""

    name: str
    username: str
    tone: int
    bio: str


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What somebody has written before, when, and what comes late once the conversation is opened."""

    human: Human
    before: str
    late: str
    age: str


def _human(place: int, name: str) -> Human:
    return Human(name, name.lower().replace(" ", "."), place % 6, _BIOS[place % len(_BIOS)])


HUMANS: Final = tuple(_human(place, name) for place, name in enumerate(PEOPLE))
_BY_USERNAME: Final = {human.username: human for human in HUMANS}
CORRESPONDENCES: Final = tuple(
    Correspondence(HUMANS[2 * place + 1], before, late, _AGES[place])
    for place, (before, late) in enumerate(_FIRST_LINES)
)
STORYTELLERS: Final = {
    HUMANS[1].username: ((2, ""), (5, "Nobody here but us")),
    HUMANS[3].username: ((0, "First snow"),),
    HUMANS[6].username: ((6, ""),),
    HUMANS[9].username: ((7, "Last tram home"),),
}
"""Whose stories stand above the feed -> the numbers of the built-in pictures in them, and what is written on these."""


def found(query: str) -> tuple[Human, ...]:
    """Return who is called so: every word of the query is part of the name or the username."""
    words = query.lower().replace("@", "").split()
    return tuple(h for h in HUMANS if all(word in h.name.lower() or word in h.username for word in words))


def human(username: str) -> Human:
    """Return somebody by username. Raises KeyError."""
    return _BY_USERNAME[username]


def numbers_of(someone: Human, seed: int) -> Numbers:
    """Return somebody's figures on the phone of a seed."""
    return draw_numbers(stream(seed, f"numbers of {someone.username}"))
