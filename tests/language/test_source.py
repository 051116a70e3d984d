from hypothesis import example, given
from hypothesis import strategies as st

from drover.language.source import source_of
from drover.language.text import Literal, Reference, Text, literal, parse_text, render

AWKWARD = st.text(st.sampled_from("a\\${}|\n\N{PILE OF POO}"), max_size=30)
VALUES = {"param.name": "Ada", "var.seen": "7"}


@given(AWKWARD)
@example("\\${param.name}")
def test_a_literal_text_is_read_back_as_it_is(text: str) -> None:
    assert render(parse_text(source_of(literal(text))), {}) == text


@given(
    AWKWARD, st.lists(st.tuples(st.sampled_from([Reference("param", "name", 1), Reference("var", "seen", 1)]), AWKWARD))
)
def test_a_text_with_references_is_read_back_as_it_is(first: str, rest: list[tuple[Reference, str]]) -> None:
    parts = [Literal(first, 1), *(part for reference, after in rest for part in (reference, Literal(after, 1)))]
    text = Text(tuple(parts))
    assert render(parse_text(source_of(text)), VALUES) == render(text, VALUES)


def test_what_needs_no_escape_gets_none() -> None:
    source = "50 % of C:\\temp cost ${param.price} $ | }"
    assert source_of(parse_text(source)) == source
