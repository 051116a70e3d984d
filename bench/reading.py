"""Verifying expected texts: how many right ones pass, how many wrong ones, and what a crop costs in CPU time.

The texts are drawn with the simulator's typeface, in several sizes, weights and colours. Wrong texts are near misses:
another digit, another case, a letter more, less or other, two swapped, another text.
"""

import random
import statistics
import string
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from drover.devices.frame import Pixels
from drover.kernel.randomness import stream
from drover.screens.ocr import RapidOcrReader
from drover.screens.reading import likeness, verify_text
from drover.screens.regions import ExpectedText
from drover.simulator.display import typeface
from drover.simulator.display.marks import Weight

TEXTS = (
    *("Log in", "Log out", "Sign up", "Settings", "Not now", "Allow", "Edit profile", "Save", "Cancel", "Follow"),
    *("Following", "Followers", "Messages", "Search", "Share", "Share to Plaza", "New post", "Your story", "Delete"),
    *("Grace Hopper", "Ada Lovelace", "@ada.lovelace", "alan_turing", "Katherine Johnson", "Zoë Müller", "Illinois"),
    *("4:05", "17:45", "12:07", "4,812 followers", "1,204", "$12.99", "€3.50", "Slot 12", "0.5 km", "128 MB of 4 GB"),
    *("Turn on notifications?", "Rate Plaza", "Update available", "No internet connection", "Discard changes?"),
    *("Forgot password?", "Create account", "Liked by grace and 21 others", "2 hours ago", "Version 3.10.2", "Done"),
)
LOOKS = (
    ((255, 255, 255), (20, 20, 20)),
    ((18, 18, 20), (235, 235, 235)),
    ((255, 255, 255), (120, 120, 125)),
    ((30, 110, 240), (255, 255, 255)),
    ((40, 40, 44), (150, 150, 155)),
)
SIZES = (20, 24, 30, 36, 42, 48, 56)
PIXELS_PER_SIZE = 0.6


@dataclass(frozen=True)
class Line:
    """A text as it is drawn."""

    text: str
    size: int
    weight: Weight
    look: int

    def draw(self) -> Pixels:
        """Return the crop, RGBA."""
        mask, _, _ = typeface.line(self.text, self.weight, self.size)
        margin = round(self.size * PIXELS_PER_SIZE)
        ground, ink = (np.array(colour, np.float32) for colour in LOOKS[self.look])
        covered = np.pad(mask, margin)[..., None].astype(np.float32) / 255
        rgb = ground * (1 - covered) + ink * covered
        return np.dstack([rgb, np.full(covered.shape[:2], 255)]).astype(np.uint8)


def run(seed: int = 7, lines_per_text: int = 3, wrong: int = 5000) -> dict[str, object]:
    """Return the rates, the most alike wrong text, and milliseconds of CPU time a crop."""
    cv2.setNumThreads(1)
    reader, rng = RapidOcrReader(), stream(seed, "reading")
    drawn = lines(rng, lines_per_text)
    verify_text(reader, drawn[0].draw(), ExpectedText(drawn[0].text))  # loads the model
    passed, times, alike, per_line = 0, list[float](), list[float](), -(-wrong // len(drawn))
    for line in drawn:
        crop = line.draw()
        started = time.process_time()
        check = verify_text(reader, crop, ExpectedText(line.text))
        times.append((time.process_time() - started) * 1000)
        passed += check.passed
        alike += [likeness(each, check.seen) for each in near_misses(line.text, rng, per_line)]
    times.sort()
    return {
        "crops": len(drawn),
        "passed_percent": 100 * passed / len(drawn),
        "wrong_texts": len(alike),
        "wrong_accepted": sum(ratio == 1 for ratio in alike),
        "wrong_above_0_9": sum(ratio >= 0.9 for ratio in alike),  # noqa: PLR2004  what a tolerance would accept
        "ms_p50": statistics.median(times),
        "ms_mean": statistics.fmean(times),
        "ms_p95": times[int(0.95 * len(times))],
    }


def lines(rng: random.Random, per_text: int) -> Sequence[Line]:
    """Return each text some times, each time in another look."""
    return [
        Line(text, rng.choice(SIZES), rng.choice(list(Weight)), rng.randrange(len(LOOKS)))
        for text in TEXTS
        for _ in range(per_text)
    ]


def near_misses(text: str, rng: random.Random, count: int) -> Sequence[str]:
    """Return `count` texts that are nearly that one, and that a person would call another one."""
    found: dict[str, None] = {}
    ways = (_digit, _case, _other_letter, _letter_more, _letter_less, _swapped, _other_text)
    for _ in range(count * 50):
        if len(found) == count:
            break
        wrong = rng.choice(ways)(text, rng)
        if _means_another(wrong, text):
            found[wrong] = None
    return list(found)


def _means_another(wrong: str, text: str) -> bool:
    """Whether it is a text that says something else: not a part of the other in whole words, not the same but for I."""
    return bool(wrong.strip()) and likeness(wrong, text) < 1


def _digit(text: str, rng: random.Random) -> str:
    return _at(text, rng, string.digits, lambda one: str((int(one) + rng.randint(1, 9)) % 10))


def _case(text: str, rng: random.Random) -> str:
    return _at(text, rng, string.ascii_letters, str.swapcase)


def _other_letter(text: str, rng: random.Random) -> str:
    return _at(text, rng, string.ascii_lowercase, lambda _: rng.choice(string.ascii_lowercase))


def _letter_more(text: str, rng: random.Random) -> str:
    return _at(text, rng, string.ascii_letters + string.digits, lambda one: one + rng.choice(string.ascii_lowercase))


def _letter_less(text: str, rng: random.Random) -> str:
    return _at(text, rng, string.ascii_letters + string.digits, lambda _: "")


def _swapped(text: str, rng: random.Random) -> str:
    place = rng.randrange(max(1, len(text) - 1))
    return text[:place] + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :]


def _other_text(_: str, rng: random.Random) -> str:
    return rng.choice(TEXTS)


def _at(text: str, rng: random.Random, kinds: str, change: Callable[[str], str]) -> str:
    places = list(_places(text, kinds))
    if not places:
        return text
    place = rng.choice(places)
    return text[:place] + change(text[place]) + text[place + 1 :]


def _places(text: str, kinds: str) -> Iterator[int]:
    return (place for place, character in enumerate(text) if character in kinds)
