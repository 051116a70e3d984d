"""What identification among 1,000 screens and settle detection cost in CPU time, from raw pixels at 1080x2400."""

import statistics
import time
from collections.abc import Callable, Sequence

import cv2

from bench.drawn import APP, INTERRUPTS, drawn_frame, drawn_registry, key_of
from drover.devices.frame import Frame
from drover.screens.matching.matcher import Matcher
from drover.screens.settle import Settle

SCREENS = 1000
LOOKED_AT = 20
ROUNDS = 5


def run(seed: int = 7) -> dict[str, object]:
    """Return the figures, in milliseconds of CPU time."""
    cv2.setNumThreads(1)
    registry = drawn_registry(seed, SCREENS)
    matcher = Matcher(registry)
    numbers = range(INTERRUPTS, SCREENS, SCREENS // LOOKED_AT)
    known = [(key_of(number), drawn_frame(seed, "screen", number)) for number in numbers]
    strangers = [drawn_frame(seed, "stranger", number) for number in range(LOOKED_AT)]
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


def _expecting(matcher: Matcher, key: str, frame: Frame) -> Callable[[], object]:
    return lambda: matcher.identify(frame, app=APP, expected=(key,))


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
