"""Drover against Airtest's `Template.match_in`: both decide, over the same pairs, whether a frame is a screen.

The screens are those of `shared/screens`, learned from one picture each; both get the same crops, Airtest with the
resolution and the place that AirtestIDE would record, and its own defaults. A screen is there for Airtest where every
crop is found. Airtest runs in an environment of its own, which is made here: Drover does not depend on it.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import fmean, median

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.kernel.errors import InvalidInput
from drover.kernel.randomness import stream
from drover.screens.domain import Registry, Screen
from drover.screens.identify import read_frame
from drover.screens.learning.lesson import Lesson
from drover.screens.learning.material import gather
from drover.screens.learning.teaching import learn
from drover.screens.matching import Matcher
from tests.screens.gallery import (
    FOLDER,
    dimmed,
    faded,
    frame_of,
    jpeg,
    lay_out,
    shifted,
    to_width,
    with_another_clock,
)

VERSION = "1.4.3"
ENVIRONMENT = Path(__file__).parents[1] / "build" / "bench-airtest"
SIDE = Path(__file__).with_name("airtest_side.py")
SCRIM = 0.32
FADE = 0.5
ROUNDS = 5
THUMBNAIL = 24, 48

HARMLESS: Mapping[str, Callable[[Pixels], Pixels]] = {
    "JPEG of quality 60": jpeg,
    "720 wide": partial(to_width, 720),
    "1440 wide": partial(to_width, 1440),
    "moved by -4,3": lambda pixels: shifted(pixels, -4, 3),
    "moved by -7,-8": lambda pixels: shifted(pixels, -7, -8),
    "another clock": with_another_clock,
}


@dataclass(frozen=True)
class Look:
    """One look of a learned screen, as a screen of its own, and the picture that it was learned from."""

    name: str
    screen: Screen
    pixels: Pixels


@dataclass(frozen=True)
class Pair:
    """A frame, and the look of which it is asked whether it is there; `same`: whether it is."""

    kind: str
    pixels: Pixels
    look: Look
    same: bool


@dataclass(frozen=True)
class Answer:
    """What one side says of a pair, and what it cost."""

    found: bool
    ms: float


def run(looks: int = 20, seed: int = 7) -> dict[str, object]:
    """Return the figures over that many looks. Raises InvalidInput without the screenshots or without Airtest."""
    if not FOLDER.is_dir():
        raise InvalidInput(f"{FOLDER} is not there", hint="the screenshots are kept beside the checkout")
    python = _environment()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        known = _learned(Path(folder) / "pictures")
        pairs = list(_pairs(known, looks, seed))
        theirs = _airtest(python, pairs, Path(folder))
    ours = _drover(pairs)
    in_place = [Answer(bool(each["in_place"]), each["ms"]) for each in theirs["answers"]]
    answers = [Answer(bool(each["found"]), each["ms"]) for each in theirs["answers"]]
    return {
        "airtest": theirs["version"],
        "airtest_opencv": theirs["opencv"],
        "opencv": cv2.__version__,
        "looks": min(looks, len(known)),
        "pairs": len(pairs),
        **_figures("drover", pairs, ours),
        **_figures("airtest", pairs, answers),
        **{f"airtest_in_place_{name}": count for name, count in _wrong(pairs, in_place).items()},
        "times_less_cpu": round(sum(each.ms for each in answers) / sum(each.ms for each in ours), 1),
        "times_less_cpu_same": _times(pairs, ours, answers, same=True),
        "times_less_cpu_other": _times(pairs, ours, answers, same=False),
        "wrong_by_kind": _by_kind(pairs, ours, answers),
    }


def _environment() -> Path:
    """Return the Python that has Airtest, made from the package index where it is not there yet."""
    python = ENVIRONMENT / "bin" / "python"
    check = [str(python), "-c", f"from importlib.metadata import version; assert version('airtest') == {VERSION!r}"]
    if python.exists() and subprocess.run(check, capture_output=True, check=False).returncode == 0:
        return python
    print(f"installing Airtest {VERSION} into {ENVIRONMENT} ...", flush=True)
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)],
        [str(python), "-m", "pip", "install", "--quiet", f"airtest=={VERSION}", "setuptools<81"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise InvalidInput(f"Airtest {VERSION} cannot be installed: {reason}", hint="check pip's package index")
    return python


def _learned(folder: Path) -> list[Look]:
    """Return every look that was learned, each as a screen of its own."""
    folder.mkdir()
    lay_out(folder)
    lesson: Lesson = learn(gather(folder, app="gallery"), Registry({}, {}))
    return [
        Look(
            f"{each.screen.key}.{look.variant.name}",
            replace(each.screen, variants=(look.variant,), reference=each.screen.reference_of(look.variant)),
            read_frame(folder / look.files[0]).pixels,
        )
        for each in lesson.learned
        for look in each.looks
    ]


def _pairs(known: Sequence[Look], count: int, seed: int) -> Iterator[Pair]:
    """Yield each chosen look with its own frame, changed harmlessly and not, and with those of other screens."""
    rng = stream(seed, "pairs")
    thumbnails = [cv2.resize(look.pixels, THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.int16) for look in known]
    for number in sorted(rng.sample(range(len(known)), min(count, len(known)))):
        look = known[number]
        others = [n for n, other in enumerate(known) if other.screen.key != look.screen.key]
        nearest = min(others, key=lambda n: float(np.abs(thumbnails[n] - thumbnails[number]).mean()))
        other = known[rng.choice(others)]
        for kind, change in HARMLESS.items():
            yield Pair(kind, change(look.pixels), look, same=True)
        yield Pair("near-duplicate", known[nearest].pixels, look, same=False)
        yield Pair("another screen", other.pixels, look, same=False)
        yield Pair("under a scrim", dimmed(look.pixels, SCRIM), look, same=False)
        yield Pair("half faded", faded(look.pixels, known[nearest].pixels, FADE), look, same=False)


def _drover(pairs: Sequence[Pair]) -> list[Answer]:
    """Return what Drover says, as a play asks it: is this the expected screen? The time is the median of a few."""
    matchers = {look.name: _Expecting(look) for look in {pair.look.name: pair.look for pair in pairs}.values()}
    answers: list[Answer] = []
    for pair in pairs:
        frame = frame_of(pair.pixels)
        decided = [_timed(matchers[pair.look.name], frame) for _ in range(ROUNDS)]
        answers.append(Answer(decided[0].found, median(each.ms for each in decided)))
    return answers


class _Expecting:
    """Whether a frame is one look."""

    def __init__(self, look: Look) -> None:
        self._key = look.screen.key
        self._app = look.screen.app or ""
        self._matcher = Matcher(Registry({self._key: look.screen}, {}))

    def __call__(self, frame: Frame) -> bool:
        found = self._matcher.recognise(frame, app=self._app, expected=(self._key,))
        return found is not None and found.screen is not None


def _timed(decide: Callable[[Frame], bool], frame: Frame) -> Answer:
    started = time.process_time()
    found = decide(frame)
    return Answer(found, (time.process_time() - started) * 1000)


def _airtest(python: Path, pairs: Sequence[Pair], folder: Path) -> dict[str, list[dict[str, float]]]:
    """Return what Airtest says, from a process of its own environment."""
    screens = {pair.look.name: pair.look.screen for pair in pairs}
    job = {
        "screens": {name: _templates(screen, folder / f"crop{n}") for n, (name, screen) in enumerate(screens.items())},
        "pairs": [
            {"frame": _written(folder / f"frame{number}.png", pair.pixels), "screen": pair.look.name}
            for number, pair in enumerate(pairs)
        ],
    }
    (folder / "job.json").write_text(json.dumps(job))
    # Isolated: this folder's own names must not stand before those of the environment.
    command = [str(python), "-I", str(SIDE), str(folder / "job.json"), str(folder / "answers.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise InvalidInput(f"Airtest failed: {reason}", hint=f"remove {ENVIRONMENT} and try again")
    return json.loads((folder / "answers.json").read_text())


def _templates(screen: Screen, place: Path) -> list[dict[str, object]]:
    """Write the crops of the regions that must be there, and return what Airtest needs to know of them."""
    parts: list[dict[str, object]] = []
    for region in screen.variants[0].regions:
        if region.absent:
            continue
        file = place.with_name(f"{place.name}.{region.name}.png")
        file.write_bytes(region.crop.png)
        middle = {"x": (region.rect.x1 + region.rect.x2) / 2, "y": (region.rect.y1 + region.rect.y2) / 2}
        parts.append({"file": str(file), "resolution": list(asdict(screen.reference).values()), **middle})
    return parts


def _written(file: Path, pixels: Pixels) -> str:
    cv2.imwrite(str(file), cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return str(file)


def _figures(side: str, pairs: Sequence[Pair], answers: Sequence[Answer]) -> dict[str, float]:
    spent = [each.ms for each in answers]
    return {
        f"{side}_ms_mean": round(fmean(spent), 3),
        f"{side}_ms_p50": round(median(spent), 3),
        f"{side}_ms_max": round(max(spent), 3),
        **{f"{side}_{name}": count for name, count in _wrong(pairs, answers).items()},
    }


def _wrong(pairs: Sequence[Pair], answers: Sequence[Answer]) -> dict[str, int]:
    both = list(zip(pairs, answers, strict=True))
    return {
        "false_accepts": sum(answer.found and not pair.same for pair, answer in both),
        "false_rejects": sum(pair.same and not answer.found for pair, answer in both),
    }


def _times(pairs: Sequence[Pair], ours: Sequence[Answer], theirs: Sequence[Answer], *, same: bool) -> float:
    chosen = [(our.ms, their.ms) for pair, our, their in zip(pairs, ours, theirs, strict=True) if pair.same is same]
    return round(sum(their for _, their in chosen) / sum(our for our, _ in chosen), 1)


def _by_kind(pairs: Sequence[Pair], ours: Sequence[Answer], theirs: Sequence[Answer]) -> dict[str, dict[str, int]]:
    """Return, for each kind of pair, how many there are, and how many each side decides wrongly."""
    counted: dict[str, dict[str, int]] = {}
    for pair, our, their in zip(pairs, ours, theirs, strict=True):
        row = counted.setdefault(pair.kind, {"pairs": 0, "drover": 0, "airtest": 0})
        row["pairs"] += 1
        row["drover"] += our.found is not pair.same
        row["airtest"] += their.found is not pair.same
    return counted
