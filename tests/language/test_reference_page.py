"""The examples of the reference page, each as it stands there."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drover.language.errors import LanguageError
from drover.language.fitting import fits
from drover.language.given import given_of
from drover.language.memory import memory_providers
from drover.language.parsing import parse_criteria, parse_selector, parse_text
from drover.language.ports import Context
from drover.language.rendering import render
from drover.language.resolving import resolve
from drover.language.selecting import select
from drover.language.source import source_of
from drover.language.spintax import Seed, variants
from drover.language.vocabulary import FORMS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "language.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
VALUES = json.loads(next(body for kind, body in BLOCKS if kind == "values"))
NOW = datetime(2026, 3, 4, 15, 6, tzinfo=UTC)
SEED = Seed(1, "phone1")


def examples(kind: str) -> list[tuple[str, str]]:
    lines = [line for each, body in BLOCKS if each == kind for line in body.splitlines()]
    return [(source, result) for source, _, result in (line.partition(" => ") for line in lines)]


async def rendered(source: str) -> str:
    text = parse_text(source)
    providers, _ = memory_providers(VALUES)
    values = await resolve(text, providers, Context("run", "text", SEED, NOW))
    return render(text, values, SEED).text


@pytest.mark.parametrize(("source", "expected"), [each for each in examples("text") if not each[1].startswith("!")])
async def test_a_text_of_the_page_renders_to_what_the_page_says(source: str, expected: str) -> None:
    assert (await rendered(source)).rstrip() == expected


@pytest.mark.parametrize(("source", "expected"), [each for each in examples("text") if each[1].startswith("!")])
async def test_a_text_of_the_page_is_refused_with_the_words_of_the_page(source: str, expected: str) -> None:
    with pytest.raises(LanguageError) as caught:
        await rendered(source)
    assert caught.value.message == expected[1:]


@pytest.mark.parametrize(("source", "expected"), examples("variants"))
def test_choices_of_the_page_come_to_what_the_page_lists(source: str, expected: str) -> None:
    assert [source_of(each) for each in variants(parse_text(source))] == expected.split("; ")


def selected(source: str) -> str:
    return " ".join(select(parse_selector(source), given_of(VALUES).inventory).chosen)


def fitting(source: str) -> str:
    criteria = parse_criteria(source)
    return " ".join(each.name for each in given_of(VALUES).accounts if fits(criteria, each.facts, NOW))


SOUND = [(selected, *each) for each in examples("selector")] + [(fitting, *each) for each in examples("criteria")]


@pytest.mark.parametrize(("ask", "source", "expected"), [each for each in SOUND if not each[2].startswith("!")])
def test_selectors_and_criteria_of_the_page_hit_what_the_page_says(
    ask: Callable[[str], str], source: str, expected: str
) -> None:
    assert ask(source) == expected


@pytest.mark.parametrize(("ask", "source", "expected"), [each for each in SOUND if each[2].startswith("!")])
def test_selectors_and_criteria_of_the_page_are_refused_with_its_words(
    ask: Callable[[str], str], source: str, expected: str
) -> None:
    with pytest.raises(LanguageError) as caught:
        ask(source)
    assert caught.value.message == expected[1:]


def test_the_page_names_every_form_of_a_variable() -> None:
    names = {form.partition("(")[0].partition(" ")[0] for forms in FORMS.values() for form in forms}
    others = {"${random.phone", "${count.phones", "${filter.accounts"}
    assert [name for name in sorted(names - others) if name not in PAGE] == []
