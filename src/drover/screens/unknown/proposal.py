"""What would identify an unknown screen, without AI: from what is distinctive about it, stable, and written on it."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from drover.devices.frame import Frame
from drover.devices.geometry import Rect
from drover.kernel.errors import InvalidInput
from drover.screens.domain import Registry, ScreenKind
from drover.screens.files import GLOBAL
from drover.screens.finder.texts import PageReader, WordsOnPage
from drover.screens.learning import Choice, Impostor, Rivals, choose
from drover.screens.unknown.beneath import Beneath, beneath

MOST_ELEMENTS: Final = 3
ENOUGH_CAPTURES: Final = 3
"""Regions chosen from one capture hold on 45 % of later ones of hard screens, from three on 78 %."""
_HEAD: Final = (0.04, 0.35)
"""Part of the height, from and to, in which a state's title is looked for."""
_SURE: Final = 0.8
_LONGEST_NAME, _LONGEST_KEY, _LEAST_LETTERS = 60, 40, 3


class UnusableCaptures(InvalidInput):
    """The captures do not show one look of one screen."""


@dataclass(frozen=True, slots=True)
class Element:
    """Something that identifies the screen: `says` is its text, `closest` the known picture most like it."""

    name: str
    rect: Rect
    says: str
    closest: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for an unknown screen; key, name and kind are for a person to change.

    `covers` is the known screen that it lies over, where it seems to. `choice` holds the regions themselves.
    """

    key: str
    name: str
    kind: ScreenKind
    covers: Beneath | None
    captures: int
    elements: tuple[Element, ...]
    choice: Choice

    @property
    def advice(self) -> tuple[str, ...]:
        """What a person should know before taking it in."""
        advice: list[str] = []
        if self.captures < ENOUGH_CAPTURES:
            advice.append(f"chosen from {self.captures} of {ENOUGH_CAPTURES} captures: what changes may not show yet")
        if not self.choice.regions:
            advice.append("nothing on it is steady and distinctive enough to identify it")
        advice += [f"cannot be told from {each.name}: {each.reason}" for each in self.choice.confusers]
        return tuple(advice)

    def document(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return {
            "key": self.key,
            "name": self.name,
            "kind": self.kind.value,
            "covers": self.covers.key if self.covers is not None else None,
            "captures": self.captures,
            "unique": self.choice.unique,
            "elements": [
                {"name": each.name, "rect": _box(each.rect), "says": each.says, "closest": each.closest}
                for each in self.elements
            ],
            "masks": [_box(mask) for mask in self.choice.masks],
            "advice": list(self.advice),
        }


def propose(captures: Sequence[Frame], registry: Registry, reader: PageReader, *, app: str | None = None) -> Proposal:
    """Return what identifies the screen that the captures show, against all of the registry.

    All captures are of one size. `app` is where the screen was seen. Reading it takes a second or two. Raises
    UnusableCaptures, TextNotRead.
    """
    _check(captures)
    first, rivals = captures[0], Rivals.of_registry(registry)
    covers = beneath(first, rivals)
    kind = ScreenKind.STATE if covers is None else ScreenKind.INTERRUPT
    choice = choose(captures, rivals, kind=kind, most=MOST_ELEMENTS)
    lines = reader.lines(first.pixels)
    title = _title(lines, first, choice, covers)
    folder = app or (covers.key.partition(".")[0] if covers is not None else GLOBAL)
    return Proposal(
        key=free_key(f"{folder}.{_slug(title)}", registry.screens),
        name=title[:_LONGEST_NAME],
        kind=kind,
        covers=covers,
        captures=len(captures),
        elements=tuple(_element(each.region.name, each.region.rect, each.closest, lines) for each in choice.chosen),
        choice=choice,
    )


def free_key(key: str, taken: Collection[str]) -> str:
    """Return the key, with a number where it is taken."""
    return next(
        each for number in range(1, len(taken) + 2) if (each := key if number == 1 else f"{key}_{number}") not in taken
    )


def _check(captures: Sequence[Frame]) -> None:
    if not captures:
        raise UnusableCaptures(
            "there is no picture of it left", hint="wait until it is seen again, or name frames instead"
        )
    first = captures[0].size
    for number, capture in enumerate(captures, 1):
        if capture.size != first:
            sizes = f"{capture.size.width}x{capture.size.height} and not {first.width}x{first.height}"
            raise UnusableCaptures(f"capture {number} is {sizes}", hint="give captures of one phone")


def _title(lines: Sequence[WordsOnPage], frame: Frame, choice: Choice, covers: Beneath | None) -> str:
    """Return what is written largest where titles are: at the head, or on what lies over a screen."""
    top, bottom = _HEAD
    height = frame.size.height
    if covers is None or not choice.regions:
        area = Rect(0, round(top * height), frame.size.width, round(bottom * height))
    else:
        rects = [region.rect for region in choice.regions]
        around = max(rect.y2 for rect in rects) - min(rect.y1 for rect in rects)
        area = Rect(0, max(0, min(rect.y1 for rect in rects) - around), frame.size.width, max(r.y2 for r in rects))
    written = [line for line in lines if _names(line) and area.contains(line.rect.center)]
    if not written:
        return ""
    return max(written, key=lambda line: (round(line.rect.height / height, 2), -line.rect.y1)).text


def _names(line: WordsOnPage) -> bool:
    letters = sum(character.isalpha() for character in line.text)
    return line.score >= _SURE and letters >= _LEAST_LETTERS


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:_LONGEST_KEY].strip("_") or "screen"


def _element(name: str, rect: Rect, closest: Impostor | None, lines: Sequence[WordsOnPage]) -> Element:
    says = " ".join(word for line in lines for word, place in line.words if rect.contains(place.center))
    return Element(name, rect, says, closest.name if closest is not None else "")


def _box(rect: Rect) -> list[int]:
    return [rect.x1, rect.y1, rect.x2, rect.y2]
