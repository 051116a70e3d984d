"""Rendering: a tree, values and a seed give one text, and nothing else plays a part."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.language.errors import MissingValue, Unsupported
from drover.language.parsing import parse_text
from drover.language.rendering import Draft, Placed, Position, Rendered, Value, Values, prompt_of, render, walk
from drover.language.sealed import Sealed
from drover.language.spintax import Seed
from drover.language.text import substitute

SEED = Seed(1, "phone1")
DRAFT = Draft("Sun!", "caption", "a day", "some-model")
REPLY = Draft("Thanks", "response", "hello", "some-model")


class Vault:
    def open(self, sealed: Sealed) -> str:
        return f"<{sealed.handle}>"


def rendered(source: str, **fetched: Value) -> Rendered:
    values = {name.replace("_", ".", 1): value for name, value in fetched.items()}
    return render(parse_text(source), Values(values, now=datetime(2026, 3, 4, tzinfo=UTC)), SEED)


@given(st.text(), st.text(st.sampled_from("${}|\\ab"), max_size=20))
def test_a_value_stands_as_it_is_whatever_it_holds(before: str, after: str) -> None:
    text = parse_text("${run.a}-{${run.b}|${run.b}}")
    values = Values({"run.a": before, "run.b": after})
    assert render(text, values, SEED).text == f"{before}-{after}"


def test_plain_parts_are_one_and_secrets_stand_apart() -> None:
    text = rendered("a${param_x}b${account.password}c".replace("_", "."), param_x="1", account_password=Sealed("p"))
    assert text.parts == ("a1b", Sealed("p"), "c")
    assert (str(text), text.text, text.secret) == ("a1b***c", "a1b***c", True)
    assert text.opened(Vault()) == "a1b<p>c"


def test_a_text_without_secrets_or_drafts_is_simply_a_text() -> None:
    text = rendered("a")
    assert (text.parts, text.secret, text.drafts, text.needs_approval) == (("a",), False, (), False)
    assert text.opened(Vault()) == "a"


def test_drafts_are_kept_with_their_prompt_and_model() -> None:
    values = Values(placed={Position((1,)): DRAFT})
    text = render(parse_text("So: ${ai.caption(a day)}!"), values, SEED)
    assert text.text == text.opened(Vault()) == "So: Sun!!"
    assert text.drafts == (DRAFT,)
    assert not text.needs_approval


@pytest.mark.parametrize(("approved", "needed"), [(False, True), (True, False)])
def test_a_response_waits_for_its_approval(approved: bool, needed: bool) -> None:  # noqa: FBT001 a case's expectation
    reply = Draft(REPLY.text, REPLY.kind, REPLY.prompt, REPLY.model, approved)
    text = render(parse_text("${ai.response(hello)}"), Values(placed={Position((0,)): reply}), SEED)
    assert text.needs_approval is needed


def test_names_of_a_set_are_written_with_commas() -> None:
    text = parse_text("${group.difference(a,b)}")
    assert render(text, Values({"group.difference(a,b)": ("x", "y")}), SEED).text == "x,y"
    assert render(text, Values({"group.difference(a,b)": ()}), SEED).text == ""


def test_one_of_the_names_is_drawn_by_the_seed() -> None:
    text = parse_text("${group.g.random}${random.phone from phone:all}")
    names = ("a", "b", "c")
    values = Values({"group.g.random": names, "random.phone from phone:all": names})
    drawn = {render(text, values, Seed(number)).text for number in range(200)}
    assert drawn == {f"{first}{second}" for first in names for second in names}


def test_nothing_to_draw_from_is_an_error() -> None:
    with pytest.raises(
        MissingValue, match=r"^column 2: \$\{group.g.random\} has no value: there is none to draw from$"
    ):
        render(parse_text("x${group.g.random}"), Values({"group.g.random": ()}), SEED)


def test_random_numbers_reach_both_ends_and_nothing_else() -> None:
    text = parse_text("${dynamic.random.number(-1-2)}")
    drawn = {render(text, Values(), Seed(number)).text for number in range(200)}
    assert drawn == {"-1", "0", "1", "2"}


def test_random_values_are_drawn_anew_at_each_place_and_turn() -> None:
    number = "${dynamic.random.number(1-999999999)}"
    text = parse_text(f"{number},{number},${{foreach.entity in group:g}}{number},${{end}}")
    drawn = render(text, Values(groups={"g": ("a", "b")}), SEED).text.removesuffix(",").split(",")
    assert len(set(drawn)) == 4


def test_a_repetition_takes_a_turn_for_each_entity_and_draws_anew() -> None:
    text = parse_text("${foreach.entity in group:g}${foreach.entity}={x|y|z} ${end}")
    entities = tuple(f"e{number}" for number in range(60))
    words = render(text, Values(groups={"g": entities}), SEED).text.split()
    assert tuple(word.partition("=")[0] for word in words) == entities
    assert {word.partition("=")[2] for word in words} == {"x", "y", "z"}


def test_values_of_a_turn_go_before_those_that_hold_everywhere() -> None:
    text = parse_text("${foreach.entity in group:g}${foreach.entity.bio};${end}")
    placed: dict[Position, Value] = {Position((0, 0), (1,)): "one", Position((0, 0), (2,)): "two"}
    assert render(text, Values(placed=placed, groups={"g": ("a", "b")}), SEED).text == "one;two;"


def test_repetitions_nest_and_the_entity_is_the_inner_one() -> None:
    text = parse_text(
        "${foreach.entity in group:a}${foreach.entity}:${foreach.entity in group:b}${foreach.entity}${end} ${end}"
    )
    assert render(text, Values(groups={"a": ("1", "2"), "b": ("x", "y")}), SEED).text == "1:xy 2:xy "
    places = [part.position for part in walk(text, SEED, {"a": "12", "b": "xy"}) if isinstance(part, Placed)]
    assert [str(place) for place in places] == ["0.0#1", "0.2.0#1.1", "0.2.0#1.2", "0.0#2", "0.2.0#2.1", "0.2.0#2.2"]
    assert len(set(places)) == 6


def test_a_choice_that_was_put_into_a_prompt_is_refused() -> None:
    text = substitute(parse_text("a ${ai.caption(${param.x})}"), {"param.x": parse_text("{a|b}")})
    (draft,) = (part for part in walk(text, SEED, {}) if isinstance(part, Placed))
    with pytest.raises(Unsupported, match=r"^column 3: a choice or repetition cannot stand in a prompt$"):
        list(prompt_of(draft))


def test_a_position_names_the_option_that_was_drawn_and_the_place_in_a_prompt() -> None:
    text = parse_text("a{${ai.caption(x ${run.y})}|${ai.caption(x ${run.y})}}")
    (draft,) = (part for part in walk(text, SEED, {}) if isinstance(part, Placed))
    assert draft.position in {Position((1, 0, 0)), Position((1, 1, 0))}
    inner = [part.position for part in prompt_of(draft) if isinstance(part, Placed)]
    assert inner == [draft.position.inside(1)]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("Hi ${param.bio}", "column 4: ${param.bio} has no value"),
        ("${foreach.entity in group:g}x${end}", "column 1: nothing is known of group g"),
        ("${dynamic.counter(a,1,1)}", "column 1: ${dynamic.counter(a,1,1)} has no value"),
    ],
)
def test_a_missing_value_is_named_with_its_column(source: str, message: str) -> None:
    with pytest.raises(MissingValue) as caught:
        rendered(source)
    assert caught.value.message == message
    assert caught.value.hint


def test_dates_need_to_know_what_time_it_is() -> None:
    with pytest.raises(MissingValue, match="it is not known what time it is"):
        render(parse_text("${dynamic.date.format(D)}"), Values(), SEED)
