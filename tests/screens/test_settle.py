"""When a picture counts as being at rest."""

import cv2
import numpy as np
import pytest

from drover.devices.frame import Frame, Pixels, Rotation
from drover.devices.geometry import Rect, Size
from drover.screens.settle import SETTLED_PICTURE, Settle, change_between

WIDTHS = [720, 1080, 1440]


def page(width: int = 1080) -> Pixels:
    pixels = np.full((width * 20 // 9, width, 4), 245, dtype=np.uint8)
    for row in range(10):
        place = width // 12, (row + 2) * width // 6
        cv2.putText(pixels, "words on a page", place, 0, width / 600, (30, 30, 30, 255), 3, cv2.LINE_AA)
    return pixels


def frame(pixels: Pixels, at: float = 0.0, rotation: Rotation = Rotation.PORTRAIT) -> Frame:
    return Frame(pixels, sequence=round(at * 100) + 1, captured_at=at, rotation=rotation)


def with_cursor(pixels: Pixels) -> Pixels:
    unit = pixels.shape[1] / 1080
    changed = pixels.copy()
    x, y = round(500 * unit), round(901 * unit)
    changed[y : y + round(60 * unit), x : x + round(3 * unit)] = (0, 90, 200, 255)
    return changed


def with_spinner(pixels: Pixels, degrees: int, center: tuple[int, int] = (540, 1200)) -> Pixels:
    unit = pixels.shape[1] / 1080
    changed = pixels.copy()
    middle = round(center[0] * unit), round(center[1] * unit)
    radius = round(45 * unit)
    cv2.ellipse(changed, middle, (radius, radius), degrees, 0, 270, (60, 60, 220, 255), round(10 * unit))
    return changed


def test_one_frame_is_not_at_rest_two_alike_are() -> None:
    settle = Settle()
    assert [settle.add(frame(page(), 0.0)), settle.add(frame(page(), 0.1))] == [False, True]


def test_frames_too_close_in_time_say_nothing() -> None:
    settle = Settle(apart_s=0.08)
    assert [settle.add(frame(page(), at)) for at in (0.0, 0.03, 0.06, 0.08)] == [False, False, False, True]


def test_a_moving_page_is_not_at_rest_until_it_stops() -> None:
    settle = Settle()
    offsets = [0, 400, 700, 850, 900, 900]
    frames = [frame(np.roll(page(), offset, axis=0), 0.1 * n) for n, offset in enumerate(offsets)]
    assert [settle.add(one) for one in frames] == [False, False, False, False, False, True]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_blinking_cursor_does_not_keep_a_page_from_rest(width: int) -> None:
    settle = Settle()
    settle.add(frame(page(width), 0.0))
    assert settle.add(frame(with_cursor(page(width)), 0.1))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("center", [(540, 1200), (120, 120), (1020, 2340), (600, 960)])
def test_a_turning_spinner_keeps_a_page_from_rest(width: int, center: tuple[int, int]) -> None:
    settle = Settle()
    turns = [settle.add(frame(with_spinner(page(width), 29 * n, center), 0.1 * n)) for n in range(12)]
    assert turns == [False] * 12


def test_a_spinner_under_a_mask_does_not_matter() -> None:
    masks, reference = [Rect(230, 550, 310, 650)], Size(540, 1200)
    settle = Settle()
    settle.add(frame(with_spinner(page(), 0), 0.0), masks, reference)
    assert settle.add(frame(with_spinner(page(), 90), 0.1), masks, reference)


def test_a_rotation_is_a_change_even_if_pixels_are_alike() -> None:
    settle = Settle()
    settle.add(frame(page(), 0.0))
    assert not settle.add(frame(page(), 0.1, Rotation.UPSIDE_DOWN))
    assert not settle.add(frame(np.rot90(page()), 0.2, Rotation.LANDSCAPE))
    assert settle.add(frame(np.rot90(page()), 0.3, Rotation.LANDSCAPE))


def test_a_frame_kept_for_comparison_may_be_overwritten() -> None:
    buffer = page()
    settle = Settle()
    settle.add(frame(buffer, 0.0))
    buffer[:] = 0
    assert not settle.add(frame(buffer, 0.1))


def test_the_change_is_told_for_the_whole_and_for_the_worst_window() -> None:
    changed = page()
    changed[0:240, 0:1080] = (0, 0, 200, 255)
    change = change_between(frame(page()), frame(changed))
    assert change.picture == pytest.approx(0.1, abs=0.002)
    assert change.window == pytest.approx(1.0, abs=0.05)
    assert change_between(frame(page()), frame(page())).picture == 0


def test_a_faint_change_is_not_noticed_a_wide_one_is() -> None:
    assert change_between(frame(page()), frame(page() - np.uint8(10))).small
    assert change_between(frame(page()), frame(page() - np.uint8(20))).picture > SETTLED_PICTURE


def test_frames_of_two_sizes_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        change_between(frame(page(720)), frame(page(1080)))
