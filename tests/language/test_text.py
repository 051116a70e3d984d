"""Texts: what is literal, what is a variable, what is a choice, and where errors are."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drover.kernel.errors import DroverError, InvalidInput
from drover.language.errors import BadSyntax, LanguageError
from drover.language.parsing import parse_text
from drover.language.rendering import Values, render
from drover.language.spintax import Seed
from drover.language.text import (
    Choice,
    Foreach,
    Generated,
    Literal,
    Reference,
    Text,
    Variable,
    literal,
    references,
    substitute,
)
from tests.language.trees import AWKWARD

ANY_TEXT = st.text() | AWKWARD
NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_-]*", fullmatch=True)
X = Reference("param", "x")


def escaped(text: str) -> str:
    """Return the source that renders to `text`: the documented escapes, and nothing else."""
    return re.sub(r"(\\*)(\$?\{)", r"\1\1\\\2", text)


def rendered(source: str, values: dict[str, str] | None = None) -> str:
    return render(parse_text(source), Values(values or {}), Seed()).text


@pytest.mark.parametrize(
    "source",
    ["", "Ada", "two\nlines\r\n", "5 $ and 7 $", "$", "a | b", "}", "{}", "{a}", "a\\b", "C:\\dir\\", "$$", "ü漢🙂"],
)
def test_text_without_variables_is_literal(source: str) -> None:
    assert rendered(source) == source


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("\\${param.x}", "${param.x}"),
        ("\\{a|b}", "{a|b}"),
        ("$\\{a|b}", "${a|b}"),
        ("\\\\${param.x}", "\\1"),
        ("\\\\\\${param.x}", "\\${param.x}"),
        ("\\\\\\\\${param.x}", "\\\\1"),
        ("\\\\\\{", "\\{"),
        ("a\\\\b\\", "a\\\\b\\"),
        ("$${param.x}", "$1"),
        ("{${param.x}}", "{1}"),
        ("${param.x}${param.x}", "11"),
        ("{\\||\\|}", "|"),
        ("{\\}|\\}}", "}"),
        ("{\\\\|\\\\}", "\\"),
        ("{\\\\\\||\\\\\\|}", "\\|"),
        ("{a\\b|a\\b}", "a\\b"),
        ("{\\${|\\${}", "${"),
        ("\\| \\}", "\\| \\}"),
    ],
)
def test_escapes_make_braces_and_backslashes_literal(source: str, expected: str) -> None:
    assert rendered(source, {"param.x": "1"}) == expected


@given(ANY_TEXT)
@example("\\${")
@example("{a|\\\\{b}")
def test_every_text_can_be_written_with_escapes(text: str) -> None:
    assert rendered(escaped(text)) == text


@given(st.lists(st.tuples(ANY_TEXT, NAMES), max_size=5))
def test_references_stand_where_their_columns_say(pieces: list[tuple[str, str]]) -> None:
    plain = [(re.sub(r"\\+\Z", "", text), name) for text, name in pieces]  # a backslash here would escape the variable
    source = "".join(f"{escaped(text)}${{param.{name}}}" for text, name in plain)
    found = [each for each in references(parse_text(source)) if isinstance(each, Reference)]
    assert [reference.name for reference in found] == [name for _, name in plain]
    assert all(source[r.column - 1 :].startswith(f"${{{r.key}}}") for r in found)
    values = {reference.key: f"<{reference.name}>" for reference in found}
    assert rendered(source, values) == "".join(f"{text}<{name}>" for text, name in plain)


def test_literals_are_merged_and_carry_their_columns() -> None:
    text = parse_text("a\\{b ${param.x}\n{c}")
    assert text == Text((Literal("a{b "), X, Literal("\n{c}")))
    assert [part.column for part in text.parts] == [1, 6, 16]


def test_columns_are_those_of_the_whole_text() -> None:
    text = parse_text("one\n{a|${param.x} {b|c}} ${foreach.entity in group:g}${foreach.entity}${end}")
    outer = text.parts[1]
    assert isinstance(outer, Choice)
    assert [part.column for part in outer.options[1].parts] == [8, 18, 19]
    assert [reference.column for reference in references(text)] == [8, 26, 54]


def test_choices_nest_and_options_may_be_empty() -> None:
    assert parse_text("{|a{b|c}}") == Text(
        (
            Choice(
                (Text(()), Text((Literal("a"), Choice((literal("b"), literal("c")))))),
            ),
        )
    )


def test_a_bar_in_a_repetition_is_literal_whatever_is_around_it() -> None:
    text = parse_text("{${foreach.entity in group:g}a|}b${end}|c}")
    assert text == Text((Choice((Text((Foreach("g", literal("a|}b")),)), literal("c"))),))


def test_references_come_in_the_order_of_the_text_those_of_a_prompt_before_its_draft() -> None:
    text = parse_text("${ai.caption(${run.a})}{${run.b}|${run.c}}${foreach.entity in group:g}${run.d}${end}")
    draft = Generated("caption", Text((Reference("run", "a"),)))
    names: list[Variable | Foreach] = [Reference("run", name) for name in "abcd"]
    assert list(references(text)) == [names[0], draft, *names[1:3], Foreach("g", Text((names[3],))), names[3]]


def test_substituting_replaces_a_reference_wherever_it_stands() -> None:
    text = parse_text(
        "${param.x}{${param.x}|${run.y}}${foreach.entity in group:g}${param.x}${end}${ai.caption(${param.x})}!"
    )
    replaced = substitute(text, {"param.x": literal("${run.y}"), "run.y": literal("")})
    assert replaced == parse_text(
        "\\${run.y}{\\${run.y\\}|}${foreach.entity in group:g}\\${run.y}${end}${ai.caption($\\{run.y\\})}!"
    )


@pytest.mark.parametrize(
    "source", ["{0.__init__}", "%(os)s", "$HOME", "$(id)", "`id`", "{x!r:>9}", "{{7*7}}", "file:///etc/passwd", "\\x41"]
)
def test_nothing_that_is_a_code_elsewhere_is_one_here(source: str) -> None:
    assert rendered(source, {"0": "x", "HOME": "x", "x": "x", "os": "x"}) == source


@pytest.mark.parametrize(
    "path", ["param.x.__class__", "param.__class__.__init__", "param.x.y", "env.HOME", "os.environ"]
)
def test_no_path_leads_to_an_attribute_or_the_environment(path: str) -> None:
    with pytest.raises(LanguageError):
        rendered(f"${{{path}}}", {"param.x": "x", path: "x"})


def test_values_are_never_parsed() -> None:
    assert rendered("${param.x}!", {"param.x": "${param.y} {a|b} \\"}) == "${param.y} {a|b} \\!"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Hi ${", "column 4: this ${ is not closed by }"),
        ("${param.x} ${param.y", "column 12: this ${ is not closed by }"),
        ("${param(x", "column 1: this ${ is not closed by }"),
        ("${}", "column 3: expected a name, found `}`"),
        ("${ param.x}", "column 3: expected a name, found ` `"),
        ("${param.}", "column 9: expected a name, found the end of the path"),
        ("${param.-x}", "column 9: expected a name, found `-`"),
        ("${param..x}", "column 9: expected a name, found `.`"),
        ("${param.x$}", "column 10: expected `(` or `}`, found `$`"),
        ("${param.${param.x}}", "column 9: expected a name, found `$`"),
        ("${param.x {c}", "column 10: expected `(` or `}`, found ` `"),
        ("${ai.caption(b\nc}", "column 17: expected a variable, arguments, `(` or `)}`, found `}`"),
        ("${ai.caption((b", "column 14: this ( is not closed by )"),
        ("{", "column 1: this { is not closed by }"),
        ("x {a|b", "column 3: this { is not closed by }"),
        ("{a {b|c}", "column 1: this { is not closed by }"),
        ("${end}", "column 1: this ${end} has no foreach before it"),
        ("{${foreach.entity in group:g}|b}", "column 2: this foreach is not closed by ${end}"),
        ("a ${foreach.entity}", "column 3: ${foreach.entity} stands in no foreach"),
        ("{a|${foreach.entity.name}}", "column 4: ${foreach.entity.name} stands in no foreach"),
        ("${ai.caption(${foreach.entity})}", "column 14: ${foreach.entity} stands in no foreach"),
        (
            "${random.account from phone:}",
            "column 29: expected `all`, `all-`, a phone's name, `client:`, `tag:` or `group:`, found `}`",
        ),
        ("${random.account from phone:all", "column 1: this ${ is not closed by }"),
        ("${group.filter(active)}", "column 22: expected `,`, found `)`"),
        (
            "${filter.phones where a = }",
            (
                "column 27: expected a number, a duration such as 7d, a date such as 2026-01-31 "
                'or a text such as active or "two words", found `}`'
            ),
        ),
    ],
)
def test_broken_texts_are_refused_where_they_break(source: str, message: str) -> None:
    with pytest.raises(BadSyntax) as caught:
        parse_text(source)
    assert caught.value.message == message
    assert caught.value.hint


def test_an_error_says_what_was_expected_and_what_is_likely_meant() -> None:
    with pytest.raises(LanguageError) as caught:
        parse_text("${acount.bio}")
    assert (caught.value.column, caught.value.suggestion) == (3, "account")
    assert {"param", "account", "ai"} <= set(caught.value.expected)
    assert caught.value.hint.startswith("did you mean account?")
    with pytest.raises(LanguageError) as caught:
        parse_text("${random.account from x}")
    assert caught.value.expected == ("`phone:`", "`account:`")


@given(AWKWARD | st.text(st.sampled_from("${}param.x()|\\ foreachingoup:"), max_size=60))
def test_whatever_is_parsed_only_language_errors_come_with_a_column_inside(source: str) -> None:
    problem = problem_of(source)
    assert problem is None or 1 <= problem.column <= len(source) + 1


def problem_of(source: str) -> LanguageError | None:
    try:
        parse_text(source)
    except LanguageError as error:
        return error
    return None


def test_language_errors_are_errors_of_the_user() -> None:
    assert issubclass(LanguageError, InvalidInput)
    assert issubclass(LanguageError, DroverError)
