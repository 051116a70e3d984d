"""A contact sheet as values: what learning, identifying or checking found, before anything of it is drawn."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from drover.devices.geometry import Rect, Size
from drover.screens.domain import RegionCheck

_NO_SIZE = Size(1080, 2400)
"""The size of a card without a picture: marks are then drawn nowhere."""


class Standing(IntEnum):
    """How a card stands, the worst first: that is also the order in which cards are shown."""

    FAILED = 0
    NEAR = 1
    UNKNOWN = 2
    PASSED = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle drawn over a card's picture, in pixels of its `size`.

    `state` is `passed`, `failed`, `near` (failed, but of a screen that nearly matched), `unchecked` or `mask`; `kind`
    says what is looked for there: `picture`, `tint`, `text`, `node`, or nothing for a mask.
    """

    rect: Rect
    state: str
    label: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Crops:
    """A region's expected crop beside the one that was seen, each a PNG or JPEG, or nothing where there is none."""

    check: RegionCheck
    expected: bytes
    seen: bytes
    size: Size


@dataclass(frozen=True, slots=True)
class Card:
    """One frame or screen. `picture` is a small JPEG or PNG (see `pictures.Budget`), `size` the size of what it shows.

    `title` names the file or screen, `screen` what it is taken for (empty: unknown); `reason` is a sentence, `hint` the
    cure where there is one. `facts` are name and value, such as the closest impostor and the margin to it.
    """

    title: str
    standing: Standing
    reason: str
    screen: str = ""
    variant: str = ""
    hint: str = ""
    picture: bytes = b""
    size: Size = _NO_SIZE
    marks: tuple[Mark, ...] = ()
    checks: tuple[RegionCheck, ...] = ()
    crops: tuple[Crops, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be told that belongs to no card: a refused file, a screen that nothing leads to."""

    where: str
    reason: str
    hint: str = ""
    grave: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole contact sheet. `subject` is what was looked at; `verdict` one sentence, good or not by `good`.

    `tiles` are the large figures on top: name, value, and a word beside it.
    """

    command: str
    subject: str
    verdict: str
    good: bool
    cards: tuple[Card, ...]
    notes: tuple[Note, ...] = ()
    tiles: tuple[tuple[str, str, str], ...] = ()

    @property
    def ordered(self) -> tuple[Card, ...]:
        """The cards, the worst first, otherwise as they came."""
        return tuple(sorted(self.cards, key=lambda card: card.standing))


def counts(cards: Iterable[Card]) -> dict[Standing, int]:
    """Return how many cards there are of each standing, of those there are, the worst first."""
    found = [card.standing for card in cards]
    return {standing: found.count(standing) for standing in Standing if standing in found}
