"""What identification and settle detection cost in CPU time, on one core, from raw pixels at 1080x2400.

The screens are drawn by a seeded generator in the manner of apps: all have a header, cards and a button at the same
places, so that an index by brightness alone has no easy time.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect, Size
from drover.kernel.randomness import stream
from drover.screens.domain import Crop, Region, Registry, Screen, ScreenKind, Variant
from drover.screens.matching.matcher import Matcher
from drover.screens.pictures import to_gray
from drover.screens.settle import Settle

REFERENCE = Size(1080, 2400)
SCREENS = 500
INTERRUPTS = 4
LOOKED_AT = 20
ROUNDS = 5
PLACES = (Rect(60, 130, 560, 230), Rect(90, 340, 590, 420), Rect(90, 840, 590, 920), Rect(330, 2215, 750, 2305))


def run(seed: int = 7) -> dict[str, object]:
    """Return the figures, in milliseconds of CPU time."""
    cv2.setNumThreads(1)
    registry = _registry(seed)
    matcher = Matcher(registry)
    numbers = range(INTERRUPTS, SCREENS, SCREENS // LOOKED_AT)
    known = [(_key(number), _frame(seed, "screen", number)) for number in numbers]
    strangers = [_frame(seed, "stranger", number) for number in range(LOOKED_AT)]
    answers = [matcher.identify(frame) for frame in strangers]
    return {
        "screens": SCREENS,
        "regions": sum(len(variant.regions) for s in registry.screens.values() for variant in s.variants),
        **_measured("expected", [_expecting(matcher, key, frame) for key, frame in known]),
        **_measured("known", [_searching(matcher, frame) for _, frame in known]),
        **_measured("unknown", [_searching(matcher, frame) for frame in strangers]),
        **_measured("settle", [_settling(frame) for frame in strangers]),
        "known_recognised": sum(_seen(matcher, frame) == key for key, frame in known) / len(known),
        "unknown_taken_for_known": sum(answer.screen is not None for answer in answers) / len(answers),
    }


def _registry(seed: int) -> Registry:
    screens = (_screen(seed, number) for number in range(SCREENS))
    return Registry({screen.key: screen for screen in screens}, {})


def _screen(seed: int, number: int) -> Screen:
    frame = _frame(seed, "screen", number)
    rng = stream(seed, "regions", number)
    places = rng.sample(PLACES, rng.choice((2, 3)))
    regions = tuple(Region(f"region{n}", rect, Crop(_cut(frame, rect), b"")) for n, rect in enumerate(places))
    kind = ScreenKind.INTERRUPT if number < INTERRUPTS else ScreenKind.STATE
    return Screen(_key(number), _key(number), "", "bench", kind, REFERENCE, (Variant("light", regions),))


def _cut(frame: Frame, rect: Rect) -> Pixels:
    return to_gray(frame.pixels[rect.y1 : rect.y2, rect.x1 : rect.x2])


def _key(number: int) -> str:
    return f"bench.screen{number}"


def _frame(seed: int, sort: str, number: int) -> Frame:
    """Draw a screen: a theme, a header, three cards of text, a button."""
    rng = stream(seed, sort, number)
    ground, ink = rng.choice(((245, 30), (255, 60), (20, 235), (40, 200)))
    pixels: Pixels = np.full((REFERENCE.height, REFERENCE.width, 3), ground, dtype=np.uint8)
    cv2.rectangle(pixels, (0, 80), (1080, 280), [rng.randrange(256) for _ in range(3)], -1)
    _write(pixels, rng, (70, 205), 2.4, ink)
    for top in (320, 820, 1320):
        cv2.rectangle(pixels, (40, top), (1040, top + 440), (abs(ground - 12),) * 3, -1)
        cv2.circle(pixels, (880, top + 200), rng.randrange(40, 120), [rng.randrange(256) for _ in range(3)], -1)
        for line in range(4):
            _write(pixels, rng, (100, top + 80 + 85 * line), 1.6, ink)
    cv2.rectangle(pixels, (300, 2200), (780, 2320), [rng.randrange(256) for _ in range(3)], -1)
    _write(pixels, rng, (340, 2280), 2.0, 255 - ink)
    return Frame(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGBA), dtype=np.uint8), number + 1, float(number))


def _write(pixels: Pixels, rng: random.Random, place: tuple[int, int], size: float, ink: int) -> None:
    text = "".join(rng.choices("abcdefghiklmnoprstuvwxyz ", k=rng.randrange(6, 18))).title()
    cv2.putText(pixels, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, (ink,) * 3, 4, cv2.LINE_AA)


def _expecting(matcher: Matcher, key: str, frame: Frame) -> Callable[[], object]:
    return lambda: matcher.identify(frame, app="bench", expected=(key,))


def _searching(matcher: Matcher, frame: Frame) -> Callable[[], object]:
    return lambda: matcher.identify(frame)


def _settling(frame: Frame) -> Callable[[], object]:
    settle = Settle(apart_s=0.0)
    settle.add(frame)
    return lambda: settle.add(frame)


def _seen(matcher: Matcher, frame: Frame) -> str | None:
    screen = matcher.identify(frame).screen
    return screen.key if screen is not None else None


def _measured(name: str, works: Sequence[Callable[[], object]]) -> dict[str, float]:
    """Return median and 95th percentile of the CPU time of each piece of work, each done several times once warm."""
    for work in works:
        work()
    spent = sorted(_spent_ms(work) for _ in range(ROUNDS) for work in works)
    p95 = spent[int(len(spent) * 0.95)]
    return {f"{name}_ms_p50": round(statistics.median(spent), 3), f"{name}_ms_p95": round(p95, 3)}


def _spent_ms(work: Callable[[], object]) -> float:
    started = time.thread_time()
    work()
    return (time.thread_time() - started) * 1000
