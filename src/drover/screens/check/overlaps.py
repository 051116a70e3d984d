"""Screens of one registry that would claim the same frame: found before a phone shows it."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Size
from drover.screens.domain import Registry, Screen, ScreenKind, Variant
from drover.screens.matching.index import Index
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import Views
from drover.screens.pictures import decode_picture


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two screens, sorted by key, and why they are in conflict: each variant must have a region that sets it apart."""

    screens: tuple[str, str]
    reason: str
    hint: str = "give each screen a region that the other does not have"


def find_overlaps(registry: Registry) -> tuple[Overlap, ...]:
    """Return the pairs of screens of which one also matches what the other shows.

    A screen shows its picture or, without one, its regions' crops. Screens of different apps are not
    compared. A state that is still seen around an interrupt is none: interrupts are looked for first. Raises
    BadPicture for a variant's picture that is broken, which a loaded registry does not have.
    """
    candidates = [Candidate(screen, variant) for screen in registry.screens.values() for variant in screen.variants]
    index = Index(candidates)
    found: dict[tuple[str, str], Overlap] = {}
    for shown in candidates:
        for claimant in _claimants(shown, index):
            first, second = sorted((shown.screen.key, claimant.screen.key))
            reason = (
                f"all regions of {claimant.screen.key} ({claimant.variant.name}) are on "
                f"{shown.screen.key} ({shown.variant.name}) too"
            )
            found.setdefault((first, second), Overlap((first, second), reason))
    return tuple(found[pair] for pair in sorted(found))


def _claimants(shown: Candidate, index: Index) -> Iterator[Candidate]:
    views = Views(Frame(_picture(shown.variant, shown.screen.reference), sequence=1, captured_at=0.0))
    for hit in index.look_up(views):
        rival = hit.candidate
        if hit.impossible or not _rivals(rival.screen, shown.screen) or not _known(rival, shown):
            continue
        if rival.match(views) is not None:
            yield rival


def _rivals(claimant: Screen, shown: Screen) -> bool:
    """Whether both could be meant where one is shown."""
    if claimant.key == shown.key or (claimant.kind is ScreenKind.STATE and shown.kind is ScreenKind.INTERRUPT):
        return False
    return claimant.app is None or shown.app is None or claimant.app == shown.app


def _known(claimant: Candidate, shown: Candidate) -> bool:
    """Whether it is known what is shown where the claimant wants something absent."""
    known = {probe.region.rect for probe in shown.probes}
    return bool(shown.variant.picture) or all(
        probe.region.rect in known for probe in claimant.probes if probe.region.absent
    )


def _picture(variant: Variant, reference: Size) -> Pixels:
    """Return the variant's picture, small as it may be; without one, its crops at their places on black."""
    if variant.picture:
        return decode_picture(variant.picture)
    canvas = np.zeros((reference.height, reference.width, 4), dtype=np.uint8)
    for region in variant.regions:
        if not region.absent:
            rect = region.rect
            canvas[rect.y1 : rect.y2, rect.x1 : rect.x2] = cv2.cvtColor(region.crop.gray, cv2.COLOR_GRAY2RGBA)
    return canvas
