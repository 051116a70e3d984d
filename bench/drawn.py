"""Screens drawn by a seeded generator in the manner of apps, as many as wanted, in a light and a dark look.

All have a header, cards and a button at the same places, so that an index by brightness alone has no easy time. Texts
and colours differ; every region has enough to see in it to be registered.
"""

import random
from pathlib import Path

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect, Size
from drover.devices.picture import preview
from drover.kernel.randomness import stream
from drover.screens.domain import App, Registry, Screen, ScreenKind, Variant
from drover.screens.pictures import crop_of
from drover.screens.regions import Region
from drover.screens.writing import save_app, save_screen

APP = "bench"
REFERENCE = Size(1080, 2400)
INTERRUPTS = 4
PLACES = (Rect(60, 130, 560, 230), Rect(90, 340, 590, 420), Rect(90, 840, 590, 920), Rect(330, 2215, 750, 2305))
REGIONS = 3
GROUNDS = {"light": (245, 30), "dark": (20, 235)}
PICTURE_WIDTH = 540
PICTURE_QUALITY = 80


def key_of(number: int) -> str:
    return f"{APP}.screen{number}"


def drawn_registry(seed: int, count: int, looks: tuple[str, ...] = ("light",)) -> Registry:
    """Return `count` screens with a variant for each look."""
    screens = [drawn_screen(seed, number, looks) for number in range(count)]
    return Registry({screen.key: screen for screen in screens}, {APP: App(APP, "com.example.bench")})


def written_registry(folder: Path, seed: int, count: int, looks: tuple[str, ...]) -> None:
    """Write such screens to `folder`, each look with a picture of the whole screen."""
    save_app(folder, App(APP, "com.example.bench"))
    for number in range(count):
        save_screen(folder, drawn_screen(seed, number, looks, pictures=True))


def drawn_screen(seed: int, number: int, looks: tuple[str, ...], *, pictures: bool = False) -> Screen:
    """Return a screen whose regions are at the same places in every look."""
    places = stream(seed, "regions", number).sample(PLACES, REGIONS)
    variants: list[Variant] = []
    for look in looks:
        frame = drawn_frame(seed, "screen", number, look)
        regions = tuple(Region(f"region{n}", rect, crop_of(frame, rect)) for n, rect in enumerate(places))
        picture = preview(frame, PICTURE_WIDTH, PICTURE_QUALITY).jpeg if pictures else b""
        variants.append(Variant(look, regions, picture=picture))
    kind = ScreenKind.INTERRUPT if number < INTERRUPTS else ScreenKind.STATE
    return Screen(key_of(number), key_of(number), "", APP, kind, REFERENCE, tuple(variants))


def drawn_frame(seed: int, sort: str, number: int, look: str = "light") -> Frame:
    """Draw a screen: a ground, a header, three cards of text, a button."""
    rng = stream(seed, sort, number)
    ground, ink = GROUNDS[look]
    pixels: Pixels = np.full((REFERENCE.height, REFERENCE.width, 3), ground, dtype=np.uint8)
    cv2.rectangle(pixels, (0, 80), (1080, 280), _colour(rng, ink), -1)
    _write(pixels, rng, (70, 205), 2.4, ink)
    for top in (320, 820, 1320):
        cv2.rectangle(pixels, (40, top), (1040, top + 440), (abs(ground - 12),) * 3, -1)
        cv2.circle(pixels, (880, top + 200), rng.randrange(40, 120), [rng.randrange(256) for _ in range(3)], -1)
        for line in range(4):
            _write(pixels, rng, (100, top + 80 + 85 * line), 1.6, ink)
    cv2.rectangle(pixels, (300, 2200), (780, 2320), _colour(rng, 255 - ink), -1)
    _write(pixels, rng, (340, 2280), 2.0, 255 - ink)
    return Frame(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGBA), dtype=np.uint8), number + 1, float(number))


def _colour(rng: random.Random, ink: int) -> list[int]:
    """Return a colour on which that ink can be read."""
    lightest = 130 if ink > 127 else 255  # noqa: PLR2004 (the middle of the grey levels)
    return [rng.randrange(lightest - 125, lightest) for _ in range(3)]


def _write(pixels: Pixels, rng: random.Random, place: tuple[int, int], size: float, ink: int) -> None:
    text = "".join(rng.choices("abcdefghiklmnoprstuvwxyz ", k=rng.randrange(6, 18))).title()
    cv2.putText(pixels, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, (ink,) * 3, 4, cv2.LINE_AA)
