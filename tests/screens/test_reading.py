"""Expected texts are told exactly: near misses are not accepted, what reading cannot tell does not matter."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.reading import TEXTS, Line, near_misses
from drover.devices.frame import Pixels
from drover.kernel.randomness import stream
from drover.language.errors import BadSyntax
from drover.screens.ocr import RapidOcrReader
from drover.screens.reading import EmptyText, likeness, runs_of, verify_text
from drover.screens.regions import ExpectedText
from drover.simulator.display.marks import Weight

CROP = np.zeros((20, 100, 4), np.uint8)


class Printed:
    """Says what it is told to, and keeps the widths that it was given."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.widths: list[int] = []

    def read(self, pixels: Pixels) -> str:
        self.widths.append(pixels.shape[1])
        return self._text


@pytest.mark.parametrize(
    ("expected", "seen"),
    [
        ("Log in", "Log in"),
        ("Log in", "Login"),
        ("Login", "Log in"),
        ("Log in", "Please: log in or Log in!"),
        ("Discard changes?", "Discard changes"),
        ("Illinois", "lllinois"),
        ("What\u2019s new", "What's new"),
        ("10\u201312", "10-12"),
        ("Save…", "Save..."),
        ("4:05", "at 4:05, today"),
        ("?", "?"),
        ("ﬁnd", "find"),
    ],
)
def test_what_reading_cannot_tell_does_not_count(expected: str, seen: str) -> None:
    assert likeness(expected, seen) == 1


@pytest.mark.parametrize(
    ("expected", "seen"),
    [
        ("Log in", "Log out"),
        ("Log in", "log in"),
        ("4:05", "4:06"),
        ("4:05", "14:05"),
        ("5", "$5"),
        ("5", "-5"),
        ("12", "1.2"),
        ("1 follower", "11 followers"),
        ("Follow", "Following"),
        ("in", "Login"),
        ("Zoë", "Zoe"),
        ("Ada Lovelace accepted your request", "Ada Lovelase accepted your request"),
        ("?", "!"),
        ("?", ""),
        ("Log in", ""),
    ],
)
def test_near_misses_are_other_texts(expected: str, seen: str) -> None:
    assert 0 <= likeness(expected, seen) < 1


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_a_part_of_one(expected: str, seen: str) -> None:
    assert 0 <= likeness(expected, seen) <= 1


@given(st.lists(st.text("abcXYZ019é", min_size=1, max_size=6), min_size=1, max_size=6), st.data())
def test_every_run_of_words_is_found_in_them(words: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(first + 1, len(words)))
    assert (first, end) in runs_of(" ".join(words[first:end]), words)


def test_a_text_is_read_once_as_it_is() -> None:
    reader = Printed("Settings")
    check = verify_text(reader, CROP, ExpectedText("Settings"))
    assert (check.passed, check.ratio, check.seen, check.why, reader.widths) == (True, 1.0, "Settings", "", [100])


def test_another_text_is_told_with_what_was_read() -> None:
    check = verify_text(Printed("Log out"), CROP, ExpectedText("Log in"))
    assert (check.passed, check.seen, check.why) == (False, "Log out", "reads 'Log out', not 'Log in'")


def test_no_text_is_told() -> None:
    assert verify_text(Printed(""), CROP, ExpectedText("Log in")).why == "no text can be read, not 'Log in'"


@pytest.mark.parametrize(("seen", "passed"), [("4,812 followers", True), ("followers", False)])
def test_a_pattern_is_found_in_what_was_read(seen: str, passed: bool) -> None:  # noqa: FBT001  a parameter
    check = verify_text(Printed(seen), CROP, ExpectedText(r"^[\d,]+ followers$", pattern=True))
    assert (check.passed, check.ratio, bool(check.why)) == (passed, float(passed), not passed)


@pytest.mark.parametrize("source", ["", "  ", "\n"])
def test_an_empty_text_is_refused(source: str) -> None:
    with pytest.raises(EmptyText):
        verify_text(Printed("x"), CROP, ExpectedText(source))


def test_what_is_no_pattern_is_refused() -> None:
    with pytest.raises(BadSyntax):
        verify_text(Printed("x"), CROP, ExpectedText("(", pattern=True))


def test_a_crop_without_an_area_has_no_text() -> None:
    assert not verify_text(RapidOcrReader(), np.zeros((0, 0, 4), np.uint8), ExpectedText("x")).passed


@pytest.fixture(scope="module")
def reader() -> RapidOcrReader:
    return RapidOcrReader()


SHORT = [text for text in TEXTS if len(text) <= 14]
LOOKS: list[Callable[[str], Line]] = [
    lambda text: Line(text, 24, Weight.REGULAR, 1),
    lambda text: Line(text, 42, Weight.BOLD, 3),
]


@pytest.mark.parametrize("text", SHORT)
def test_a_text_is_read_where_it_stands_and_none_of_its_near_misses(reader: RapidOcrReader, text: str) -> None:
    for look in LOOKS:
        crop = look(text).draw()
        check = verify_text(reader, crop, ExpectedText(text))
        wrong = near_misses(text, stream(1, "test", text), 25)
        assert (check.passed, [each for each in wrong if likeness(each, check.seen) == 1]) == (True, [])
