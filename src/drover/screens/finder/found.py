"""What a search finds."""

from collections.abc import Iterable
from dataclasses import dataclass

from drover.devices.geometry import Rect
from drover.kernel.errors import InvalidInput

MOST: int = 10
"""So many places of one thing are told, the best ones."""


class NothingToFind(InvalidInput):
    """What is looked for cannot be on that frame, or cannot be told from anything else."""


@dataclass(frozen=True, slots=True)
class Found:
    """One place, in pixels of the frame.

    `score`, 0 to 1, is how surely it is there: of a picture the correlation, of a text how sure the reader is of the
    line that it read, which is `text`. `scale` is the size of what was found, as a part of the one looked for.
    """

    rect: Rect
    score: float
    text: str = ""
    scale: float = 1.0


def best_first(found: Iterable[Found]) -> tuple[Found, ...]:
    """Return the best places, those that lie on a better one left out; equal ones from the top."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda one: (-round(one.score, 2), one.rect.y1, one.rect.x1)):
        if len(kept) < MOST and not any(_same_place(each.rect, other.rect) for other in kept):
            kept.append(each)
    return tuple(kept)


def _same_place(a: Rect, b: Rect) -> bool:
    return a.contains(b.center) or b.contains(a.center)
