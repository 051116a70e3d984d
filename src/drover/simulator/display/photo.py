"""Made-up pictures: a sky, a sun, and hills, towers, waves or bubbles, all from one number."""

import random
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from drover.kernel.randomness import stream
from drover.simulator.display.shapes import gradient

Pixels = npt.NDArray[np.uint8]
Tone = tuple[int, int, int]

# Sky at the top, sky at the horizon, far, near.
_TONES: tuple[tuple[Tone, Tone, Tone, Tone], ...] = (
    ((255, 184, 140), (255, 236, 210), (222, 98, 98), (95, 44, 90)),
    ((106, 170, 237), (222, 242, 255), (92, 138, 160), (36, 73, 92)),
    ((44, 47, 110), (214, 120, 160), (86, 62, 128), (30, 24, 58)),
    ((120, 214, 190), (240, 250, 220), (60, 150, 120), (22, 84, 80)),
    ((250, 208, 80), (255, 246, 214), (240, 140, 60), (140, 66, 30)),
    ((176, 160, 250), (250, 230, 255), (140, 110, 220), (66, 50, 140)),
)
_SUBPIXEL_BITS = 4
_ONE = 1 << _SUBPIXEL_BITS


def _polygon(pixels: Pixels, points: list[tuple[float, float]], tone: Tone) -> None:
    height, width = pixels.shape[:2]
    corners = np.array([[round(x * width * _ONE), round(y * height * _ONE)] for x, y in points], np.int32)
    cv2.fillPoly(pixels, [corners], (*tone, 255), cv2.LINE_AA, _SUBPIXEL_BITS)


def _disc(pixels: Pixels, x: float, y: float, radius: float, tone: Tone) -> None:
    height, width = pixels.shape[:2]
    middle = (round(x * width * _ONE), round(y * height * _ONE))
    cv2.circle(pixels, middle, round(radius * height * _ONE), (*tone, 255), -1, cv2.LINE_AA, _SUBPIXEL_BITS)


def _mixed(one: Tone, other: Tone, share: float) -> Tone:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _ridge(rng: random.Random, base: float, rise: float, peaks: int) -> list[tuple[float, float]]:
    tops = [
        (step / (peaks * 2), base - (rise * rng.uniform(0.4, 1) if step % 2 else 0)) for step in range(peaks * 2 + 1)
    ]
    return [(0, 1), *tops, (1, 1)]


def _hills(pixels: Pixels, rng: random.Random, far: Tone, near: Tone) -> None:
    for layer in range(4):
        share = layer / 3
        ridge = _ridge(rng, 0.62 + 0.1 * layer, 0.3 - 0.05 * layer, rng.randint(2, 4))
        _polygon(pixels, ridge, _mixed(far, near, share))


def _towers(pixels: Pixels, rng: random.Random, far: Tone, near: Tone) -> None:
    for layer in range(3):
        x = -0.02
        while x < 1:
            wide, top = rng.uniform(0.06, 0.13), rng.uniform(0.35, 0.62) + 0.1 * layer
            _polygon(pixels, [(x, 1), (x, top), (x + wide, top), (x + wide, 1)], _mixed(far, near, layer / 2))
            x += wide + rng.uniform(0, 0.05)


def _waves(pixels: Pixels, rng: random.Random, far: Tone, near: Tone) -> None:
    for layer in range(6):
        swell, turn = rng.uniform(0.01, 0.04), rng.uniform(0, 6)
        tops = [(i / 40, 0.5 + 0.085 * layer + swell * float(np.sin(turn + i / 40 * 9))) for i in range(41)]
        _polygon(pixels, [(0, 1), *tops, (1, 1)], _mixed(far, near, layer / 5))


def _bubbles(pixels: Pixels, rng: random.Random, far: Tone, near: Tone) -> None:
    for _ in range(14):
        tone = _mixed(far, near, rng.random())
        _disc(pixels, rng.uniform(0, 1), rng.uniform(0.2, 1), rng.uniform(0.05, 0.22), tone)


_SUBJECTS: tuple[Callable[[Pixels, random.Random, Tone, Tone], None], ...] = (_hills, _towers, _waves, _bubbles)


def photo(width: int, height: int, seed: int) -> Pixels:
    """Return an opaque picture of shape (height, width, 4); equal arguments give equal pixels."""
    rng = stream(seed, "photo")
    top, horizon, far, near = rng.choice(_TONES)
    pixels = gradient(width, height, (*top, 255), (*horizon, 255), slant=0.15)
    sun = _mixed(horizon, (255, 255, 255), 0.7)
    _disc(pixels, rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.4), rng.uniform(0.07, 0.13), sun)
    rng.choice(_SUBJECTS)(pixels, rng, far, near)
    return pixels
