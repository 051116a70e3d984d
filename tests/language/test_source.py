"""Printing back: what a tree is written as parses to that tree, and is written in one way only."""

import pytest
from hypothesis import example, given

from drover.language.criteria import Criteria
from drover.language.parsing import parse_criteria, parse_selector, parse_text
from drover.language.rendering import Values, render
from drover.language.selector import Selector
from drover.language.source import source_of
from drover.language.spintax import Seed, some_variants
from drover.language.text import Choice, Literal, Reference, Text, literal, text_of
from tests.language.trees import AWKWARD, CRITERIA, SELECTORS, TEXTS, is_written_as_it_is


@given(TEXTS.filter(is_written_as_it_is))
@example(Text(()))
@example(Text((Literal("a\\"), Choice((literal("\\"), literal("|}{"))))))
@example(Text((Literal("\\"), Reference("param", "x"))))
def test_a_text_parses_back_to_the_same_tree(text: Text) -> None:
    assert parse_text(source_of(text)) == text


@given(TEXTS)
def test_what_a_text_is_written_as_is_written_so_again(text: Text) -> None:
    source = source_of(text)
    assert source_of(parse_text(source)) == source


@given(SELECTORS)
def test_a_selector_parses_back_to_the_same_tree(selector: Selector) -> None:
    assert parse_selector(str(selector)) == selector


@given(CRITERIA)
def test_criteria_parse_back_to_the_same_tree(criteria: Criteria) -> None:
    assert parse_criteria(str(criteria)) == criteria


@given(AWKWARD)
@example("\\${param.name}")
def test_a_literal_text_is_read_back_as_it_is(text: str) -> None:
    assert render(parse_text(source_of(literal(text))), Values(), Seed()).text == text


@given(AWKWARD, AWKWARD)
def test_a_dollar_before_a_choice_moves_into_its_options(before: str, inside: str) -> None:
    text = text_of([Literal(f"{before}$"), Choice((literal(inside), literal("x")))])
    assert [source_of(each) for each in some_variants(parse_text(source_of(text)), 2)] == [
        source_of(literal(f"{before}${inside}")),
        source_of(literal(f"{before}$x")),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "50 % of C:\\temp cost ${param.price} $ | }",
        "{a|b {c|${param.x}}|}",
        "${group.filter(active, followers > 1000 and lifecycle = active)}",
        "${ai.caption(no \\(brackets\\)\\, ${run.x})}",
        "${dynamic.random.number(1-9)} of ${dynamic.counter(posts,1,2)}",
        "${foreach.entity in group:vip}${foreach.entity.name}, ${end}",
    ],
)
def test_what_needs_no_escape_gets_none(source: str) -> None:
    assert source_of(parse_text(source)) == source


@pytest.mark.parametrize(
    ("source", "canonical"),
    [
        ("{a}", "\\{a}"),
        ("${var.x}", "${run.x}"),
        ("${ai.caption( a (b) )}", "${ai.caption(a \\(b\\))}"),
        ("${dynamic.random.choice(a, b ,c)}", "${dynamic.random.choice(a,b,c)}"),
        ("${random.account from account:plaza.*@phone:all}", "${random.account from account:plaza.all@all}"),
        ("${filter.phones where (a=1)  and b = 14d}", "${filter.phones where a = 1 and b = 14d}"),
    ],
)
def test_there_is_one_way_to_write_a_tree(source: str, canonical: str) -> None:
    assert source_of(parse_text(source)) == canonical


def test_columns_take_no_part_in_equality() -> None:
    assert Literal("x", 1) == Literal("x", 2)
    assert Reference("param", "x", 1) == Reference("param", "x", 2)
