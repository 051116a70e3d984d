"""What is too large is refused with the limit named, and nothing takes more than its time."""

import random

import pytest

from drover.language.automaton import MOST_PIECES
from drover.language.errors import LanguageError, TooLarge
from drover.language.grammar import MOST_LENGTH, Rule, parse
from drover.language.rendering import MOST_RENDERED, MOST_TURNS, Values, render
from drover.language.source import source_of
from drover.language.spintax import Seed
from drover.language.text import Text

TURNS = "${foreach.entity in group:g}"


@pytest.mark.parametrize(
    ("rule", "source", "message"),
    [
        ("text", "a" * 20_481, "column 20481: longer than 20480 characters"),
        ("text", "{a|b}" * 3_000, "column 3001: more than 3000 variables, braces, bars, names and signs"),
        ("text", "{a" + "|b" * 5_000 + "}", "column 3001: more than 3000 variables, braces, bars, names and signs"),
        ("text", "{" * 500, "column 21: braces, parentheses or repetitions lie in more than 20 others"),
        ("text", TURNS * 21, "column 561: braces, parentheses or repetitions lie in more than 20 others"),
        (
            "text",
            "${ai.caption(" + "(" * 500,
            "column 33: braces, parentheses or repetitions lie in more than 20 others",
        ),
        ("criteria", "(" * 500, "column 21: braces, parentheses or repetitions lie in more than 20 others"),
        ("criteria", "not (" * 500, "column 105: braces, parentheses or repetitions lie in more than 20 others"),
        ("text", "{0|1|2|3|4|5|6|7|8|9}" * 101, "column 1: its choices come to more than 10^100 variants"),
        ("selector", "phone:a" + ",a" * 5_000, "column 3006: more than 3000 variables, braces, bars, names and signs"),
    ],
)
def test_bombs_are_refused_with_the_limit_named(rule: Rule, source: str, message: str) -> None:
    with pytest.raises(TooLarge) as caught:
        parse(rule, source)
    assert caught.value.message == message
    assert caught.value.hint


def test_what_is_just_within_the_limits_is_taken() -> None:
    assert parse("text", "a" * MOST_LENGTH)
    assert parse("text", "${param.x}" * 2_000)
    assert parse("text", "{" * 20 + "a|b" + "}" * 20)
    assert parse("criteria", "(" * 20 + "a = 1" + ")" * 20)
    deep = parse("text", "{0|1|2|3|4|5|6|7|8|9}" * 100)
    assert isinstance(deep, Text)
    assert deep.variants == 10**100
    assert MOST_PIECES > 2_000


def test_repetition_bombs_are_refused_with_the_limit_named() -> None:
    nested = parse("text", f"{TURNS}{TURNS}.${{end}}${{end}}")
    assert isinstance(nested, Text)
    with pytest.raises(TooLarge, match=f"^column 29: more than {MOST_TURNS} turns$"):
        render(nested, Values(groups={"g": ("a",) * 32}), Seed())
    assert render(nested, Values(groups={"g": ("a",) * 30}), Seed()).text == "." * 900


def test_rendered_texts_that_become_too_long_are_refused_with_the_limit_named() -> None:
    text = parse("text", "a${param.x}")
    assert isinstance(text, Text)
    assert len(render(text, Values({"param.x": "x" * (MOST_RENDERED - 1)}), Seed()).text) == MOST_RENDERED
    with pytest.raises(TooLarge, match=f"^column 2: the rendered text has more than {MOST_RENDERED} characters$"):
        render(text, Values({"param.x": "x" * MOST_RENDERED}), Seed())


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "piece",
    [
        "\\",
        "$",
        "{",
        "}",
        "|",
        "a$",
        "\\{",
        "\\\\",
        "{}",
        "$\\",
        "${param.x}",
        "漢",
        "{|",
        "{\\",
        "${ai.caption(",
        "\\}",
        "${",
    ],
)
def test_long_and_adversarial_texts_take_time_in_proportion(piece: str) -> None:
    source = (piece * MOST_LENGTH)[:MOST_LENGTH]
    assert ended(source)
    assert ended("{" + source[:-2] + "}")
    assert ended("${ai.caption(" + source[:-15] + ")}")


def ended(source: str) -> bool:
    """Whether parsing, and printing what was parsed, came to an end."""
    try:
        text = parse("text", source)
    except LanguageError:
        return True
    assert isinstance(text, Text)
    return bool(source_of(text))


PIECES = (
    *("${", "}", "{", "|", "\\", "$", "(", ")", ",", ".", ":", "@", "*", "-", '"', "'", " ", "\n", "=", "<", "!"),
    *("param", "x", "account", "plaza", "ai.caption", "group.filter", "foreach.entity in group:", "${end}", "end"),
    *("random.account from ", "filter.phones where ", "phone:", "account:", "all", "all-", "client:", "tag:"),
    *(
        "and",
        "or",
        "not",
        "in",
        "contains",
        "is",
        "missing",
        "true",
        "7d",
        "12",
        "2026-01-31",
        "2026-13-99",
        "é",
        "\x00",
    ),
    *("__class__", "os.environ", "/etc/passwd", "../", "%s", "{0.__init__}", "\ud800"),
)


@pytest.mark.timeout(100)
def test_thousands_of_random_inputs_end_in_a_tree_or_a_declared_error() -> None:
    dice = random.Random(5)
    for _ in range(3_000):
        source = "".join(dice.choices(PIECES, k=dice.randint(1, 14)))
        for rule in ("text", "selector", "criteria"):
            assert outcome(rule, source) in {"tree", "error"}


def outcome(rule: Rule, source: str) -> str:
    try:
        parse(rule, source)
    except LanguageError as error:
        return "error" if 1 <= error.column <= len(source) + 1 else f"column {error.column} of {source!r}"
    return "tree"
