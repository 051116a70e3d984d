import cv2
import numpy as np
import pytest

from drover.devices import picture
from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Point, Rect, Size
from drover.devices.uitree import UiNode


def pixels_of(colour: tuple[int, int, int, int], width: int = 200, height: int = 400) -> Pixels:
    return np.full((height, width, 4), colour, np.uint8)


def test_a_preview_is_a_smaller_jpeg_of_the_same_colours() -> None:
    preview = picture.preview(Frame(pixels_of((250, 120, 10, 255)), 3, 1.5), 100, 90)
    decoded = cv2.imdecode(np.frombuffer(preview.jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert decoded is not None
    assert (preview.size, preview.sequence, preview.captured_at) == (Size(100, 200), 3, 1.5)
    assert decoded.shape == (200, 100, 3)
    assert np.abs(decoded[50, 50].astype(int) - [250, 120, 10]).max() < 6


def test_a_preview_is_never_larger_than_the_frame() -> None:
    assert picture.preview(Frame(pixels_of((1, 2, 3, 255)), 1, 0), 1000, 90).size == Size(200, 400)


def test_a_single_lit_pixel_is_not_black() -> None:
    pixels = pixels_of((0, 0, 0, 255))
    assert picture.is_black(pixels)
    pixels[301, 77, 1] = 1
    assert not picture.is_black(pixels)


@pytest.mark.parametrize("corners", [(0, 0, 0, 5), (5, 0, 5, 5), (6, 0, 5, 5)])
def test_an_empty_rectangle_is_refused(corners: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="empty"):
        Rect(*corners)


def test_a_rectangle_holds_its_first_pixel_and_not_its_last() -> None:
    rect = Rect(10, 20, 30, 60)
    assert (rect.width, rect.height, rect.center) == (20, 40, Point(20, 40))
    assert rect.contains(Point(10, 20))
    assert not rect.contains(Point(30, 59))
    assert rect.within(Size(30, 60))
    assert not rect.within(Size(30, 59))


def test_a_rectangle_scales_with_the_picture_and_never_vanishes() -> None:
    assert Rect(100, 200, 300, 400).scaled(Size(1080, 2400), Size(720, 1600)) == Rect(67, 133, 200, 267)
    assert Rect(0, 0, 1, 1).scaled(Size(1000, 1000), Size(10, 10)) == Rect(0, 0, 1, 1)


def test_the_innermost_field_at_a_point_is_found() -> None:
    inner = UiNode(class_name="android.widget.EditText", bounds=Rect(0, 0, 10, 10))
    outer = UiNode(class_name="x.EditText", bounds=Rect(0, 0, 50, 50), children=(inner,))
    label = UiNode(class_name="android.widget.TextView", bounds=Rect(0, 0, 99, 99))
    root = UiNode(children=(outer, label))
    assert root.field_at(Point(5, 5)) == inner
    assert root.field_at(Point(20, 20)) == outer
    assert root.field_at(Point(80, 80)) is None
