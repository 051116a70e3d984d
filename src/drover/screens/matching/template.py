"""A reference crop, prepared for comparison: where it is looked for, and how well a patch of a frame agrees with it."""

from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect
from drover.screens.matching.agreement import Agreement, nowhere
from drover.screens.matching.outline import Outline, outline
from drover.screens.matching.sieve import Sieve
from drover.screens.matching.view import Patch, View, around, mean_and_deviation
from drover.screens.regions import Crop

WORTH_REFINING = 0.55
"""Least correlation at half resolution for which full resolution is tried: odd shifts cost half resolution much."""
SMALL = 12_000
"""Pixels up to which full resolution is searched at once: it costs little, and small print dies at half resolution."""
MARGIN = 8
"""How far off its place a region is looked for, in pixels of the reference."""
_REFINE = 2
_FLAT = 1e-3
_COUNTS = 255

Mask = npt.NDArray[np.uint8]


class Template:
    """A reference crop at its rectangle. Pixels under `masks` (of the whole screen) do not count.

    `sharp` is the template that this one is softened from, where it is.
    """

    def __init__(
        self, crop: Crop, rect: Rect, masks: tuple[Rect, ...] = (), *, sharp: "Template | None" = None
    ) -> None:
        self.crop = crop
        self.rect = rect
        self.mask = unmasked(rect, masks)
        self._masks = masks
        self._sharp = sharp
        self._soft: Template | None = None
        self._count = rect.width * rect.height if self.mask is None else int(np.count_nonzero(self.mask))
        self._mean, self.deviation = mean_and_deviation(crop.gray, self.mask)

    @classmethod
    def of(cls, crop: Crop, rect: Rect, masks: tuple[Rect, ...] = ()) -> "Template":
        """Return the template of that crop there: one for all who look for it."""
        known = crop.prepared.get((rect, masks))
        if not isinstance(known, cls):
            known = crop.prepared[rect, masks] = cls(crop, rect, masks)
        return known

    @property
    def gray(self) -> Pixels:
        """The crop's pixels."""
        return self.crop.gray

    @property
    def outlined(self) -> bool:
        """Whether the outline is known, or does not have to be worked out of the pixels."""
        return self.mask is not None or self._sharp is not None or "outline" in vars(self)

    @cached_property
    def outline(self) -> Outline | None:
        """The bounds for a quick rejection; None where the region is too small or partly masked.

        What is softened has the outline of what is sharp: its cells are far wider than the blur.
        """
        if self._sharp is not None:
            return self._sharp.outline
        return None if self.mask is not None else outline(self.gray, self.rect)

    @cached_property
    def _sieve(self) -> Sieve | None:
        """What tells from the patch at its place alone that the template is nowhere near; None without an outline."""
        return Sieve([self.outline.close_up()], self.rect.width + 1) if self.outline is not None else None

    def fitting(self, view: View) -> "Template":
        """Return the template to compare with that view: a softened one for a frame of another resolution."""
        if view.exact:
            return self
        if self._soft is None:
            soft = Crop(view.softened(self.gray), b"")
            self._soft = Template(soft, self.rect, self._masks, sharp=self)
        return self._soft

    def quick(self, view: View) -> Agreement:
        """Return a good agreement within the margin if there is one, else that of any place.

        Cheap for a frame that shows something else there. What lies outside the frame agrees with nothing.
        """
        if self in view.compared:
            return view.compared[self]
        if not view.holds(self.rect):
            return nowhere(self.rect)
        patch = view.patch(self.rect)
        agreement = self._compare_patch(patch)
        if not agreement.good:
            if self._sieve is not None and not self._sieve.likeness(patch.sums)[0]:
                return agreement
            agreement = self._search(view)
        view.compared[self] = agreement
        return agreement

    def best(self, view: View) -> Agreement:
        """Return the agreement at its place where that is good, else that of the best place within the margin."""
        if not view.holds(self.rect):
            return nowhere(self.rect)
        if self not in view.compared:
            agreement = self._compare_patch(view.patch(self.rect))
            view.compared[self] = agreement if agreement.good else self._search(view)
        return view.compared[self]

    def _search(self, view: View) -> Agreement:
        """Return the agreement of the best place within the margin: half resolution first, then full around it."""
        area = around(self.rect, MARGIN, view.extent)
        pixels = view.gray(area)
        places = _Places(self, pixels, area)
        if self.rect.width * self.rect.height <= SMALL:
            return places.at(*_peak(pixels, self.gray, self.mask)[1:])
        half = _half(pixels)
        if self._half_mask is None:
            correlation, x, y = _peak_of_few(half, self._half_gray)
        else:
            correlation, x, y = _peak(half, self._half_gray, self._half_mask)
        return places.climb(2 * x, 2 * y) if correlation >= WORTH_REFINING else places.at(2 * x, 2 * y)

    def compare_at(self, pixels: Pixels, area: Rect, x: int, y: int) -> Agreement:
        """Compare with the grey `pixels` of `area` at (x, y) from its corner."""
        height, width = self.rect.height, self.rect.width
        rect = Rect(area.x1 + x, area.y1 + y, area.x1 + x + width, area.y1 + y + height)
        patch = pixels[y : y + height, x : x + width]
        return self._compare(patch, mean_and_deviation(patch, self.mask), rect)

    def _compare_patch(self, patch: Patch) -> Agreement:
        """Compare with what is at the template's place."""
        known = patch.mean_and_deviation if self.mask is None else mean_and_deviation(patch.gray, self.mask)
        return self._compare(patch.gray, known, self.rect)

    def _compare(self, patch: Pixels, mean_deviation: tuple[float, float], rect: Rect) -> Agreement:
        mean, deviation = mean_deviation
        correlation = 0.0
        if min(deviation, self.deviation) > _FLAT:
            # The mean product follows from the squared distance, for which OpenCV needs no floating-point copy.
            apart = cv2.norm(patch, self.gray, cv2.NORM_L2SQR, self.mask) / self._count
            product = (deviation**2 + mean**2 + self.deviation**2 + self._mean**2 - apart) / 2
            correlation = (product - mean * self._mean) / (deviation * self.deviation)
        return Agreement(
            correlation=max(-1.0, min(1.0, correlation)),
            brightness=mean - self._mean,
            contrast=deviation / self.deviation if self.deviation > _FLAT else 0.0,
            rect=rect,
        )

    @cached_property
    def _half_gray(self) -> Pixels:
        return _half(self.gray)

    @cached_property
    def _half_mask(self) -> Mask | None:
        if self.mask is None:
            return None
        return np.where(_half(self.mask) == _COUNTS, _COUNTS, 0).astype(np.uint8)


class _Places:
    """The places of one template in the pixels of its search area."""

    def __init__(self, template: Template, pixels: Pixels, area: Rect) -> None:
        self._template = template
        self._pixels = pixels
        self._area = area
        self._right = area.width - template.rect.width
        self._bottom = area.height - template.rect.height
        self._seen: dict[tuple[int, int], Agreement] = {}

    def at(self, x: int, y: int) -> Agreement:
        """Return the agreement at (x, y) from the area's corner, or at the nearest place inside."""
        place = min(max(0, x), self._right), min(max(0, y), self._bottom)
        if place not in self._seen:
            self._seen[place] = self._template.compare_at(self._pixels, self._area, *place)
        return self._seen[place]

    def climb(self, x: int, y: int) -> Agreement:
        """Return the best agreement at most two pixels from (x, y), going uphill."""
        for _ in range(_REFINE):
            steps = [(x + dx, y + dy) for dy in (0, -1, 1) for dx in (0, -1, 1)]
            best = max(steps, key=lambda step: self.at(*step).correlation)
            if best == (x, y):
                break
            x, y = best
        return self.at(x, y)


def _peak(pixels: Pixels, gray: Pixels, mask: Mask | None) -> tuple[float, int, int]:
    """Return the best correlation and its place. A flat patch correlates with nothing."""
    scores = np.asarray(cv2.matchTemplate(pixels, gray, cv2.TM_CCOEFF_NORMED, mask=mask))
    # Where the patch or the template is flat, OpenCV answers NaN, infinity, or 1.
    return _highest(np.where(np.isfinite(scores) & (np.abs(scores) <= 1 + _FLAT), scores, 0))


def _peak_of_few(pixels: Pixels, gray: Pixels) -> tuple[float, int, int]:
    """Return the same, without a mask: for a hundred places in half the time of OpenCV's transforms."""
    height, width = gray.shape
    sums, squares = cv2.integral2(pixels)
    mean, deviation = mean_and_deviation(gray)
    means = _boxes(np.asarray(sums), height, width) / gray.size
    deviations = np.sqrt(np.maximum(_boxes(np.asarray(squares), height, width) / gray.size - means**2, 0))
    down, across = means.shape
    apart = [
        cv2.norm(pixels[y : y + height, x : x + width], gray, cv2.NORM_L2SQR)
        for y in range(down)
        for x in range(across)
    ]
    # The mean product follows from the squared distance.
    product = (deviations**2 + means**2 + deviation**2 + mean**2 - np.reshape(apart, means.shape) / gray.size) / 2
    lengths = deviations * deviation
    return _highest(np.where(lengths > _FLAT, (product - means * mean) / np.maximum(lengths, _FLAT), 0))


def _highest(scores: npt.NDArray[np.floating]) -> tuple[float, int, int]:
    y, x = divmod(int(scores.argmax()), scores.shape[1])
    return float(scores[y, x]), x, y


def _boxes(sums: npt.NDArray[np.number], height: int, width: int) -> npt.NDArray[np.number]:
    """Return the sums of all boxes of that size, from an integral picture."""
    strips = sums[height:] - sums[:-height]
    return strips[:, width:] - strips[:, :-width]


def _half(pixels: Pixels) -> Pixels:
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    return np.asarray(
        cv2.resize(pixels[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8
    )


def unmasked(rect: Rect, masks: tuple[Rect, ...]) -> Mask | None:
    """Return 255 for the pixels of `rect` that count, 0 for the masked ones; None where all count."""
    if not masks:
        return None
    counts = np.full((rect.height, rect.width), _COUNTS, dtype=np.uint8)
    for masked in masks:
        rows = slice(max(0, masked.y1 - rect.y1), max(0, masked.y2 - rect.y1))
        columns = slice(max(0, masked.x1 - rect.x1), max(0, masked.x2 - rect.x1))
        counts[rows, columns] = 0
    return None if counts.all() else counts
