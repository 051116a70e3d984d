"""Pictures and texts are found on frames where they are, and said not to be there where they are not."""

import numpy as np
import pytest

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Rect
from drover.language.errors import BadSyntax
from drover.screens.finder import Found, NothingToFind, RapidPageReader, WordsOnPage, find_picture, find_text
from drover.screens.finder.found import MOST, best_first
from drover.screens.ocr import TextNotRead
from drover.screens.reading import EmptyText
from drover.screens.regions import ExpectedText
from drover.simulator.handset import Look
from drover.simulator.plaza import catalog
from tests.screens.drawing import BUTTON, TITLE, draw, frame_of
from tests.screens.gallery import FOLDER, jpeg, load_gallery, scaled

LIGHT = Look(1080, 2400, "light")


def plaza(page: str) -> tuple[Frame, dict[str, Rect]]:
    handset = catalog.settled(page, LIGHT)
    pixels = np.frombuffer(handset.paint(handset.scene(0.0)), np.uint8).reshape(LIGHT.height, LIGHT.width, 4)
    boxes = {each.name: each.box for each in handset.view(0.0).elements}
    return frame_of(pixels), {name: Rect(box.x1, box.y1, box.x2, box.y2) for name, box in boxes.items()}


def cut(frame: Frame, rect: Rect) -> Pixels:
    return np.ascontiguousarray(frame.pixels[rect.y1 : rect.y2, rect.x1 : rect.x2])


def near(found: Found, rect: Rect, within: int) -> bool:
    a, b = found.rect.center, rect.center
    return abs(a.x - b.x) <= within and abs(a.y - b.y) <= within


@pytest.mark.parametrize(
    ("page", "element"),
    [("plaza.settings", "label_account"), ("plaza.login", "logo"), ("plaza.feed", "tab_home"), ("plaza.feed", "brand")],
)
@pytest.mark.parametrize("width", [720, 1080, 1440])
def test_an_element_of_a_page_is_found_on_phones_of_any_width(page: str, element: str, width: int) -> None:
    frame, boxes = plaza(page)
    shown = frame_of(jpeg(scaled(frame.pixels, width / 1080), 75))
    first, *_ = find_picture(shown, cut(frame, boxes[element]))
    assert near(first, boxes[element].scaled(frame.size, shown.size), 6)
    assert first.scale == pytest.approx(width / 1080, rel=0.04)


def test_a_picture_is_found_to_the_pixel() -> None:
    frame = draw("Settings")
    (first, *_) = find_picture(frame, cut(frame, TITLE))
    assert (first.rect, round(first.score, 3), first.scale) == (TITLE, 1.0, 1.0)


def test_every_place_of_a_picture_is_told_from_the_top() -> None:
    pixels = draw("Settings").pixels.copy()
    pixels[700:760, 150:390] = pixels[BUTTON.y1 : BUTTON.y2, BUTTON.x1 : BUTTON.x2]
    found = find_picture(frame_of(pixels), cut(draw("Settings"), BUTTON))
    assert [each.rect for each in found] == [Rect(150, 700, 390, 760), BUTTON]


def test_a_picture_that_is_not_there_is_not_found() -> None:
    frame, boxes = plaza("plaza.login")
    assert find_picture(plaza("plaza.settings")[0], cut(frame, boxes["logo"])) == ()


def test_lines_of_real_screens_are_found_on_a_worse_picture_of_them() -> None:
    shots = [shot for shot in load_gallery() if shot.size.width >= 1000][:4]
    assert FOLDER.is_dir()
    for shot in shots:
        middle = Rect(shot.size.width // 4, shot.size.height // 3, shot.size.width // 2, shot.size.height // 2)
        frame = frame_of(shot.pixels)
        assert any(near(each, middle, 2) for each in find_picture(frame_of(jpeg(shot.pixels)), cut(frame, middle)))


@pytest.mark.parametrize("shape", [(1, 1, 4), (40, 60, 4), (3000, 20, 4)])
def test_an_even_picture_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(NothingToFind, match="of one colour"):
        find_picture(draw("Settings"), np.full(shape, 200, np.uint8))


def test_a_picture_larger_than_the_frame_is_refused() -> None:
    large = np.tile(draw("Settings").pixels, (4, 4, 1))
    with pytest.raises(NothingToFind, match=r"2160x4800, is larger than the frame, 540x1200"):
        find_picture(draw("Settings"), large)


def test_a_picture_in_an_even_frame_is_not_found() -> None:
    blank = frame_of(np.full((1200, 540, 4), 255, np.uint8))
    assert find_picture(blank, cut(draw("Settings"), TITLE)) == ()


def test_the_best_places_come_first_and_not_too_many() -> None:
    found = [Found(Rect(0, 50 * n, 40, 50 * n + 40), n / 100) for n in range(50)]
    best = best_first([*found, Found(Rect(2, 2452, 42, 2492), 0.1)])
    assert (len(best), best[0].score) == (MOST, 0.49)


class Page:
    """A page of two lines."""

    def lines(self, pixels: Pixels) -> tuple[WordsOnPage, ...]:  # noqa: ARG002  it reads the same off any
        one = tuple(
            (word, Rect(100 * n, 10, 100 * n + 90, 40)) for n, word in enumerate(["Log", "in", "or", "-", "Log", "in"])
        )
        other = tuple((word, Rect(100 * n, 60, 100 * n + 90, 90)) for n, word in enumerate(("Slot", "12")))
        return WordsOnPage(one, 0.9), WordsOnPage(other, 0.99)


def test_the_words_of_a_text_are_found_in_their_line() -> None:
    found = find_text(draw("x"), ExpectedText("Log in"), Page())
    assert [each.rect for each in found] == [Rect(0, 10, 190, 40), Rect(400, 10, 590, 40)]
    assert {each.text for each in found} == {"Log in or - Log in"}


def test_a_pattern_is_found_as_the_line_that_it_is_in() -> None:
    (found,) = find_text(draw("x"), ExpectedText(r"Slot \d+", pattern=True), Page())
    assert (found.rect, found.score, found.text) == (Rect(0, 60, 190, 90), 0.99, "Slot 12")


@pytest.mark.parametrize("text", ["log in", "Log out", "in or Slot"])
def test_another_text_is_not_found(text: str) -> None:
    assert find_text(draw("x"), ExpectedText(text), Page()) == ()


def test_an_empty_text_and_a_bad_pattern_are_refused() -> None:
    with pytest.raises(EmptyText):
        find_text(draw("x"), ExpectedText(" "), Page())
    with pytest.raises(BadSyntax):
        find_text(draw("x"), ExpectedText("(", pattern=True), Page())


def test_texts_of_a_page_are_read_where_they_are() -> None:
    frame, boxes = plaza("plaza.settings")
    reader = RapidPageReader()
    (found, *_) = find_text(frame, ExpectedText("Log out"), reader)
    assert near(found, boxes["label_log_out"], 30)
    assert found.score > 0.9


def test_a_page_that_cannot_be_read_is_a_declared_error() -> None:
    with pytest.raises(TextNotRead):
        RapidPageReader().lines(np.zeros((0, 0, 4), np.uint8))
