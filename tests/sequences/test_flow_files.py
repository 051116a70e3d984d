"""How conditions, repeats and the newer kinds of tasks are written in a sequence file."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.devices.geometry import Rect
from drover.language.parsing import parse_text
from drover.platform.documents import BadDocument
from drover.sequences.domain import (
    All,
    CallHelper,
    Comparison,
    Condition,
    Loop,
    Not,
    Origin,
    Read,
    ScreenIs,
    SelectSlot,
    Sequence,
    Shown,
    Tap,
    TextIs,
    ValueIs,
    inner,
    parts_of,
    texts_in,
)
from drover.sequences.domain import (
    Any as AnyOf,
)
from drover.sequences.files import read_sequence

CART = {"kind": "tap", "on": "shop.home.open_cart"}
PLACE = [0, 0, 100, 100]


def sequence(*tasks: dict[str, Any], **fields: Any) -> Sequence:
    body = {"schema": 1, "name": "Try", "app": "shop", "tasks": list(tasks)} | fields
    return read_sequence(json.dumps(body), "try.json")


def refusals(*tasks: dict[str, Any]) -> list[str]:
    with pytest.raises(BadDocument) as caught:
        sequence(*tasks)
    return [str(fault) for fault in caught.value.faults]


def repeat(*tasks: dict[str, Any], **rule: Any) -> dict[str, Any]:
    return {"kind": "repeat", "tasks": list(tasks), **rule}


def condition(written: dict[str, Any]) -> Condition:
    found = sequence(CART | {"when": written}).tasks[0].when
    assert found is not None
    return found


def test_groups_are_counted_flat_with_the_outer_ones_first() -> None:
    whole = sequence(CART, repeat(CART, repeat(CART, CART, times=3), CART, times=2), CART)
    assert len(whole.tasks) == 6
    assert whole.loops == (Loop(2, 5, 2), Loop(3, 4, 3))
    assert [task.where for task in whole.tasks[1:3]] == ["tasks[1].tasks[0]", "tasks[1].tasks[1].tasks[0]"]


def test_a_group_without_a_rule_is_played_once() -> None:
    assert sequence(repeat(CART, when={"screen": "shop.home"})).loops == (Loop(1, 1, 1, ScreenIs("shop.home")),)


def test_while_and_until_have_a_most() -> None:
    shown = {"screen": "shop.home"}
    looped = sequence(repeat(CART, **{"while": shown}), repeat(CART, until=shown, most=3)).loops
    assert looped == (Loop(1, 1, 10, None, ScreenIs("shop.home")), Loop(2, 2, 3, None, None, ScreenIs("shop.home")))
    assert [loop.may_be_skipped for loop in looped] == [True, False]


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        (repeat(CART, times=2, until={"screen": "shop.home"}), "tasks[0]: repeats by two rules"),
        (repeat(CART, times=1001), "tasks[0].times: should be less than or equal to 1000"),
        (repeat(times=2), "tasks[0].tasks: list should have at least 1 item after validation, not 0"),
        (
            repeat(repeat(repeat(repeat(repeat(CART))))),
            "tasks[0].tasks[0].tasks[0].tasks[0].tasks[0]: lies in more than",
        ),
        (repeat(repeat(CART, times=1000), times=1000), "tasks[0].tasks[0]: may come to 1000000 steps"),
        (
            repeat(CART | {"effect": "once"}, times=2),
            "tasks[0].tasks[0].effect: is done only once, but lies in a repeat",
        ),
    ],
)
def test_groups_without_bounds_or_sense_are_refused(group: dict[str, Any], reason: str) -> None:
    assert any(told.startswith(reason) for told in refusals(group))


def test_a_once_task_may_be_meant_once_a_round() -> None:
    (task,) = sequence(repeat(CART | {"effect": "once", "once_per_round": True}, times=2)).tasks
    assert task.effect.value == "once"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"screen": "shop.home"}, ScreenIs("shop.home")),
        ({"text": "Paid"}, TextIs(parse_text("Paid"), None)),
        ({"text": "Paid", "in": PLACE}, TextIs(parse_text("Paid"), Rect(0, 0, 100, 100))),
        ({"not": {"screen": "shop.home"}}, Not(ScreenIs("shop.home"))),
        ({"all": [{"screen": "a.b"}, {"screen": "a.c"}]}, All((ScreenIs("a.b"), ScreenIs("a.c")))),
        ({"any": [{"screen": "a.b"}]}, AnyOf((ScreenIs("a.b"),))),
        (
            {"var": "n", "equals": "3"},
            ValueIs(parse_text("${var.n}"), Comparison.EQUALS, parse_text("3")),
        ),
        (
            {"param": "n", "matches": "^3{2}$"},
            ValueIs(parse_text("${param.n}"), Comparison.MATCHES, parse_text("^3\\{2}$")),
        ),
        ({"var": "n", "is_empty": True}, ValueIs(parse_text("${var.n}"), Comparison.IS_EMPTY, parse_text(""))),
    ],
)
def test_conditions_mean_what_is_written(written: dict[str, Any], meant: Condition) -> None:
    assert condition(written) == meant


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ({"var": "n"}, "tasks[0]: compares with nothing, or twice"),
        ({"var": "n", "equals": "3", "is_empty": True}, "tasks[0]: compares with nothing, or twice"),
        ({"var": "n", "matches": "(?=x)"}, "tasks[0].matches: column 1: (?=x is no group that ends"),
        ({"text": "{a|b"}, "tasks[0].text: column 1: this { is not closed by }"),
        ({"text": "x", "in": [5, 5, 1, 1]}, "tasks[0].in: "),
        ({"text": "x", "in": [0, 0, 9000, 9000]}, "tasks[0].in: lies outside the reference"),
    ],
)
def test_conditions_that_are_none_are_refused(written: dict[str, Any], reason: str) -> None:
    assert any(told.startswith(reason) for told in refusals(CART | {"when": written}))


def test_a_condition_tells_its_parts_and_texts() -> None:
    whole = condition({"all": [{"not": {"text": "a"}}, {"any": [{"var": "n", "equals": "b"}, {"screen": "a.b"}]}]})
    assert len(list(parts_of(whole))) == 6
    assert [bool(inner(part)) for part in parts_of(whole)] == [True, True, False, True, False, False]
    assert [text.parts[0] for text in texts_in(whole)] == [
        parse_text("a").parts[0],
        parse_text("${var.n}").parts[0],
        parse_text("b").parts[0],
    ]


def test_tasks_of_the_newer_kinds_mean_what_is_written() -> None:
    whole = sequence(
        {"kind": "read", "on": PLACE, "into": "n", "pattern": r"(\d+)", "from": "picture"},
        {"kind": "select_slot", "slot": 7},
        {"kind": "helper", "helper": "greet", "arguments": {"who": "Ada"}},
        {"kind": "tap", "on": {"text": "Buy", "in": "shop.home.list"}},
    )
    assert [task.act for task in whole.tasks] == [
        Read(Rect(0, 0, 100, 100), "n", r"(\d+)", Origin.PICTURE),
        SelectSlot(parse_text("7")),
        CallHelper("greet", {"who": parse_text("Ada")}, ""),
        Tap(Shown(parse_text("Buy"), whole.tasks[3].act.target.inside)),  # type: ignore[union-attr]  a Tap, as said
    ]
    assert whole.tasks[3].before == "shop.home"


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ({"kind": "read", "on": PLACE, "into": "n", "pattern": "("}, "tasks[0].pattern: column 1: a ( without its )"),
        ({"kind": "read", "on": PLACE, "into": "N"}, "tasks[0].into: string should match pattern"),
        ({"kind": "select_slot", "slot": 31}, "tasks[0].slot: should be less than or equal to 30"),
        ({"kind": "helper", "helper": "no good"}, "tasks[0].helper: string should match pattern"),
    ],
)
def test_tasks_of_the_newer_kinds_are_checked(task: dict[str, Any], reason: str) -> None:
    assert any(told.startswith(reason) for told in refusals(task))


def test_what_a_sequence_says_of_itself_is_kept() -> None:
    whole = sequence(CART, start="shop.home", recovery_prompt="Go back home", releases=True)
    assert (whole.start, whole.recovery_prompt, whole.releases) == ("shop.home", "Go back home", True)


def test_going_on_after_errors_makes_tasks_optional_that_may_be_repeated() -> None:
    whole = sequence(CART, CART | {"effect": "once"}, on_error="continue")
    assert [task.optional for task in whole.tasks] == [True, False]


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2000) | st.text(max_size=5),
    lambda values: (
        st.lists(values, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["kind", "tasks", "times", "when", "not", "all", "text", "var", "on", "in", "use", "while"]
            ),
            values,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(["repeat", "read", "tap", "helper", "push_media", "select_slot"]), anything, anything)
def test_whatever_is_written_is_a_sequence_or_refused(kind: str, value: Any, other: Any) -> None:
    task = {"kind": kind, "on": value, "tasks": other, "when": value, "file": other, "slot": value}
    assert refused(task) or sequence(task)


def refused(task: dict[str, Any]) -> bool:
    try:
        sequence(task)
    except BadDocument:
        return True
    return False
