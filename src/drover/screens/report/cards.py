"""From frames and what was found on them to the cards of a contact sheet."""

from collections.abc import Iterator, Sequence

import cv2

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Size
from drover.devices.picture import encoded, preview
from drover.screens.domain import Identification, NearMiss, RegionCheck, RegionKind, Registry, Screen, Variant
from drover.screens.matching import Matcher
from drover.screens.matching.agreement import ENOUGH
from drover.screens.regions import Anchor, placed
from drover.screens.report.sheet import Card, Crops, Mark, Standing

BUDGETS = ((60, 360, 74), (300, 270, 68), (1200, 216, 62))
"""Up to how many cards a picture is how wide, in pixels, and of which JPEG quality: a thousand make 15 MB."""
_LEAST = (160, 55)
_MOST_CROPS = 3
_CROP_WIDTH = 480
_CROP_QUALITY = 82


class CardMaker:
    """Makes the cards of one sheet of about `count`, of frames put before `registry`."""

    def __init__(self, registry: Registry, count: int) -> None:
        self._registry = registry
        self._matcher = Matcher(registry)
        self._width, self._quality = next(((wide, good) for most, wide, good in BUDGETS if count <= most), _LEAST)

    def card(
        self,
        title: str,
        frame: Frame,
        found: Identification,
        *,
        standing: Standing,
        checks: Sequence[RegionCheck] = (),
        hint: str = "",
        facts: tuple[tuple[str, str], ...] = (),
    ) -> Card:
        """Return the card of a frame: what it was found to be, `checks` besides, and the near misses."""
        shown = tuple(dict.fromkeys((*checks, *found.checks)))
        near = tuple(check for miss in found.near_misses for check in miss.failed if check not in shown)
        marks = (
            *_masks(found.screen, found.variant, frame.size),
            *(_mark(check, "passed" if check.passed else "failed") for check in shown),
            *(_mark(check, "near") for check in near),
        )
        failed = [check for check in (*shown, *near) if not check.passed]
        return Card(
            title=title,
            standing=standing,
            reason=found.reason,
            screen=found.screen.key if found.screen is not None else "",
            variant=found.variant.name if found.variant is not None else "",
            hint=hint,
            picture=preview(frame, self._width, self._quality).jpeg,
            size=frame.size,
            marks=tuple(marks),
            checks=(*shown, *near),
            crops=tuple(self._crops(frame, failed)),
            facts=(*facts, *spare(shown), *_near_facts(found.near_misses)),
        )

    def expected(self, frame: Frame, key: str) -> tuple[RegionCheck, ...]:
        """Return how the frame fares as the screen that it must be; nothing for one that is not in service."""
        return self._matcher.verify(frame, key).checks if key in self._registry.screens else ()

    def _crops(self, frame: Frame, failed: Sequence[RegionCheck]) -> Iterator[Crops]:
        left = _MOST_CROPS
        for check in failed:
            pair = self._matcher.pictures(frame, check) if left else None
            if pair is not None:
                left -= 1
                height, width = pair[0].shape[:2]
                yield Crops(check, _jpeg(pair[0]), _jpeg(pair[1]), Size(width, height))


def spare(checks: Sequence[RegionCheck]) -> tuple[tuple[str, str], ...]:
    """Return by how much the weakest picture of a screen that was recognised passed."""
    pictures = [check for check in checks if check.kind is RegionKind.PICTURE]
    if not pictures or not all(check.passed for check in checks):
        return ()
    weakest = min(pictures, key=lambda check: abs(check.correlation - ENOUGH))
    return (("weakest region", f"{weakest.region} {weakest.correlation:.2f} (needs {ENOUGH:.2f})"),)


def standing_of(found: Identification) -> Standing:
    """Return how a frame stands of which nobody said what it must be."""
    if found.conflict:
        return Standing.FAILED
    if found.screen is not None:
        return Standing.PASSED
    return Standing.NEAR if found.near_misses else Standing.UNKNOWN


def _near_facts(misses: Sequence[NearMiss]) -> Iterator[tuple[str, str]]:
    for miss in misses:
        yield "near miss", f"{miss.screen} ({miss.variant}): {miss.passed} passed, {len(miss.failed)} failed"


def _mark(check: RegionCheck, state: str) -> Mark:
    label = f"{check.screen}.{check.region}" if state == "near" else check.region
    return Mark(check.found_at, state, label, check.kind.value)


def _masks(screen: Screen | None, variant: Variant | None, size: Size) -> Iterator[Mark]:
    if screen is not None and variant is not None:
        for mask in variant.masks:
            yield Mark(placed(mask, Anchor.TOP, screen.reference_of(variant), size), "mask", "ignored zone")


def _jpeg(pixels: Pixels) -> bytes:
    height, width = pixels.shape[:2]
    if width > _CROP_WIDTH:
        size = (_CROP_WIDTH, max(1, round(height * _CROP_WIDTH / width)))
        return encoded(".jpg", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), _options())
    return encoded(".jpg", pixels, _options())


def _options() -> list[int]:
    return [cv2.IMWRITE_JPEG_QUALITY, _CROP_QUALITY]
