"""The recall of the index: of what the matcher accepts of real screenshots and pages, worn, how much it admits.

The matcher is asked without the index and without outlines. `survivors` are the candidates that the index leaves to be
compared, the right one included. The screenshots are those of `shared/screens`; the pages are the pictures in the demo
app's registry, all with regions of a simple chooser.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

import cv2

from drover.devices.frame import Frame
from drover.kernel.errors import InvalidInput
from drover.kernel.randomness import stream
from drover.screens.matching.index import Index
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import Views
from drover.screens.pictures import decode_picture
from tests.screens.gallery import FOLDER, Shot, frame_of, load_gallery, register
from tests.screens.wear import Wear

PAGES = Path(__file__).parents[1] / "examples" / "plaza" / "registry"
WEAR: Mapping[str, Wear] = {
    "unchanged": Wear(),
    "jpeg_60": Wear(quality=60),
    "jpeg_75": Wear(quality=75),
    "720_wide": Wear(width=720),
    "1440_wide": Wear(width=1440),
    **{f"moved_{x}_{y}": Wear(x=x, y=y) for x in (-8, 8) for y in (-8, 8)},
    "moved_5_3": Wear(x=5, y=-3),
    "another_clock": Wear(clock=True),
    "darker": Wear(offset=-9),
    "lighter": Wear(offset=9),
    "duller": Wear(gain=0.85),
    "starker": Wear(gain=1.2),
}


def run(mixed: int = 300, seed: int = 7) -> dict[str, object]:
    """Return the figures, over every wear of `WEAR` and `mixed` random mixtures. Raises InvalidInput."""
    if not FOLDER.is_dir():
        raise InvalidInput(f"{FOLDER} is not there", hint="the screenshots are kept beside the checkout")
    cv2.setNumThreads(1)
    shots = [*load_gallery(), *_pages()]
    registry = register(shots)
    candidates = {key: Candidate(screen, screen.variants[0]) for key, screen in registry.screens.items()}
    index = Index(list(candidates.values()))
    by_wear = {name: _tried(candidates, index, [(shot, wear) for shot in shots]) for name, wear in WEAR.items()}
    rng = stream(seed, "wear")
    mixtures = [
        (
            rng.choice(shots),
            Wear(
                x=rng.randint(-8, 8),
                y=rng.randint(-8, 8),
                width=rng.choice((0, 0, 720, 1440)),
                quality=rng.choice((100, 75, 60)),
                gain=rng.uniform(0.8, 1.25),
                offset=rng.randint(-12, 12),
                clock=rng.choice((True, False)),
            ),
        )
        for _ in range(mixed)
    ]
    by_wear["mixed"] = _tried(candidates, index, mixtures)
    everything = [each for tried in by_wear.values() for each in tried]
    return {
        "screens": len(candidates),
        "frames": len(everything),
        **_figures(everything),
        "by_wear": {name: _figures(tried) for name, tried in by_wear.items()},
    }


def _pages() -> list[Shot]:
    """Return the pages of the demo app that are in its registry."""
    return [
        Shot(f"plaza.{path.stem}", decode_picture(path.read_bytes()))
        for path in sorted(PAGES.glob("plaza/pictures/*.jpg"))
    ]


def _tried(
    candidates: Mapping[str, Candidate], index: Index, worn: Sequence[tuple[Shot, Wear]]
) -> list[tuple[bool, bool, int]]:
    """Return for each whether the matcher accepts it, whether the index admits it, and how many it admits."""
    tried: list[tuple[bool, bool, int]] = []
    for shot, wear in worn:
        frame: Frame = frame_of(wear.of(shot.pixels))
        candidate = candidates[shot.key]
        accepted = all(check.passed for check in candidate.checks(Views(frame)))
        left = [hit.candidate for hit in index.look_up(Views(frame)) if hit.impossible == 0]
        tried.append((accepted, candidate in left, len(left)))
    return tried


def _figures(tried: Sequence[tuple[bool, bool, int]]) -> dict[str, float]:
    admitted = [admits for accepted, admits, _ in tried if accepted]
    return {
        "accepted": len(admitted),
        "lost": admitted.count(False),
        "recall_percent": round(100 * fmean(admitted), 3) if admitted else 0.0,
        "survivors_mean": round(fmean(left for _, _, left in tried), 2),
    }
