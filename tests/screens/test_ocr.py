"""Text is read off pictures drawn with a real typeface, by the real recogniser."""

import io
import logging
from importlib.resources import files

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from drover.devices.frame import Pixels
from drover.screens.ocr import RapidOcrReader, Recognise, TextNotRead, lines_of

LIGHT, DARK = ((255, 255, 255), (30, 30, 30)), ((20, 20, 24), (240, 240, 240))
FONT = files("drover.simulator.display") / "fonts" / "Roboto-Regular.ttf"


@pytest.fixture(scope="module")
def reader() -> RapidOcrReader:
    return RapidOcrReader()


def picture(text: str, *, size: int = 36, colours: tuple[tuple[int, int, int], ...] = LIGHT) -> Pixels:
    background, ink = colours
    image = Image.new("RGBA", (900, 200), (*background, 255))
    font = ImageFont.truetype(io.BytesIO(FONT.read_bytes()), size)
    ImageDraw.Draw(image).text((40, 30), text, font=font, fill=(*ink, 255))
    return np.array(image)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text", ["4,812 followers", "@ada.lovelace", "Slot 12", "17:45", "Grüße, Zoë!"])
def test_a_line_is_read_as_it_is_written(
    reader: RapidOcrReader, text: str, colours: tuple[tuple[int, int, int], ...]
) -> None:
    assert reader.read(picture(text, colours=colours)) == text


def test_lines_are_read_from_the_top_joined_by_spaces(reader: RapidOcrReader) -> None:
    assert reader.read(picture("Ada Lovelace\nwrote the first programs")) == "Ada Lovelace wrote the first programs"


def test_an_even_picture_has_no_text(reader: RapidOcrReader) -> None:
    assert not reader.read(picture(""))


def test_a_speck_is_no_line() -> None:
    pixels = picture("")
    pixels[50:52, 50:52] = 0
    assert lines_of(pixels[..., :3]) == []


def test_dots_and_accents_stay_with_their_letters() -> None:
    assert len(lines_of(picture("äöü ijé Ñ: i!", size=48)[..., :3])) == 1


def test_a_line_is_cropped_to_its_text_and_a_margin() -> None:
    ((left, top, right, bottom),) = lines_of(picture("Slot 12")[..., :3])
    assert (30 < left < 45, 25 < top < 45, 130 < right < 190, 60 < bottom < 80) == (True, True, True, True)


def test_reading_says_nothing_on_the_terminal(reader: RapidOcrReader, capfd: pytest.CaptureFixture[str]) -> None:
    reader.read(picture("Settings"))
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("RapidOCR").level >= logging.ERROR


def test_a_place_without_an_area_has_no_text(reader: RapidOcrReader) -> None:
    assert not reader.read(np.zeros((0, 0, 4), np.uint8))


def test_a_recogniser_that_is_not_installed_is_a_declared_error() -> None:
    def load() -> Recognise:
        raise ImportError("No module named 'rapidocr'")

    with pytest.raises(TextNotRead, match="No module named 'rapidocr'"):
        RapidOcrReader(load).read(picture("Settings"))
