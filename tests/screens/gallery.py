"""Screenshots that others drew, registered by a simple chooser of regions, and what can happen to a frame."""

import csv
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import product
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
THEME = re.compile(r"_((?:dark|light)_(?:black|white|blue))$")


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


def to_width(width: int, pixels: Pixels) -> Pixels:
    """Return the picture at that width, in its own shape."""
    return scaled(pixels, width / pixels.shape[1])


def moved(x: int, y: int, pixels: Pixels) -> Pixels:
    """Return the picture at 1080 pixels of width, shifted by so many of them."""
    return shifted(to_width(1080, pixels), x, y)


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


def lay_out(folder: Path, *, dialogs: Sequence[str] = (), only: Collection[str] = ()) -> None:
    """Write the screenshots as frames to learn from: themes of one screen share its name before the `__`.

    `only` keeps those of these groups. Each dialog is registered by two pictures of each shape, over another screen.
    """
    with (FOLDER / "manifest.csv").open() as rows:
        shots = [row for row in csv.DictReader(rows) if not only or row["group"] in only]
    for row in shots:
        screen = THEME.sub(r"__\1", row["screen"].removesuffix(".png").replace("/", "_"))
        place = folder / row["app"]
        place.mkdir(exist_ok=True)
        (place / f"{screen}{'' if '__' in screen else '__plain'}.png").write_bytes((FOLDER / row["file"]).read_bytes())
    for shape, row in enumerate(_of_each_shape(shots)):
        lay_out_dialogs(folder, f"shape{shape}", decode_picture((FOLDER / row["file"]).read_bytes()), dialogs)


def lay_out_dialogs(folder: Path, look: str, behind: Pixels, dialogs: Sequence[str]) -> None:
    """Write two pictures of each dialog, over a screen and over that upside down, as frames of one look."""
    (folder / "global").mkdir(exist_ok=True)
    for words, (number, pixels) in product(dialogs, enumerate((behind, np.flipud(behind)))):
        drawn = cv2.cvtColor(with_dialog(pixels, words), cv2.COLOR_RGBA2BGR)
        name = "popup_" + re.sub(r"\W", "", words.lower())
        cv2.imwrite(str(folder / "global" / f"{name}__{look}_{number}.png"), drawn)


def _of_each_shape(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return list({round(int(row["w"]) / int(row["h"]), 2): row for row in rows}.values())


def with_dialog(pixels: Pixels, words: str) -> Pixels:
    """Lay a dialog over the middle of a screen, of the same size by its width."""
    changed = np.ascontiguousarray(pixels).copy()
    height, width = changed.shape[:2]
    unit = width / 100
    top, left = round(height / 2 - 20 * unit), round(8 * unit)
    bottom, right = round(height / 2 + 20 * unit), width - left
    cv2.rectangle(changed, (left, top), (right, bottom), (238, 240, 250, 255), -1)
    for line, text, size in ((10, words, 0.22), (20, "It takes a moment only.", 0.14), (34, "Not now       OK", 0.18)):
        place = left + round(6 * unit), top + round(line * unit)
        thick = max(1, round(unit / 3))
        cv2.putText(changed, text, place, cv2.FONT_HERSHEY_SIMPLEX, size * unit, (20, 30, 60, 255), thick, cv2.LINE_AA)
    return changed
