"""Patterns find what Python's `re` finds, in a time that grows only with the text."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drover.language.errors import LanguageError
from drover.language.pattern import MOST_STEPS, MOST_TEXT, Match, parse_pattern

_ATOMS = st.sampled_from(["a", "b", r"\d", r"\w", ".", "[ab]", "[^a]", "[0-9x]", r"\.", "-", " ", "é", "1"])
_QUANTIFIERS = st.sampled_from(["*", "+", "?", "*?", "+?", "??", "{2}", "{0,2}", "{1,}", "{1,3}?"])
_EDGES = st.sampled_from(["", "^", "$", r"\b", r"\B"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Patterns whose repeated parts always take a character: there, Python and an automaton agree."""
    group = st.builds(lambda body, how: f"({how}{body})", inner, st.sampled_from(["", "?:"]))
    solid = st.builds(lambda body, how: f"({how}{body}a)", inner, st.sampled_from(["", "?:"]))
    repeated = st.builds(lambda body, sign: body + sign, solid | _ATOMS, _QUANTIFIERS)
    return st.one_of(
        group,
        repeated,
        st.builds(lambda left, right: f"{left}{right}", inner, inner),
        st.builds(lambda left, right: f"(?:{left}|{right})", inner, inner),
        st.builds(lambda edge, body: f"{edge}{body}", _EDGES, inner),
    )


patterns = st.recursive(_ATOMS, _grown, max_leaves=8).filter(lambda source: not re.search(r"[*+?}][*+{]", source))
texts = st.text(alphabet="ab1x.- é\n", max_size=12)


@given(patterns, texts)
@example("(a|ab)(c|bcd)?", "abcd")
@example("(?:(a)|b)+", "ab")
@example("a*?b", "aab")
def test_what_is_found_is_what_python_finds(source: str, text: str) -> None:
    theirs = re.search(source, text)
    expected = None if theirs is None else Match(theirs[0], theirs[1] if theirs.re.groups else None)
    assert parse_pattern(source).search(text) == expected


@pytest.mark.parametrize(
    ("source", "text", "value"),
    [
        (r"(\d+) followers", "4812 followers", "4812"),
        (r"[\d,]+", "in all 4,812 of them", "4,812"),
        (r"@([\w.]+)", "by @ada.lovelace, today", "ada.lovelace"),
        (r"^Slot (\d{1,2})$", "Slot 12", "12"),
        (r"[]a]+", "b]a", "]a"),
        ("(x)?y", "y", "y"),
        (r"\b\w+\b", "@ada!", "ada"),
    ],
)
def test_a_match_is_worth_its_first_group_or_else_the_whole(source: str, text: str, value: str) -> None:
    assert parse_pattern(source).search(text).value == value


@pytest.mark.parametrize(
    "source", ["(a|aa)+$", "(?:a+b?)+$", "a*a*a*a*a*b", "(?:.*,){20}x", "(?:(?:a|b)+c)+d", "a?" * 20 + "a" * 20]
)
@pytest.mark.timeout(20)
def test_patterns_that_take_python_for_ever_end(source: str) -> None:
    parse_pattern(source).search("a" * 2000 + "!")


def test_no_more_of_a_text_is_looked_at_than_is_said() -> None:
    assert parse_pattern("b").search("a" * MOST_TEXT + "b") is None


@pytest.mark.parametrize(
    ("source", "column", "reason"),
    [
        ("a)", 2, "a ) without its ("),
        ("x(a", 2, "a ( without its )"),
        ("(?=a)", 1, "is no group that ends"),
        ("(?P<n>a)", 1, "is no group that ends"),
        (r"(a)\1", 4, "nothing that patterns know"),
        (r"\q", 1, "nothing that patterns know"),
        ("[a", 1, "nothing that patterns know"),
        ("[[a]]", 1, "nothing that patterns know"),
        ("[a--b]", 1, "nothing that patterns know"),
        ("*a", 1, "nothing that patterns know"),
        ("a{", 2, "nothing that patterns know"),
        ("[b-a]", 1, "bad character range"),
        ("a**", 3, "a quantifier after a quantifier"),
        ("a++", 3, "a quantifier after a quantifier"),
        ("(a*)*", 5, "repeats what may be nothing at all"),
        ("(?:a|)+", 7, "repeats what may be nothing at all"),
        ("a{3,2}", 2, "no number of times"),
        ("a{201}", 2, "no number of times"),
        ("(" * 21 + "a" + ")" * 21, 22, "more than 20 others"),
        ("((a{200}){200}){200}", 1, f"more than {MOST_STEPS} steps"),
        ("(?:a{200}b?){0,200}", 1, f"more than {MOST_STEPS} steps"),
    ],
)
def test_what_is_no_pattern_is_refused_with_its_column(source: str, column: int, reason: str) -> None:
    with pytest.raises(LanguageError, match=re.escape(reason)) as caught:
        parse_pattern(source)
    assert caught.value.column == column


@given(st.text(alphabet="ab(){}[]|*+?\\.^$-,12d:<=!", max_size=30), texts)
def test_whatever_is_written_is_a_pattern_or_refused(source: str, text: str) -> None:
    assert 1 <= column_of_refusal(source, text) <= len(source) + 1


def column_of_refusal(source: str, text: str) -> int:
    """Return the column that is complained of, 1 where the pattern is one and was searched for."""
    try:
        parse_pattern(source).search(text)
    except LanguageError as error:
        return error.column
    return 1
