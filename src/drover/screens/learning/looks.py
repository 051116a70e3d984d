"""Which captures of one screen show one look of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from drover.screens.check.frames import SEPARATOR
from drover.screens.domain import ScreenKind
from drover.screens.learning.changes import SAME_GROUND, alikeness, same_front, same_look
from drover.screens.learning.rivals import Rival

_WORD = re.compile(r"[a-z0-9]+")
_LONGEST = 60
_STRANGE = 0.03
"""Part of the texture that two pictures of one screen in one theme share at least, whatever its contents."""


@dataclass(frozen=True, slots=True)
class Look:
    """Captures of one look, the largest first, and the name of the variant that they make."""

    name: str
    captures: tuple[Rival, ...]


def looks(captures: Sequence[Rival]) -> list[Look]:
    """Return the captures of one screen by their look: the pictures decide, not the names (see `same_look`).

    Of an interrupt they need not agree in what is behind it (see `same_front`): what is then stable over the captures
    is the interrupt alone. A capture belongs to the first look whose first capture it agrees with. A look is named by
    the words after the `__` that all of its captures' names have, numbers left out (`feed__dark_1.png` and
    `feed__dark_black.png`: dark); where there are none, variant1, variant2 and so on.
    """
    groups: list[list[Rival]] = []
    for capture in sorted(captures, key=lambda each: -each.small.size.width):
        group = next((group for group in groups if _same(group[0], capture)), None)
        if group is None:
            groups.append([capture])
        else:
            group.append(capture)
    return named(groups)


def named(groups: Sequence[Sequence[Rival]]) -> list[Look]:
    """Return groups of captures with the names of their looks, no two alike."""
    found: dict[str, Look] = {}
    for number, group in enumerate(groups, 1):
        name = _common([_words(capture.name) for capture in group]) or f"variant{number}"
        while name in found:
            name = f"{name}_{number}"
        found[name] = Look(name, tuple(group))
    return list(found.values())


def strangers(found: Sequence[Look]) -> list[tuple[Rival, Rival]]:
    """Return pairs of captures under one name, of one theme and shape, that have next to nothing in common."""
    firsts = [look.captures[0] for look in found]
    pairs = [(a, b) for number, a in enumerate(firsts) for b in firsts[number + 1 :]]
    alike = [(a, b, *alikeness(a.small, b.small)) for a, b in pairs if a.small.gray.shape == b.small.gray.shape]
    return [(a, b) for a, b, ground, texture in alike if ground >= SAME_GROUND and texture < _STRANGE]


def _same(a: Rival, b: Rival) -> bool:
    interrupt = a.kind is ScreenKind.INTERRUPT
    return same_look(a.small, b.small) or (interrupt and same_front(a.small, b.small))


def _common(names: Sequence[Sequence[str]]) -> str:
    """Return the words that all of the names have, in the order of the first one."""
    return "_".join(word for word in names[0] if all(word in name for name in names))[:_LONGEST]


def _words(file: str) -> list[str]:
    stem = file.rpartition("/")[2].rpartition(".")[0].lower()
    return [word for word in _WORD.findall(stem.partition(SEPARATOR)[2]) if not word.isdecimal()]
