"""What was expected and what was seen at one check, as two pictures for a person."""

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect
from drover.screens.domain import Action, RegionCheck
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import View, Views
from drover.screens.regions import Region, TintRegion
from drover.screens.tints import png_of


def pictures_of(candidate: Candidate, frame: Frame, check: RegionCheck) -> tuple[Pixels, Pixels] | None:
    """Return the expected and the seen picture of a check of that candidate; None where there is nothing to compare.

    Raises ValueError for a check of what the candidate does not have.
    """
    variant, views = candidate.variant, Views(frame)
    parts = (*variant.regions, *variant.actions, *variant.tints, *variant.texts, *variant.nodes)
    named = [part for part in parts if part.name == check.region]
    if not named:
        message = f"{check.screen} has no region or action {check.region} in variant {check.variant}"
        raise ValueError(message)
    shown = [
        (part, views.at(candidate.reference, part.anchor))
        for part in named
        if isinstance(part, TintRegion) or (isinstance(part, Region | Action) and part.crop is not None)
    ]
    if not shown:
        return None
    # A region and an action may share a name: the one checked is the nearer one.
    part, view = min(shown, key=lambda each: sum(map(abs, _off(each[1], each[0].rect, check.found_at))))
    place = _moved(view, part.rect, check.found_at)
    if not view.holds(place):
        return None
    if isinstance(part, TintRegion):
        picture = cv2.imdecode(np.frombuffer(png_of(part.tint, part.rect), dtype=np.uint8), cv2.IMREAD_COLOR)
        return np.asarray(picture, dtype=np.uint8), _coloured(view, place)
    return (part.crop.gray, view.gray(place)) if part.crop is not None else None


def _off(view: View, rect: Rect, found_at: Rect) -> tuple[int, int]:
    """Return how far off its place something was found, in pixels of the frame."""
    place = view.in_frame(rect)
    return found_at.x1 - place.x1, found_at.y1 - place.y1


def _moved(view: View, rect: Rect, found_at: Rect) -> Rect:
    """Return where, in pixels of the reference, it was found."""
    scale = view.reference.width / view.frame.size.width
    dx, dy = (round(pixels * scale) for pixels in _off(view, rect, found_at))
    return Rect(rect.x1 + dx, rect.y1 + dy, rect.x2 + dx, rect.y2 + dy)


def _coloured(view: View, place: Rect) -> Pixels:
    """Return what the frame shows there, at the reference resolution, in blue, green and red."""
    size = (place.width, place.height)
    patch = cv2.resize(view.cut(place), size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(patch, cv2.COLOR_RGBA2BGR), dtype=np.uint8)
