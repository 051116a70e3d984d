"""What a variant shows: its picture, with its crops where the picture is too small to have kept the print in them."""

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect, Size
from drover.screens.domain import Screen, Variant
from drover.screens.pictures import decode_picture, to_gray
from drover.screens.regions import Region

ENOUGH_RESOLUTION = 2 / 3
"""Part of the reference's width from which on the matcher needs no help, such as 720 of 1080 pixels."""
SAME_PICTURE = 0.7
"""Least correlation of a crop with a small picture, both at the picture's resolution, for it to be drawn into it: what
is another screen's picture stays so."""
_NEARBY = 3
_FLAT = 1e-6


def shown(screen: Screen, variant: Variant) -> tuple[Frame, bool]:
    """Return the frame that the variant shows, as far as the registry knows, and whether its print is legible.

    A picture that is smaller than the matcher is made for is enlarged, and the variant's own crops are drawn into it
    wherever they agree with it. Without a picture there are only the crops, at their places on black.
    Raises BadPicture.
    """
    reference = screen.reference_of(variant)
    if not variant.picture:
        return _frame(_on_black(variant, reference)), False
    pixels = decode_picture(variant.picture)
    if pixels.shape[1] >= ENOUGH_RESOLUTION * reference.width:
        return _frame(pixels), True
    return _frame(_sharpened(pixels, variant, reference)), False


def _on_black(variant: Variant, reference: Size) -> Pixels:
    canvas = np.zeros((reference.height, reference.width, 4), dtype=np.uint8)
    for tinted in variant.tints:
        if not tinted.absent:
            rect, tint = tinted.rect, tinted.tint
            canvas[rect.y1 : rect.y2, rect.x1 : rect.x2, :3] = tint.red, tint.green, tint.blue
    for region in _present(variant):
        rect = region.rect
        canvas[rect.y1 : rect.y2, rect.x1 : rect.x2] = cv2.cvtColor(region.crop.gray, cv2.COLOR_GRAY2RGBA)
    return canvas


def _sharpened(small: Pixels, variant: Variant, reference: Size) -> Pixels:
    factor = ENOUGH_RESOLUTION * reference.width / small.shape[1]
    size = Size(round(small.shape[1] * factor), round(small.shape[0] * factor))
    gray = to_gray(small)
    canvas = np.asarray(cv2.resize(small, (size.width, size.height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    for region in _present(variant):
        if _agrees(region, gray, reference):
            _draw(canvas, region, region.rect.scaled(reference, size))
    return canvas


def _agrees(region: Region, small: Pixels, reference: Size) -> bool:
    """Whether the small grey picture shows the region's crop, as far as it can."""
    size = Size(small.shape[1], small.shape[0])
    rect = region.rect.scaled(reference, size)
    crop = cv2.resize(region.crop.gray, (rect.width, rect.height), interpolation=cv2.INTER_AREA)
    rows = slice(max(0, rect.y1 - _NEARBY), rect.y2 + _NEARBY)
    columns = slice(max(0, rect.x1 - _NEARBY), rect.x2 + _NEARBY)
    area = small[rows, columns]
    if area.shape[0] < crop.shape[0] or area.shape[1] < crop.shape[1]:
        return False
    scores = np.asarray(cv2.matchTemplate(area, crop, cv2.TM_CCOEFF_NORMED))
    scores = scores[np.isfinite(scores) & (np.abs(scores) <= 1 + _FLAT)]
    return bool(scores.size) and float(scores.max()) >= SAME_PICTURE


def _draw(canvas: Pixels, region: Region, rect: Rect) -> None:
    """Give the canvas the crop's brightness at `rect`, and leave it its colours."""
    place = canvas[rect.y1 : rect.y2, rect.x1 : rect.x2]
    crop = cv2.resize(region.crop.gray, (place.shape[1], place.shape[0]), interpolation=cv2.INTER_AREA)
    lighter = crop.astype(np.int16) - to_gray(place)
    place[..., :3] = np.clip(place[..., :3] + lighter[..., None], 0, 255)


def _present(variant: Variant) -> tuple[Region, ...]:
    return tuple(region for region in variant.regions if not region.absent)


def _frame(pixels: Pixels) -> Frame:
    return Frame(np.ascontiguousarray(pixels), sequence=1, captured_at=0.0)
