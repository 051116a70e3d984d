"""What else must be seen of a variant where its pictures passed: tints, then texts, then elements of the UI tree."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect
from drover.screens.domain import RegionCheck, RegionKind, Screen, Variant
from drover.screens.matching.agreement import Agreement
from drover.screens.matching.nodes import described, node_meant
from drover.screens.matching.template import unmasked
from drover.screens.matching.view import View, Views
from drover.screens.regions import ExpectedText, NodeRegion, Region, TextRegion, Tint, TintRegion
from drover.screens.tints import TOLERANCE, apart, mean_colour

Stage = list[RegionCheck]


class Further:
    """The regions of one variant that are no pictures, ready to be checked."""

    def __init__(self, screen: Screen, variant: Variant) -> None:
        self._screen = screen.key
        self._variant = variant
        self._reference = screen.reference_of(variant)
        read = any(region.text is not None for region in variant.regions)
        self._nothing = not (read or variant.tints or variant.texts or variant.nodes)
        self._masks = [unmasked(region.rect, variant.masks) for region in variant.tints]

    def stages(self, views: Views, seen: Sequence[Agreement]) -> Iterator[Stage]:
        """Yield the checks kind by kind, the cheap ones first; a kind is checked when it is asked for.

        `seen` is how the variant's pictures agree with the frame, in their order. Raises TextNotRead.
        """
        if self._nothing:
            return
        yield [self._tint(*tint, views, seen) for tint in zip(self._variant.tints, self._masks, strict=True)]
        yield [*self._texts_of_pictures(views, seen), *(self._text(each, views, seen) for each in self._variant.texts)]
        if self._variant.nodes and views.tree is None:
            views.wants_tree = True
        yield [self._node(region, views) for region in self._variant.nodes]

    def _tint(self, region: TintRegion, mask: Pixels | None, views: Views, seen: Sequence[Agreement]) -> RegionCheck:
        view, rect = self._place(region, views, seen)
        if not view.holds(rect):
            return self._missing(region, RegionKind.TINT, view, rect)
        patch = view.cut(rect)
        if mask is not None and mask.shape != patch.shape[:2]:
            height, width = patch.shape[:2]
            mask = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
        tint = mean_colour(patch, mask)
        difference = apart(tint, region.tint)
        alike = difference <= TOLERANCE
        other = f"is {_rgb(tint)}, not {_rgb(region.tint)}"
        why = (
            "must not have this colour, but has"
            if alike
            else f"{other}: {difference:.0f} levels apart (at most {TOLERANCE:.0f} are allowed)"
        )
        return self._check(
            region,
            RegionKind.TINT,
            view.in_frame(rect),
            passed=alike != region.absent,
            why=why,
            brightness=difference,
            seen=_rgb(tint),
        )

    def _texts_of_pictures(self, views: Views, seen: Sequence[Agreement]) -> Iterator[RegionCheck]:
        """Yield the checks of texts in pictures. A picture that must not be there, and is not, need not be read."""
        for region, agreement in zip(self._variant.regions, seen, strict=True):
            if region.text is not None and agreement.good:
                view = views.at(self._reference, region.anchor)
                yield self._read(region, region.text, view, agreement.rect, views)

    def _text(self, region: TextRegion, views: Views, seen: Sequence[Agreement]) -> RegionCheck:
        view, rect = self._place(region, views, seen)
        if not view.holds(rect):
            return self._missing(region, RegionKind.TEXT, view, rect)
        return self._read(region, region.text, view, rect, views)

    def _read(
        self, region: Region | TextRegion, text: ExpectedText, view: View, rect: Rect, views: Views
    ) -> RegionCheck:
        check = views.texts.check(view.cut(rect), text)
        return self._check(
            region,
            RegionKind.TEXT,
            view.in_frame(rect),
            passed=check.passed != region.absent,
            why=f"must not read '{text.source}', but does" if region.absent else check.why,
            correlation=check.ratio,
            seen=check.seen,
        )

    def _node(self, region: NodeRegion, views: Views) -> RegionCheck:
        size = views.frame.size
        view = views.at(self._reference, region.anchor)
        place = view.in_frame(region.rect) if region.rect is not None else None
        everywhere = Rect(0, 0, size.width, size.height)
        if views.tree is None:
            why = f"asks for {described(region.node)} in the UI tree, of which there is none"
            return self._check(region, RegionKind.NODE, place or everywhere, passed=False, why=why)
        node = node_meant(views.tree, region.node, place)
        there = f"{described(region.node)} must not be in the UI tree, but is"
        missing = f"{described(region.node)} is not in the UI tree{' at its place' if place is not None else ''}"
        return self._check(
            region,
            RegionKind.NODE,
            (node.bounds if node is not None else None) or place or everywhere,
            passed=(node is not None) != region.absent,
            why=there if region.absent else missing,
            seen=node.text or node.description if node is not None else "",
        )

    def _place(self, region: TintRegion | TextRegion, views: Views, seen: Sequence[Agreement]) -> tuple[View, Rect]:
        """Return where a region is looked for: as far off its place as the nearest picture was found off its own."""
        view, rect = views.at(self._reference, region.anchor), region.rect
        found = [
            (picture.rect, agreement.rect)
            for picture, agreement in zip(self._variant.regions, seen, strict=True)
            if agreement.good and views.at(self._reference, picture.anchor) is view
        ]
        if not found:
            return view, rect
        expected, actual = min(found, key=lambda pair: _distance(pair[0], rect))
        dx, dy = actual.x1 - expected.x1, actual.y1 - expected.y1
        moved = Rect(rect.x1 + dx, rect.y1 + dy, rect.x2 + dx, rect.y2 + dy)
        return view, moved if view.holds(moved) else rect

    def _missing(self, region: TintRegion | TextRegion, kind: RegionKind, view: View, rect: Rect) -> RegionCheck:
        """Return the check of a region that the frame has no place for: then it is not there."""
        return self._check(region, kind, view.in_frame(rect), passed=region.absent, why=outside(view))

    def _check(
        self,
        region: Region | TintRegion | TextRegion | NodeRegion,
        kind: RegionKind,
        place: Rect,
        *,
        passed: bool,
        why: str,
        correlation: float = 0.0,
        brightness: float = 0.0,
        seen: str = "",
    ) -> RegionCheck:
        return RegionCheck(
            screen=self._screen,
            variant=self._variant.name,
            region=region.name,
            passed=passed,
            correlation=correlation,
            brightness=brightness,
            contrast=0.0,
            found_at=place,
            why="" if passed else why,
            kind=kind,
            seen=seen,
        )


def outside(view: View) -> str:
    """Return why something is not found on a frame that is too low, or too narrow, for its place."""
    size = view.frame.size
    return f"lies outside the frame, which is {size.width}x{size.height}"


def _distance(a: Rect, b: Rect) -> int:
    return abs(a.center.x - b.center.x) + abs(a.center.y - b.center.y)


def _rgb(tint: Tint) -> str:
    return f"rgb({tint.red:.0f}, {tint.green:.0f}, {tint.blue:.0f})"
