"""Screens of one registry that would claim the same frame: found before a phone shows it."""

from collections.abc import Iterable
from dataclasses import dataclass

from drover.screens.check.claims import Look, looks
from drover.screens.domain import Registry, Screen

_HINT = "give each screen a region that the other does not have"
_ACROSS_APPS = f"{_HINT}; or, where both apps show the same screen, keep it once, in global/"


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two screens, sorted by key, and why they are in conflict: each variant must have a region that sets it apart."""

    screens: tuple[str, str]
    reason: str
    hint: str = _HINT


def find_overlaps(registry: Registry) -> tuple[Overlap, ...]:
    """Return the pairs of screens of which one also matches what the other shows, of whatever apps, sorted."""
    return overlaps_of(looks(registry))


def overlaps_of(looked: Iterable[Look]) -> tuple[Overlap, ...]:
    """Return the overlaps that these looks tell of, sorted: one for each pair of screens."""
    found: dict[tuple[str, str], Overlap] = {}
    for look in looked:
        for screen, variant in look.claimants:
            first, second = sorted((look.screen.key, screen.key))
            reason = f"all regions of {screen.key} ({variant.name}) are on {look.screen.key} ({look.variant.name}) too"
            found.setdefault((first, second), Overlap((first, second), reason, _hint(look.screen, screen)))
    return tuple(found[pair] for pair in sorted(found))


def _hint(one: Screen, other: Screen) -> str:
    return _ACROSS_APPS if None not in (one.app, other.app) and one.app != other.app else _HINT
