"""Screens learned from screenshots that nobody here drew, one picture each; the whole sweep is `bench/learning.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from drover.devices.frame import Pixels
from drover.screens.domain import Registry
from drover.screens.identify import read_frame
from drover.screens.learning.judge import LEAST_MARGIN
from drover.screens.learning.lesson import Lesson
from drover.screens.learning.material import gather
from drover.screens.learning.teaching import learn
from drover.screens.matching import Matcher
from tests.screens.gallery import (
    FOLDER,
    dimmed,
    frame_of,
    jpeg,
    lay_out,
    moved,
    to_width,
    with_another_clock,
    with_dialog,
)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the screenshots of shared/screens are not here")

# Drawers that differ in the selected row and in what is behind, settings with and without a message at the bottom,
# and other apps.
ALIKE = [f"g{number}" for number in (242, 243, 247, 248, 267, 270, 286, 288)]
APART = [f"g{number}" for number in (311, 314, 317)]
WORDS, DIALOG = "Rate this app", "global.popup_ratethisapp"


HARMLESS: dict[str, Callable[[Pixels], Pixels]] = {
    "JPEG of quality 60": jpeg,
    "720 wide": partial(to_width, 720),
    "1440 wide": partial(to_width, 1440),
    "8 pixels up and left at 1080": partial(moved, -8, -8),
    "8 pixels down and right at 1080": partial(moved, 8, 8),
    "another clock": with_another_clock,
}


@dataclass(frozen=True)
class Shot:
    key: str
    pixels: Pixels


@dataclass(frozen=True)
class Taught:
    lesson: Lesson
    matcher: Matcher
    shots: tuple[Shot, ...]
    shares: list[float]

    def seen(self, pixels: Pixels) -> str | None:
        screen = self.matcher.identify(frame_of(pixels)).screen
        return screen.key if screen is not None else None


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Taught:
    folder = tmp_path_factory.mktemp("frames")
    lay_out(folder, dialogs=[WORDS], only=[*ALIKE, *APART])
    material = gather(folder, app="gallery")
    shares: list[float] = []
    lesson = learn(material, Registry({}, {}), told=shares.append)
    matcher = Matcher(Registry({each.screen.key: each.screen for each in lesson.learned}, {}))
    shots = [Shot(each.key, read_frame(file).pixels) for each in material.subjects for file in each.files]
    return Taught(lesson, matcher, tuple(shot for shot in shots if not shot.key.startswith("global.")), shares)


def test_how_far_the_work_is_is_told_once_a_screen(taught: Taught) -> None:
    assert taught.shares == sorted(taught.shares)
    assert 0 == taught.shares[0] < taught.shares[-1] < 1
    assert len(taught.shares) >= len(taught.lesson.learned)


def test_every_screen_is_unique_with_a_margin(taught: Taught) -> None:
    assert taught.lesson.left_out == ()
    assert len(taught.shots) == len(ALIKE) + len(APART)
    assert min(look.choice.margin for each in taught.lesson.learned for look in each.looks) >= LEAST_MARGIN


def test_no_screen_has_more_than_three_regions_that_must_be_there(taught: Taught) -> None:
    looks = [look for each in taught.lesson.learned for look in each.looks]
    assert max(sum(not region.absent for region in look.variant.regions) for look in looks) <= 3


@pytest.mark.parametrize("change", HARMLESS)
def test_every_screen_is_recognised_as_itself(taught: Taught, change: str) -> None:
    found = [(shot.key, taught.seen(HARMLESS[change](shot.pixels))) for shot in taught.shots]
    assert [pair for pair in found if pair[0] != pair[1]] == []


def test_no_screen_is_seen_behind_a_dialog_that_dims_it(taught: Taught) -> None:
    found = {taught.seen(with_dialog(dimmed(shot.pixels, 0.32), "A dialog of another app")) for shot in taught.shots}
    assert found <= {None, DIALOG}


def test_no_screen_is_seen_behind_a_registered_dialog_that_does_not_dim_it(taught: Taught) -> None:
    found = [taught.seen(with_dialog(shot.pixels, WORDS)) for shot in taught.shots]
    assert set(found) == {DIALOG}


def test_no_screen_passes_for_another_one(taught: Taught) -> None:
    states = [each.screen.key for each in taught.lesson.learned if each.screen.app is not None]
    accepted = [
        (shot.key, key)
        for shot in taught.shots
        for key in states
        if key != shot.key and taught.matcher.verify(frame_of(shot.pixels), key).screen is not None
    ]
    assert accepted == []
