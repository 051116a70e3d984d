"""What the matcher says of a frame that is nearly a screen: which one, where nobody told what to expect."""

import numpy as np
import pytest

from drover.devices.frame import Frame
from drover.screens.check.shown import shown
from drover.screens.domain import Screen
from drover.screens.files import load_registry
from drover.screens.matching.matcher import Matcher
from tools.plaza_registry import REGISTRY

PLAZA = load_registry(REGISTRY).registry
MATCHER = Matcher(PLAZA)
LEAST_REGIONS = 3


def regions_of(screen: Screen) -> int:
    return sum(not region.absent for region in screen.variants[0].regions)


TELLING = [screen for screen in PLAZA.screens.values() if regions_of(screen) >= LEAST_REGIONS]


@pytest.mark.parametrize("screen", TELLING[::2], ids=lambda screen: screen.key)
def test_a_screen_of_which_one_region_is_painted_over_is_a_near_miss(screen: Screen) -> None:
    frame, _ = shown(screen, screen.variants[0])
    pixels = np.array(frame.pixels)
    [first, *_] = [region for region in screen.variants[0].regions if not region.absent]
    place = first.rect.scaled(screen.reference, frame.size)
    pixels[place.y1 : place.y2, place.x1 : place.x2, :3] = 127
    answer = MATCHER.identify(Frame(pixels, 1, 0.0))
    assert answer.screen is None
    assert screen.key in [miss.screen for miss in answer.near_misses]
