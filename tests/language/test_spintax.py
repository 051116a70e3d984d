"""Choices: how many there are, which, and that none is drawn more often than another."""

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.language.parsing import parse_text
from drover.language.rendering import Values, render
from drover.language.source import source_of
from drover.language.spintax import Seed, some_variants, variant, variants
from drover.language.text import Text
from tests.language.trees import TEXTS

CHI_SQUARE_AT_ONE_IN_A_MILLION = {2: 30.66, 7: 40.52, 11: 49.4}
"""By degrees of freedom: an even draw lies above in one of a million seeds; the seeds here are fixed."""


def listed(source: str) -> list[str]:
    return [source_of(each) for each in variants(parse_text(source))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a", ["a"]),
        ("{a|b|c}", ["a", "b", "c"]),
        ("{a|b} {x|y}", ["a x", "a y", "b x", "b y"]),
        ("{a|{b|c}{d|e}}", ["a", "bd", "be", "cd", "ce"]),
        ("{|very }good", ["good", "very good"]),
        ("{a\\|b|\\{c\\}}", ["a|b", "\\{c}"]),
        ("{a|${param.x}}", ["a", "${param.x}"]),
        ("{a} {b|c}", ["\\{a} b", "\\{a} c"]),
        (
            "${foreach.entity in group:g}{a|b}${end}",
            ["${foreach.entity in group:g}a${end}", "${foreach.entity in group:g}b${end}"],
        ),
    ],
)
def test_variants_are_listed_the_last_choice_changing_first(source: str, expected: list[str]) -> None:
    assert listed(source) == expected
    assert parse_text(source).variants == len(expected)


@given(TEXTS)
def test_there_are_as_many_variants_as_are_counted(text: Text) -> None:
    assert len(list(islice(variants(text), 2_000))) == min(text.variants, 2_000)
    assert all(each.variants == 1 for each in some_variants(text, 20))


def test_counting_is_exact_beyond_any_machine_word_and_listing_takes_only_what_is_asked_for() -> None:
    text = parse_text("{a|b|c} " * 200)
    assert text.variants == 3**200
    assert len(some_variants(text, 5)) == 5
    assert source_of(next(variants(text, first=3**200 - 1))) == "c " * 200
    assert list(variants(text, first=3**200)) == []


def test_a_variant_is_found_by_its_number_alone() -> None:
    text = parse_text("{a|{b|c}} {x|y}")
    assert [variant(text, number) for number in range(text.variants)] == list(variants(text))


def chi_square(source: str, draws: list[str]) -> float:
    kinds = listed(source)
    expected = len(draws) / len(kinds)
    assert set(draws) <= set(kinds)
    return sum((draws.count(kind) - expected) ** 2 / expected for kind in kinds)


@pytest.mark.parametrize("source", ["{a|b|c}", "{a|{b|c}}", "{a|b}{c|d}{e|f}", "{a|{b|c}} {w|x|{y|z}}"])
def test_variants_are_drawn_evenly_over_targets_and_over_seeds(source: str) -> None:
    text = parse_text(source)
    limit = CHI_SQUARE_AT_ONE_IN_A_MILLION[text.variants - 1]
    targets = [render(text, Values(), Seed(7, f"phone{number}")).text for number in range(10_000)]
    seeds = [render(text, Values(), Seed(number, "phone1")).text for number in range(10_000)]
    assert chi_square(source, targets) < limit
    assert chi_square(source, seeds) < limit


@given(st.integers(), st.text(), st.integers(1, 10**120))
def test_a_draw_depends_on_seed_target_and_place_alone(number: int, target: str, below: int) -> None:
    drawn = Seed(number, target).draw(below, "a", 1)
    assert 0 <= drawn < below
    assert drawn == Seed(number, target).draw(below, "a", 1)


def test_draws_at_other_places_are_others() -> None:
    draws = {
        Seed(1, "a").draw(10**50, "b"),
        Seed(1, "a\x1fb").draw(10**50),
        Seed(1).draw(10**50, "a", "b"),
        Seed(2, "a").draw(10**50, "b"),
        Seed(1, "b").draw(10**50, "a"),
    }
    assert len(draws) == 5


def test_the_same_seed_draws_the_same_text_on_every_machine_and_version() -> None:
    source = "{a|b|c|d} ${dynamic.random.number(1-1000)} ${dynamic.random.choice(x,y,z)}"
    drawn = [render(parse_text(source), Values(), Seed(seed, "phone1")).text for seed in range(3)]
    assert drawn == ["b 865 z", "b 360 x", "b 168 x"]
