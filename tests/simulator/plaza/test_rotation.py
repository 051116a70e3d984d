"""A display that is turned: frames, touches and the UI tree go with it."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from drover.simulator.display.marks import DISPLAY
from drover.simulator.handset import Gesture, Look
from drover.simulator.plaza import catalog
from drover.simulator.windowing.viewport import Viewport
from tests.simulator.plaza.person import Person, Pixels

At = Callable[[str], Person]
LEFT, RIGHT = 957, 1443


def turned_frame(person: Person) -> Pixels:
    content = person.handset.paint(person.handset.scene(person.now))
    return np.frombuffer(content, np.uint8).reshape(1080, 2400, 4)


def tap_shown(person: Person, name: str) -> None:
    """Tap the middle of an element as the UI tree tells it."""
    xml = person.handset.ui_xml(person.now)
    found = re.search(rf'id/{name}" .*? bounds="\[(\d+),(\d+)\]\[(\d+),(\d+)\]"', xml)
    assert found is not None
    x1, y1, x2, y2 = map(int, found.groups())
    x, y = (x1 + x2) // 2, (y1 + y2) // 2
    person.handset.gesture(Gesture(x, y, x, y, 0.0), person.now)


@pytest.mark.parametrize("turns", [1, 3])
def test_on_its_side_the_app_stands_upright_in_the_middle_between_black(at: At, turns: int) -> None:
    person = at("plaza.login")
    person.handset.rotate(turns, person.now)
    frame = turned_frame(person)
    small = Person(catalog.settled("plaza.login", Look(RIGHT - LEFT, 1080, "light"))).frame()
    assert np.array_equal(frame[:, LEFT:RIGHT], small)
    assert {tuple(pixel) for pixel in frame[::97, :LEFT:41].reshape(-1, 4).tolist()} == {(0, 0, 0, 255)}
    assert not frame[:, RIGHT:, :3].any()


def test_a_picture_that_is_shown_in_between_has_black_sides_too(at: At) -> None:
    person = at("plaza.onboarding_welcome")
    person.handset.rotate(1, person.now)
    person.handset.popup("update", person.now)
    frame = turned_frame(person.wait(0.05))
    assert not frame[:, :LEFT, :3].any()
    assert not frame[:, RIGHT:, :3].any()
    assert frame[:, LEFT:RIGHT, :3].any()


def test_touches_where_the_ui_tree_says_reach_their_elements(at: At) -> None:
    person = at("plaza.login")
    person.handset.rotate(1, person.now)
    tap_shown(person, "username")
    person.wait(1).type("ada")
    assert person.text("username") == "ada"
    person.handset.gesture(Gesture(100, 500, 100, 500, 0.0), person.now)
    for x, y in person.handset.keystrokes("d", person.now):
        person.handset.gesture(Gesture(x, y, x, y, 0.0), person.now)
    assert person.text("username") == "adad"


def test_the_ui_tree_tells_how_the_display_is_turned_and_stays_inside_of_it(at: At) -> None:
    person = at("plaza.feed")
    for turns, width, height in ((0, 1080, 2400), (1, 2400, 1080), (2, 1080, 2400), (3, 2400, 1080)):
        person.handset.rotate(turns, person.now)
        xml = person.handset.ui_xml(person.now)
        assert f'<hierarchy rotation="{turns}">' in xml
        corners = [tuple(map(int, each)) for each in re.findall(r'bounds="\[(\d+),(\d+)\]\[(\d+),(\d+)\]"', xml)]
        assert corners
        assert all(x2 <= width and y2 <= height for _, _, x2, y2 in corners)


def test_upside_down_and_back_again_frames_are_as_before(at: At) -> None:
    person = at("plaza.profile")
    before = person.frame()
    person.handset.rotate(2, person.now)
    assert np.array_equal(person.frame(), before)
    person.handset.rotate(1, person.now)
    person.handset.rotate(0, person.now)
    assert np.array_equal(person.frame(), before)


def test_a_cover_lies_where_it_was_laid_on_a_turned_display(at: At) -> None:
    person = at("plaza.login")
    person.handset.rotate(1, person.now)
    person.handset.cover((1000, 100, 1200, 300))
    assert {tuple(pixel) for pixel in turned_frame(person)[105:295:7, 1005:1195:7].reshape(-1, 4).tolist()} == {
        (0x8A, 0x8D, 0x93, 255)
    }


def test_a_reset_turns_the_display_upright(at: At) -> None:
    person = at("plaza.feed")
    person.handset.rotate(1, person.now)
    person.handset.reset()
    assert person.frame().shape == (2400, 1080, 4)


@pytest.mark.parametrize("width", [720, 1080, 1440])
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_pixels_and_reference_pixels_are_told_from_each_other(width: int, turns: int) -> None:
    viewport = Viewport.of(Look(width, width * 20 // 9, "light"), turns)
    x, y = viewport.pixel(540, 1200)
    assert viewport.reference(x, y) == pytest.approx((540, 1200), abs=3)
    x1, y1, x2, y2 = viewport.shown(DISPLAY)
    assert (y1, y2) == (0, viewport.height)
    assert (x1, x2) == (viewport.left, viewport.width - viewport.left)
