import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.ai.cleaning import cleaned, one_line

FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (" a\tb\u00a0 c ", "a b c"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("a\n \n\n\nb", "a\n\nb"),
        ("a\n\nb", "a\n\nb"),
        ("\x1b[31mred\x07\x00", "[31mred"),
        ("\u202eevil\u2066", "evil"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("hi\U000e0068\U000e0069", "hi"),
        ("\ue000\ud800x", "x"),
        ("e\u0301", "\u00e9"),
        (FAMILY, FAMILY),
        ("\u2764\ufe0f", "\u2764\ufe0f"),
    ],
)
def test_only_what_can_be_seen_and_typed_stays(text: str, clean: str) -> None:
    assert cleaned(text) == clean


@given(st.text())
def test_cleaning_twice_is_cleaning_once_and_leaves_nothing_hidden(text: str) -> None:
    clean = cleaned(text)
    assert cleaned(clean) == clean
    assert not {unicodedata.category(sign) for sign in clean if sign not in "\n\u200c\u200d"} & {"Cc", "Cf", "Cs", "Co"}


def test_one_line_is_cut() -> None:
    assert one_line("a\nb\n\nc d", 5) == "a b c"
