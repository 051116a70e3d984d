"""Texts: what is literal, what is a variable, and where errors are."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drover.kernel.errors import DroverError, InvalidInput
from drover.language.errors import BadSyntax, LanguageError, MissingValue, Unsupported
from drover.language.text import Literal, Reference, Text, parse_text, references, render

AWKWARD = st.text(st.sampled_from("${}|\\ab. ()\n-é"), max_size=30)
ANY_TEXT = st.text() | AWKWARD
NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_-]*", fullmatch=True)


def escaped(text: str) -> str:
    """Return the source that renders to `text`: the documented escapes, and nothing else."""
    return re.sub(r"(\\*)(\$?\{)", r"\1\1\\\2", text)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "Ada",
        "two\nlines\r\n",
        "5 $ and 7 $",
        "$",
        "a | b",
        "}",
        "{",
        "{}",
        "{a}",
        "a\\b",
        "C:\\dir\\",
        "$$",
        "ü漢🙂",
    ],
)
def test_text_without_variables_is_literal(source: str) -> None:
    assert render(parse_text(source), {}) == source


@pytest.mark.parametrize(
    ("source", "rendered"),
    [
        ("\\${param.x}", "${param.x}"),
        ("\\{a|b}", "{a|b}"),
        ("$\\{a|b}", "${a|b}"),
        ("\\\\${param.x}", "\\1"),
        ("\\\\\\${param.x}", "\\${param.x}"),
        ("\\\\\\\\${param.x}", "\\\\1"),
        ("\\\\{", "\\{"),
        ("a\\\\b\\", "a\\\\b\\"),
        ("$${param.x}", "$1"),
        ("{${param.x}}", "{1}"),
        ("${param.x}${param.x}", "11"),
    ],
)
def test_escapes_make_braces_and_backslashes_literal(source: str, rendered: str) -> None:
    assert render(parse_text(source), {"param.x": "1"}) == rendered


@given(ANY_TEXT)
@example("\\${")
@example("{a|\\\\{b}")
def test_every_text_can_be_written_with_escapes(text: str) -> None:
    assert render(parse_text(escaped(text)), {}) == text


@given(st.lists(st.tuples(ANY_TEXT, NAMES), max_size=5))
def test_references_stand_where_their_columns_say(pieces: list[tuple[str, str]]) -> None:
    plain = [(re.sub(r"\\+\Z", "", text), name) for text, name in pieces]  # a backslash here would escape the variable
    source = "".join(f"{escaped(text)}${{param.{name}}}" for text, name in plain)
    parsed = parse_text(source)
    found = references(parsed)
    assert [reference.name for reference in found] == [name for _, name in plain]
    assert all(source[r.column - 1 :].startswith(f"${{{r.key}}}") for r in found)
    values = {reference.key: f"<{reference.name}>" for reference in found}
    assert render(parsed, values) == "".join(f"{text}<{name}>" for text, name in plain)


@given(AWKWARD | st.text(st.sampled_from("${}param.x()|\\ "), max_size=40))
def test_whatever_is_parsed_only_language_errors_come_with_a_column_inside(source: str) -> None:
    problem = problem_of(source)
    assert problem is None or 1 <= problem.column <= len(source)


def problem_of(source: str) -> LanguageError | None:
    try:
        parse_text(source)
    except LanguageError as error:
        return error
    return None


def test_literals_carry_their_columns_and_are_merged() -> None:
    assert parse_text("a\\{b ${param.x}\n{c}") == Text(
        (Literal("a{b ", 1), Reference("param", "x", 6), Literal("\n{c}", 16))
    )


def test_a_column_counts_a_line_break_as_one_character() -> None:
    assert references(parse_text("one\ntwo ${param.x}")) == (Reference("param", "x", 9),)


def test_values_are_never_parsed() -> None:
    assert render(parse_text("${param.x}!"), {"param.x": "${param.y} {a|b} \\"}) == "${param.y} {a|b} \\!"


def test_a_missing_value_is_named_with_its_column() -> None:
    with pytest.raises(MissingValue, match=r"^column 4: \$\{param.bio\} has no value$") as caught:
        render(parse_text("Hi ${param.bio}"), {"param.name": "Ada"})
    assert caught.value.column == 4
    assert caught.value.hint == "give param.bio a value"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Hi ${", "column 4: this ${ is not closed by }"),
        ("${param.x} ${param.y", "column 12: this ${ is not closed by }"),
        ("${param(x", "column 1: this ${ is not closed by }"),
        ("${}", "column 3: expected a name, found `}`"),
        ("${ param.x}", "column 3: expected a name, found ` `"),
        ("${param.}", "column 9: expected a name, found `}`"),
        ("${param..x}", "column 9: expected a name, found `.`"),
        ("${param.x$}", "column 10: expected `.`, a space, `(` or `}`, found `$`"),
        ("${param.${param.x}}", "column 9: expected a name, found `$`"),
        ("${a b {c}", "column 7: expected `}`, found `{`"),
        ("${a(b", "column 1: this ${ is not closed by }"),
        ("${a(b\nc}", "column 8: expected `)`, found `}`"),
    ],
)
def test_broken_variables_are_refused_where_they_break(source: str, message: str) -> None:
    with pytest.raises(BadSyntax) as caught:
        parse_text(source)
    assert caught.value.message == message
    assert "\\${" in caught.value.hint


@pytest.mark.parametrize(
    ("source", "column", "shown"),
    [
        ("say ${foo}", 5, "${foo}"),
        ("${account.plaza.account1.username}", 1, "${account.plaza.account1.username}"),
        ("${content.media.folder(a/b c)}", 1, "${content.media.folder}"),
        ("${ai.caption()}", 1, "${ai.caption}"),
        ("x${random.account from phone:all}", 2, "${random.account}"),
        ("${end}", 1, "${end}"),
        ("${PARAM.x}", 1, "${PARAM.x}"),
    ],
)
def test_variables_of_other_categories_are_refused_saying_which_there_are(source: str, column: int, shown: str) -> None:
    with pytest.raises(Unsupported) as caught:
        parse_text(source)
    assert caught.value.message == f"column {column}: unknown variable {shown}"
    assert "${param.<name>}" in caught.value.hint


@pytest.mark.parametrize("source", ["${param}", "${param.a.b}", "${param.a(1)}", "${param.a in b}"])
def test_a_parameter_has_one_name_and_nothing_more(source: str) -> None:
    with pytest.raises(Unsupported, match=r"^column 1: a variable is \$\{param.<name>\} and nothing more$"):
        parse_text(source)


@pytest.mark.parametrize(
    ("source", "column"),
    [("{a|b}", 1), ("x {a|b", 3), ("{${param.x}|b}", 1), ("{{a}b|c}", 1), ("{a {b|c}}", 4), ("{a\n|b}", 1)],
)
def test_choices_are_refused_until_they_exist(source: str, column: int) -> None:
    with pytest.raises(BadSyntax, match=rf"^column {column}: {{ with | is reserved") as caught:
        parse_text(source)
    assert caught.value.column == column
    assert caught.value.hint == "write \\{ for a plain {"


@pytest.mark.parametrize("source", ["{a} | {b}", "} | {", "\\{a|b}", "{a\\{}|"])
def test_a_bar_outside_braces_is_literal(source: str) -> None:
    assert len(parse_text(source).parts) == 1


def test_language_errors_are_errors_of_the_user() -> None:
    assert issubclass(LanguageError, InvalidInput)
    assert issubclass(LanguageError, DroverError)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ["\\", "$", "{", "}", "|", "a$", "\\{", "\\\\", "{}", "$\\", "${param.x}", "漢"])
def test_long_and_adversarial_texts_take_time_in_proportion(piece: str) -> None:
    assert parse_text(piece * 20_000).parts


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "source", ["${" + "a." * 50_000, "${a(" + "(" * 50_000, "${a" + " " * 50_000 + "{", "{" * 50_000 + "|"]
)
def test_long_broken_texts_are_refused_in_time(source: str) -> None:
    with pytest.raises(LanguageError):
        parse_text(source)
