"""Resolving: each owner is asked once for each batch, nothing is reserved in vain, broken answers are told apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from drover.language.errors import Ambiguous, BadAnswer, LanguageError, MissingValue, Unsupported
from drover.language.parsing import parse_text
from drover.language.ports import Absent, Answer, Context, Provider, Request, Several
from drover.language.rendering import Draft, Position, render
from drover.language.resolving import resolve
from drover.language.sealed import Sealed
from drover.language.source import key_of
from drover.language.spintax import Seed
from drover.language.text import Foreach
from drover.language.vocabulary import FORMS

CONTEXT = Context("run1", "task 3", Seed(1, "phone1"), datetime(2026, 3, 4, tzinfo=UTC))


def named(request: Request) -> str:
    return f"group:{request.variable.group}" if isinstance(request.variable, Foreach) else key_of(request.variable)


@dataclass
class Scripted:
    """Gives the answers it is told, counts what is reserved by position, and remembers what it was asked."""

    answers: Mapping[str, Answer] = field(default_factory=dict[str, Answer])
    asked: list[tuple[str, list[str]]] = field(default_factory=list[tuple[str, list[str]]])
    taken: dict[tuple[str, str, Position], Answer] = field(default_factory=dict[tuple[str, str, Position], Answer])

    async def fetch(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        assert context.now == CONTEXT.now
        self.asked.append(("fetch", [named(request) for request in requests]))
        return [self._answer(request) for request in requests]

    async def reserve(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        self.asked.append(("reserve", [named(request) for request in requests]))
        return [
            self.taken.setdefault((context.run, context.text, request.position), self._answer(request))
            for request in requests
        ]

    def _answer(self, request: Request) -> Answer:
        given = self.answers.get(named(request))
        if given is not None:
            return given
        if named(request).startswith("ai."):
            return Draft(f"about {request.prompt}", "caption", request.prompt, "model")
        return f"{request.entity}{len(self.taken) + 1}"


def everything(provider: Provider) -> dict[str, Provider]:
    return dict.fromkeys(FORMS, provider)


async def resolved(source: str, provider: Scripted, *, preview: bool = False) -> str:
    text = parse_text(source)
    values = await resolve(text, everything(provider), CONTEXT, preview=preview)
    return render(text, values, CONTEXT.seed).text


async def test_an_owner_is_asked_once_for_all_it_has_and_once_for_each_value() -> None:
    provider = Scripted({"param.a": "A", "custom.b": "B"})
    assert await resolved("${param.a}${custom.b}${param.a}{${param.a}|${param.a}}", provider) == "ABAA"
    assert provider.asked == [("fetch", ["param.a", "custom.b"])]


async def test_each_owner_is_asked_for_its_own() -> None:
    one, other = Scripted({"param.a": "A"}), Scripted({"custom.b": "B"})
    text = parse_text("${custom.b}${param.a}")
    values = await resolve(text, {"param": one, "custom": other}, CONTEXT)
    assert (one.asked, other.asked) == ([("fetch", ["param.a"])], [("fetch", ["custom.b"])])
    assert render(text, values, CONTEXT.seed).text == "BA"


async def test_what_the_draw_leaves_out_is_not_asked_for() -> None:
    provider = Scripted()
    await resolved("{${dynamic.counter(a,1,1)}|${dynamic.counter(b,1,1)}}", provider)
    assert [len(keys) for _, keys in provider.asked] == [1]


async def test_what_needs_no_owner_is_not_asked_for() -> None:
    text = parse_text("${dynamic.date.format(D)} ${dynamic.random.number(1-1)} ${dynamic.random.choice(a)}")
    values = await resolve(text, {}, CONTEXT)
    assert render(text, values, CONTEXT.seed).text == "4 1 a"


async def test_reservations_come_after_everything_else_and_drafts_last() -> None:
    provider = Scripted({"param.a": "A", "group:g": ("x",)})
    source = "${ai.caption(${param.a} ${content.media.next})}${param.a}${dynamic.counter(n,1,1)}"
    await resolved(source + "${foreach.entity in group:g}${foreach.entity}${end}", provider)
    assert provider.asked == [
        ("fetch", ["group:g"]),
        ("fetch", ["param.a"]),
        ("reserve", ["dynamic.counter(n,1,1)", "content.media.next"]),
        ("reserve", ["ai.caption(${param.a} ${content.media.next})"]),
    ]


async def test_nothing_is_reserved_where_another_value_is_missing() -> None:
    provider = Scripted({"param.a": Absent("nobody gave it", "give it")})
    with pytest.raises(MissingValue) as caught:
        await resolved("${dynamic.counter(n,1,1)} ${param.a}", provider)
    assert caught.value.message == "column 27: ${param.a} has no value: nobody gave it"
    assert caught.value.hint == "give it"
    assert provider.taken == {}


async def test_a_preview_reserves_nothing() -> None:
    provider = Scripted()
    await resolved("${dynamic.counter(n,1,1)}${ai.caption(x)}${content.media.next}", provider, preview=True)
    assert {how for how, _ in provider.asked} == {"fetch"}


async def test_a_prompt_is_filled_in_before_its_draft_is_asked_for() -> None:
    provider = Scripted({"run.x": "{rain|sun} ${run.x}"})
    source = "${ai.caption(a day of ${run.x} in ${dynamic.date.format(MMMM)})}"
    assert await resolved(source, provider) == "about a day of {rain|sun} ${run.x} in March"


async def test_reservations_are_by_run_text_and_position_and_again_for_each_turn() -> None:
    provider = Scripted({"group:g": ("a", "b")})
    counter = "${dynamic.counter(n,1,1)} "
    source = f"{counter}{counter}${{foreach.entity in group:g}}{counter}${{end}}"
    first = await resolved(source, provider)
    assert first == "1 2 a3 b4 "
    assert await resolved(source, provider) == first
    values = await resolve(parse_text(source), everything(provider), replace(CONTEXT, run="run2"))
    assert render(parse_text(source), values, CONTEXT.seed).text == "5 6 a7 b8 "


async def test_fields_of_an_entity_are_asked_for_in_each_turn() -> None:
    provider = Scripted({"group:g": ("a", "b")})
    assert await resolved("${foreach.entity in group:g}${foreach.entity.bio} ${end}", provider) == "a1 b1 "
    assert provider.asked[1] == ("fetch", ["foreach.entity.bio", "foreach.entity.bio"])


@pytest.mark.parametrize(
    ("source", "answer", "error", "message"),
    [
        ("${custom.a}", Several(("x", "y")), Ambiguous, "column 1: ${custom.a} may be x, y"),
        (
            "${foreach.entity in group:g}${end}",
            Absent("there is no such"),
            MissingValue,
            "column 1: group g: there is no such",
        ),
        ("${ai.caption(${run.x})}", Sealed("s"), Unsupported, "column 14: a secret cannot stand in a prompt"),
        ("${account.password}", "plain", BadAnswer, "${account.password} is a secret and was answered in plain"),
        ("${custom.a}", ("x",), BadAnswer, "${custom.a} was answered with names instead of a text"),
        ("${group.g.random}", "x", BadAnswer, "${group.g.random} was answered with a text instead of names"),
        (
            "${custom.a}",
            Draft("x", "caption", "", ""),
            BadAnswer,
            "${custom.a} was answered with a draft instead of a text",
        ),
        ("${foreach.entity in group:g}${end}", "x", BadAnswer, "group g was answered with a text instead of names"),
    ],
)
async def test_answers_that_cannot_be_used_are_told_apart(
    source: str, answer: Answer, error: type[LanguageError | BadAnswer], message: str
) -> None:
    provider = Scripted(dict.fromkeys(["custom.a", "group:g", "run.x", "account.password", "group.g.random"], answer))
    with pytest.raises(error) as caught:
        await resolved(source, provider)
    assert caught.value.message == message


async def test_a_draft_that_is_none_breaks_the_contract() -> None:
    with pytest.raises(BadAnswer, match="answered with a text instead of a draft"):
        await resolved("${ai.caption(x)}", Scripted({"ai.caption(x)": "x"}))


class Short:
    async def fetch(self, context: Context, requests: Sequence[Request]) -> Sequence[Answer]:
        assert context.run
        return [Absent("") for _ in requests[1:]]

    reserve = fetch


async def test_too_few_answers_break_the_contract() -> None:
    with pytest.raises(BadAnswer, match=r"^Short gave 0 answers to 1 requests$"):
        await resolve(parse_text("${param.a}"), {"param": Short()}, CONTEXT)


async def test_a_category_without_an_owner_is_refused_with_its_column() -> None:
    with pytest.raises(Unsupported, match=r"^column 3: nothing here has values of ai$"):
        await resolve(parse_text("a ${ai.caption(x)}"), {}, CONTEXT)


async def test_secrets_stay_sealed_from_the_owner_to_the_text() -> None:
    text = parse_text("${account.password}")
    values = await resolve(text, everything(Scripted({"account.password": Sealed("s")})), CONTEXT)
    assert render(text, values, CONTEXT.seed).parts == (Sealed("s"),)
    assert "s3cret" not in repr(values)
