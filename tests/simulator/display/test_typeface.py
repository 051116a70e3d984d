from hypothesis import given
from hypothesis import strategies as st

from drover.simulator.display import typeface
from drover.simulator.display.marks import Weight

TEXTS = st.text(alphabet="abcW .\n\u00e9", max_size=80)


@given(TEXTS)
def test_wrapping_keeps_every_character(text: str) -> None:
    assert "".join(typeface.wrapped(text, Weight.REGULAR, 40, 300)) == text


@given(TEXTS)
def test_no_wrapped_line_is_wider_than_the_limit(text: str) -> None:
    lines = typeface.wrapped(text, Weight.REGULAR, 40, 300)
    assert max(typeface.width(line.rstrip(), Weight.REGULAR, 40) for line in lines) <= 300


def test_a_long_line_is_shortened_with_an_ellipsis_and_then_fits() -> None:
    short = typeface.shortened("a rather long line of words", Weight.BOLD, 40, 250)
    assert short.endswith("\u2026")
    assert typeface.width(short, Weight.BOLD, 40) <= 250


def test_a_paragraph_ends_in_an_ellipsis_where_lines_are_left_over() -> None:
    lines = typeface.paragraph("one two three four five six seven eight", Weight.REGULAR, 40, 200, lines=2)
    assert len(lines) == 2
    assert lines[-1].endswith("\u2026")


def test_a_letter_is_drawn_at_twice_the_size_and_not_stretched() -> None:
    small, _, _ = typeface.line("H", Weight.MEDIUM, 40)
    large, _, _ = typeface.line("H", Weight.MEDIUM, 80)
    assert abs(large.shape[0] - 2 * small.shape[0]) <= 2
    grey = (large > 20) & (large < 235)
    assert grey.mean() < 0.1
