"""Identification of screenshots that nobody here drew."""

from collections.abc import Callable
from functools import partial

import pytest

from drover.devices.frame import Pixels
from drover.screens.domain import Registry
from drover.screens.matching import Matcher
from tests.screens.gallery import (
    FOLDER,
    Shot,
    dimmed,
    faded,
    frame_of,
    jpeg,
    load_gallery,
    register,
    scaled,
    shifted,
    to_width,
    with_another_clock,
)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the screenshots of shared/screens are not here")

HARMLESS: dict[str, Callable[[Pixels], Pixels]] = {
    "JPEG of quality 60": jpeg,
    "720 wide as JPEG": lambda p: jpeg(to_width(720, p), 70),
    "two thirds of its size": lambda p: scaled(p, 2 / 3),
    "1440 wide": partial(to_width, 1440),
    "3 pixels to the right": lambda p: shifted(p, 3, 0),
    "5 pixels off": lambda p: shifted(p, -4, 3),
    "8 pixels off": lambda p: shifted(p, -7, -8),
    "another clock": with_another_clock,
}


@pytest.fixture(scope="module")
def shots() -> list[Shot]:
    return load_gallery()


@pytest.fixture(scope="module")
def registered(shots: list[Shot]) -> Registry:
    return register(shots)


@pytest.fixture(scope="module")
def matcher(registered: Registry) -> Matcher:
    return Matcher(registered)


@pytest.mark.parametrize("change", HARMLESS)
def test_every_screenshot_is_recognised_as_itself(matcher: Matcher, shots: list[Shot], change: str) -> None:
    found = {shot.key: matcher.identify(frame_of(HARMLESS[change](shot.pixels))).screen for shot in shots}
    assert {key: screen and screen.key for key, screen in found.items()} == {shot.key: shot.key for shot in shots}


def test_no_dimmed_screenshot_passes_for_any_screen(matcher: Matcher, shots: list[Shot]) -> None:
    assert [matcher.identify(frame_of(dimmed(shot.pixels, 0.32))).screen for shot in shots] == [None] * len(shots)


def test_no_half_faded_screenshot_passes_for_any_screen(matcher: Matcher, shots: list[Shot]) -> None:
    others = [*shots[7:], *shots[:7]]
    mixed = [faded(shot.pixels, other.pixels, 0.5) for shot, other in zip(shots, others, strict=True)]
    assert [matcher.identify(frame_of(pixels)).screen for pixels in mixed] == [None] * len(shots)


def test_no_unregistered_screenshot_passes_for_a_registered_one(shots: list[Shot], registered: Registry) -> None:
    one_app = {key: screen for key, screen in registered.screens.items() if screen.app == "nextcloud"}
    matcher = Matcher(Registry(one_app, {}))
    others = [shot for shot in shots if not shot.key.startswith("nextcloud")]
    assert len(others) == 15
    assert [matcher.identify(frame_of(shot.pixels)).screen for shot in others] == [None] * 15
