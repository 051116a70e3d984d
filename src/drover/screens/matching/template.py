"""A reference crop, prepared for comparison: where it is looked for, and how well a patch of a frame agrees with it."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect, Size
from drover.screens.matching.outline import Outline, outline
from drover.screens.matching.view import View, around

ENOUGH = 0.90
"""Least normalised cross-correlation. The closest impostor of a distinctive region reached 0.72 over 430 screens."""
WORTH_REFINING = 0.55
"""Least correlation at half resolution for which full resolution is tried: odd shifts cost half resolution much."""
MAX_BRIGHTNESS = 10.0
"""Largest difference of means, in grey levels: correlation alone is blind to dimming."""
CONTRAST = (0.80, 1.25)
"""Bounds of the ratio of standard deviations."""
MARGIN = 8
"""How far off its place a region is looked for, in pixels of the reference."""
_REFINE = 2
_FLAT = 1e-3

Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well the best place, `rect` in pixels of the reference, agrees with a template."""

    correlation: float
    brightness: float
    contrast: float
    rect: Rect

    @property
    def good(self) -> bool:
        """Whether it is the same picture."""
        return (
            self.correlation >= ENOUGH
            and abs(self.brightness) <= MAX_BRIGHTNESS
            and CONTRAST[0] <= self.contrast <= CONTRAST[1]
        )


class Template:
    """A reference crop at its rectangle. Pixels under `masks` (of the whole screen) do not count."""

    def __init__(self, gray: Pixels, rect: Rect, masks: tuple[Rect, ...] = ()) -> None:
        self.gray = gray
        self.rect = rect
        self.mask = unmasked(rect, masks)

    @cached_property
    def outline(self) -> Outline | None:
        """The bounds for a quick rejection; None where the region is too small or partly masked."""
        return None if self.mask is not None else outline(self.gray, self.rect)

    def quick(self, view: View) -> Agreement:
        """Return a good agreement within the margin if there is one, else that of any place.

        Cheap for a frame that shows something else there.
        """
        patch = view.gray(self.rect)
        agreement = self._compare(patch, self.rect)
        if agreement.good or (self.outline is not None and not self.outline.admits(patch, self.rect)):
            return agreement
        return self.search(view)

    def search(self, view: View) -> Agreement:
        """Return the agreement of the best place within the margin: half resolution first, then full around it."""
        area = around(self.rect, MARGIN, view.reference)
        pixels = view.gray(area)
        correlation, x, y = self._peak(_half(pixels), self._half_gray, self._half_mask)
        x, y = min(2 * x, area.width - self.rect.width), min(2 * y, area.height - self.rect.height)
        if correlation >= WORTH_REFINING:
            near = around(Rect(x, y, x + self.rect.width, y + self.rect.height), _REFINE, Size(area.width, area.height))
            _, dx, dy = self._peak(pixels[near.y1 : near.y2, near.x1 : near.x2], self.gray, self.mask)
            x, y = near.x1 + dx, near.y1 + dy
        best = Rect(area.x1 + x, area.y1 + y, area.x1 + x + self.rect.width, area.y1 + y + self.rect.height)
        return self._compare(pixels[y : y + self.rect.height, x : x + self.rect.width], best)

    def best(self, view: View) -> Agreement:
        """Return the agreement at its place where that is good, else that of the best place within the margin."""
        agreement = self._compare(view.gray(self.rect), self.rect)
        return agreement if agreement.good else self.search(view)

    @cached_property
    def _statistics(self) -> tuple[float, float, npt.NDArray[np.float32]]:
        """Mean, standard deviation, and the unit vector of the zero-mean pixels (0 under the mask)."""
        mean, deviation = _mean_and_deviation(self.gray, self.mask)
        centred = self.gray.astype(np.float32).ravel() - np.float32(mean)
        if self.mask is not None:
            centred[self.mask.ravel() == 0] = 0
        length = float(np.linalg.norm(centred))
        return mean, deviation, centred / np.float32(length) if length > _FLAT else centred * np.float32(0)

    @cached_property
    def _count(self) -> int:
        return self.gray.size if self.mask is None else int(np.count_nonzero(self.mask))

    @cached_property
    def _half_gray(self) -> Pixels:
        return _half(self.gray)

    @cached_property
    def _half_mask(self) -> Mask | None:
        return None if self.mask is None else np.where(_half(self.mask) == 255, 255, 0).astype(np.uint8)  # noqa: PLR2004  wholly unmasked

    def _compare(self, patch: Pixels, rect: Rect) -> Agreement:
        mean, deviation, unit = self._statistics
        seen_mean, seen_deviation = _mean_and_deviation(patch, self.mask)
        correlation = 0.0
        if seen_deviation > _FLAT:
            product = float(unit @ patch.ravel().astype(np.float32))
            correlation = product / (seen_deviation * self._count**0.5)
        return Agreement(
            correlation=max(-1.0, min(1.0, correlation)),
            brightness=seen_mean - mean,
            contrast=seen_deviation / deviation if deviation > _FLAT else 0.0,
            rect=rect,
        )

    @staticmethod
    def _peak(pixels: Pixels, gray: Pixels, mask: Mask | None) -> tuple[float, int, int]:
        """Return the best correlation and its place. A flat patch correlates with nothing."""
        scores = np.asarray(cv2.matchTemplate(pixels, gray, cv2.TM_CCOEFF_NORMED, mask=mask))
        # Where the patch or the template is flat, OpenCV answers NaN, infinity, or 1.
        scores = np.where(np.isfinite(scores) & (np.abs(scores) <= 1 + _FLAT), scores, 0)
        y, x = divmod(int(scores.argmax()), scores.shape[1])
        return float(scores[y, x]), x, y


def _mean_and_deviation(pixels: Pixels, mask: Mask | None) -> tuple[float, float]:
    mean, deviation = cv2.meanStdDev(pixels, mask=mask)
    return float(mean[0, 0]), float(deviation[0, 0])


def _half(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    return np.asarray(
        cv2.resize(pixels[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8
    )


def unmasked(rect: Rect, masks: tuple[Rect, ...]) -> Mask | None:
    """Return 255 for the pixels of `rect` that count, 0 for the masked ones; None where all count."""
    counts = np.full((rect.height, rect.width), 255, dtype=np.uint8)
    for masked in masks:
        rows = slice(max(0, masked.y1 - rect.y1), max(0, masked.y2 - rect.y1))
        columns = slice(max(0, masked.x1 - rect.x1), max(0, masked.x2 - rect.x1))
        counts[rows, columns] = 0
    return None if counts.all() else counts
