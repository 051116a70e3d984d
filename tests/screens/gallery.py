"""Screenshots that others drew, registered by a simple chooser of regions, and what can happen to a frame."""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect, Size
from drover.screens.domain import Crop, Region, Registry, Screen, ScreenKind, Variant
from drover.screens.pictures import decode_picture, to_gray

FOLDER = Path(__file__).parents[3] / "shared" / "screens"
STATUS_BAR = 0.04
EDGE = 10


@dataclass(frozen=True)
class Shot:
    key: str
    pixels: Pixels

    @property
    def size(self) -> Size:
        return Size(self.pixels.shape[1], self.pixels.shape[0])


def load_gallery() -> list[Shot]:
    with (FOLDER / "manifest.csv").open() as rows:
        return [
            Shot(f"{row['app']}.{row['group']}", decode_picture((FOLDER / row["file"]).read_bytes()))
            for row in csv.DictReader(rows)
        ]


def frame_of(pixels: Pixels) -> Frame:
    return Frame(np.ascontiguousarray(pixels), sequence=1, captured_at=0.0)


def register(shots: list[Shot], count: int = 3) -> Registry:
    screens: dict[str, Screen] = {}
    for size in dict.fromkeys(shot.size for shot in shots):
        group = [shot for shot in shots if shot.size == size]
        grays = np.stack([to_gray(shot.pixels) for shot in group])
        for number, shot in enumerate(group):
            rects = choose(grays, number, count)
            regions = tuple(Region(f"r{n}", rect, Crop(_cut(grays[number], rect), b"")) for n, rect in enumerate(rects))
            app = shot.key.split(".")[0]
            screens[shot.key] = Screen(shot.key, shot.key, "", app, ScreenKind.STATE, size, (Variant("v", regions),))
    return Registry(screens, {})


def choose(grays: Pixels, number: int, count: int) -> list[Rect]:
    """Take greedily the textured patch that tells the screen from most of the rivals not yet told apart."""
    rects = candidates(grays[number])
    alike = np.stack([alike_at(grays, number, rect) for rect in rects])
    left = np.arange(len(grays)) != number
    chosen: list[Rect] = []
    for _ in range(count):
        best = int((alike & left).sum(axis=1).argmin())
        chosen.append(rects[best])
        left &= alike[best]
        alike[best] = True
    return chosen


def candidates(gray: Pixels) -> list[Rect]:
    height, width = gray.shape
    across, down = width // 5, width // 14
    rows = [
        [Rect(x, y, x + across, y + down) for x in range(EDGE, width - across - EDGE, across // 2)]
        for y in range(int(height * STATUS_BAR), height - down - EDGE, down // 2)
    ]
    best_of_rows = [rect for row in rows for rect in sorted(row, key=lambda rect: -_cut(gray, rect).std())[:2]]
    return [rect for rect in best_of_rows if _cut(gray, rect).std() >= 25]


def alike_at(grays: Pixels, number: int, rect: Rect) -> np.ndarray:
    """Return which of the screens look much like the one of that number at `rect`."""
    patches = grays[:, rect.y1 : rect.y2, rect.x1 : rect.x2].reshape(len(grays), -1).astype(np.float32)
    means = patches.mean(axis=1)
    centred = patches - means[:, None]
    lengths = np.maximum(np.linalg.norm(centred, axis=1), 1.0)
    correlation = centred @ centred[number] / (lengths * lengths[number])
    return (correlation >= 0.75) & (abs(means - means[number]) <= 14)


def _cut(gray: Pixels, rect: Rect) -> Pixels:
    return gray[rect.y1 : rect.y2, rect.x1 : rect.x2]


def jpeg(pixels: Pixels, quality: int = 60) -> Pixels:
    _, coded = cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return decode_picture(coded.tobytes())


def scaled(pixels: Pixels, factor: float) -> Pixels:
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    size = round(pixels.shape[1] * factor), round(pixels.shape[0] * factor)
    return np.asarray(cv2.resize(pixels, size, interpolation=method), dtype=np.uint8)


def shifted(pixels: Pixels, x: int, y: int) -> Pixels:
    moved = np.array([[1, 0, x], [0, 1, y]], dtype=np.float32)
    size = pixels.shape[1], pixels.shape[0]
    return np.asarray(cv2.warpAffine(pixels, moved, size, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)


def dimmed(pixels: Pixels, scrim: float) -> Pixels:
    return np.concatenate([pixels[:, :, :3] * (1 - scrim), pixels[:, :, 3:]], axis=2).astype(np.uint8)


def faded(pixels: Pixels, other: Pixels, share: float) -> Pixels:
    fitted = cv2.resize(other, (pixels.shape[1], pixels.shape[0]), interpolation=cv2.INTER_AREA)
    return (pixels * (1 - share) + fitted * share).astype(np.uint8)


def with_another_clock(pixels: Pixels) -> Pixels:
    changed = pixels.copy()
    bar = int(pixels.shape[0] * STATUS_BAR)
    changed[:bar] = 255 - changed[:bar]
    changed[..., 3] = 255
    return changed
