from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.platform.bus.errors import BadSubject
from drover.platform.bus.subjects import check_pattern, check_subject, matches

WORDS = st.lists(st.from_regex(r"\A[A-Za-z0-9_-]{1,5}\Z"), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("pattern", "subject", "expected"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a.c", False),
        ("a.b", "a.b.c", False),
        ("a.*", "a.b", True),
        ("a.*", "a", False),
        ("a.*", "a.b.c", False),
        ("*.b", "a.b", True),
        ("a.*.c", "a.b.c", True),
        ("a.*.c", "a.b.d", False),
        (">", "a", True),
        (">", "a.b.c", True),
        ("a.>", "a.b", True),
        ("a.>", "a.b.c", True),
        ("a.>", "a", False),
        ("a.>", "b.c", False),
        ("*.>", "a.b", True),
        ("*.>", "a", False),
    ],
)
def test_a_pattern_takes_the_subjects_that_nats_says(pattern: str, subject: str, *, expected: bool) -> None:
    assert matches(pattern, subject) is expected


@pytest.mark.parametrize("subject", ["", ".", "a.", ".a", "a..b", "a b", "a.*", ">", "ä", "a\n", "a." * 200 + "a"])
def test_what_is_no_subject_is_refused(subject: str) -> None:
    with pytest.raises(BadSubject):
        check_subject(subject)


@pytest.mark.parametrize("pattern", ["", ".", "a.", "a.>.b", "a>", "a.b*", "**", "a b", "*." * 200 + "a"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(BadSubject):
        check_pattern(pattern)


@given(WORDS, st.data())
def test_a_subject_with_any_words_replaced_by_stars_matches(words: list[str], data: st.DataObject) -> None:
    starred = [data.draw(st.sampled_from([word, "*"])) for word in words]
    tail = data.draw(st.integers(0, len(words) - 1))
    check_subject(".".join(words))
    check_pattern(".".join(starred))
    assert matches(".".join(starred), ".".join(words))
    assert matches(".".join([*starred[:tail], ">"]), ".".join(words))
    assert not matches(".".join([*starred, ">"]), ".".join(words))


@given(st.text(max_size=30))
def test_any_text_that_is_a_subject_is_a_pattern_of_itself(text: str) -> None:
    with suppress(BadSubject):
        check_subject(text)
        check_pattern(text)
        assert matches(text, text)
