"""How well screens learned from one picture each are told apart: real screenshots, and the demo apps' pages.

The screenshots are those of `shared/screens` (see tests/screens/gallery.py), the pages the pictures in the examples'
registries. All are learned together, as `drover screens learn` does it. Then each is changed in harmless ways and
identified; dialogs are laid over it, with and without dimming; and each is compared with every other screen.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2

from drover.devices.frame import Frame, Pixels
from drover.kernel.errors import InvalidInput
from drover.screens.domain import Registry, ScreenKind
from drover.screens.identify import read_frame
from drover.screens.learning.judge import margin
from drover.screens.learning.lesson import Lesson
from drover.screens.learning.material import Subject, gather
from drover.screens.learning.teaching import learn
from drover.screens.matching import Matcher
from tests.screens.gallery import (
    FOLDER,
    dimmed,
    frame_of,
    jpeg,
    lay_out,
    lay_out_dialogs,
    moved,
    to_width,
    with_another_clock,
    with_dialog,
)

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIM = 0.32
DIALOG_WORDS = ("Rate this app", "Allow access?")
DIALOG = "popup_"


HARMLESS: dict[str, Callable[[Pixels], Pixels]] = {
    "JPEG of quality 60": jpeg,
    "720 wide": partial(to_width, 720),
    "1440 wide": partial(to_width, 1440),
    "another clock": with_another_clock,
    **{f"moved by {x},{y} at 1080": partial(moved, x, y) for x in (-8, 8) for y in (-8, 8)},
}


@dataclass(frozen=True)
class Shot:
    """A picture and the screen that it shows."""

    key: str
    kind: ScreenKind
    frame: Frame


def run() -> dict[str, object]:
    """Return the figures. Raises InvalidInput where the screenshots are not there."""
    if not FOLDER.is_dir():
        raise InvalidInput(f"{FOLDER} is not there", hint="the screenshots are kept beside the checkout")
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder), dialogs=DIALOG_WORDS)
        _lay_out_pages(Path(folder))
        material = gather(Path(folder), app="gallery")
        started = time.process_time()
        lesson = learn(material, Registry({}, {}))
        spent = time.process_time() - started
        shots = [shot for subject in material.subjects for shot in _shots(subject)]
    registry = Registry({each.screen.key: each.screen for each in lesson.learned}, {})
    matcher = Matcher(registry)
    return {
        "pictures": len(shots),
        "screens": len(registry.screens),
        "left_out": len(lesson.left_out),
        "learning_cpu_s": round(spent, 1),
        "regions_least_margin": round(min(look.choice.margin for each in lesson.learned for look in each.looks), 3),
        **_reach(matcher, shots),
        **_dialogs(matcher, [shot for shot in shots if shot.kind is ScreenKind.STATE]),
        **_pairs(matcher, lesson, shots),
    }


def _lay_out_pages(folder: Path) -> None:
    """Write the pictures of the examples' registries, all of one shape, as frames of their apps, and the dialogs."""
    pictures = sorted(EXAMPLES.glob("*/registry/*/pictures/*.jpg"))
    lay_out_dialogs(folder, "page", read_frame(pictures[0]).pixels, DIALOG_WORDS)
    for picture in pictures:
        app = picture.parents[1].name
        key, _, look = picture.stem.partition(".")
        place = folder / app
        place.mkdir(exist_ok=True)
        (place / f"{key}__{look}.jpg").write_bytes(picture.read_bytes())


def _shots(subject: Subject) -> Iterator[Shot]:
    return (Shot(subject.key, subject.kind, read_frame(file)) for file in subject.files)


def _reach(matcher: Matcher, shots: Sequence[Shot]) -> dict[str, object]:
    found = [(shot.key, _seen(matcher, change(shot.frame.pixels))) for change in HARMLESS.values() for shot in shots]
    recognised = sum(seen == key for key, seen in found)
    return {
        "changed_frames": len(found),
        "recognised_percent": round(100 * recognised / len(found), 2),
        "wrong_screens": sum(seen not in (key, None) for key, seen in found),
    }


def _dialogs(matcher: Matcher, shots: Sequence[Shot]) -> dict[str, object]:
    """Return how often a screen is seen behind a dialog: none is to be, whichever the dialog."""
    scrimmed = [_seen(matcher, with_dialog(dimmed(s.frame.pixels, SCRIM), w)) for s in shots for w in DIALOG_WORDS]
    plain = [_seen(matcher, with_dialog(shot.frame.pixels, words)) for shot in shots for words in DIALOG_WORDS]
    return {
        "dialogs": len(plain),
        "scrimmed_accepted": sum(seen is not None and DIALOG not in seen for seen in scrimmed),
        "undimmed_accepted": sum(seen is not None and DIALOG not in seen for seen in plain),
        "undimmed_recognised_as_dialog": sum(seen is not None and DIALOG in seen for seen in plain),
    }


def _pairs(matcher: Matcher, lesson: Lesson, shots: Sequence[Shot]) -> dict[str, object]:
    """Compare each picture with each other screen, and find the pair that is told apart least."""
    kinds = {each.screen.key: each.screen.kind for each in lesson.learned}
    closest, accepted, pairs = (1.0, ""), 0, 0
    for shot in shots:
        for key, kind in kinds.items():
            if key == shot.key or (kind is ScreenKind.STATE and shot.kind is ScreenKind.INTERRUPT):
                continue
            verified = matcher.verify(shot.frame, key)
            pairs += 1
            accepted += verified.screen is not None
            apart = max((abs(margin(check)) for check in verified.checks if not check.passed), default=0.0)
            closest = min(closest, (apart, f"{shot.key} for {key}"))
    return {
        "pairs": pairs,
        "false_accepts": accepted,
        "closest_impostor_margin": round(closest[0], 3),
        "closest_impostor": closest[1],
    }


def _seen(matcher: Matcher, pixels: Pixels) -> str | None:
    screen = matcher.identify(frame_of(pixels)).screen
    return screen.key if screen is not None else None
