"""What lint finds in variables, conditions, repeats and checks; the rest of it is in test_plan."""

from typing import Any

import pytest

from drover.sequences.lint import lint
from tests.sequences.registries import registry
from tests.sequences.test_plan import CART, OPEN, sequence

BACK = {"kind": "tap", "on": "shop.cart.back"}
PLACE = [0, 0, 100, 100]
COUNT = {"kind": "read", "on": PLACE, "into": "count"}
PAY = {"kind": "tap", "on": "shop.home.pay", "effect": "once"}


def findings(*tasks: dict[str, Any], helpers: tuple[str, ...] = (), **fields: Any) -> list[str]:
    return [str(fault) for fault in lint(sequence(*tasks, **fields), registry(), helpers)]


def assertion(text: str) -> dict[str, Any]:
    return {"kind": "assert", "on": PLACE, "text": text}


def repeat(*tasks: dict[str, Any], **rule: Any) -> dict[str, Any]:
    return {"kind": "repeat", "tasks": list(tasks), **rule}


@pytest.mark.parametrize(
    "task",
    [
        assertion("${var.count}"),
        CART | {"when": {"var": "count", "equals": "3"}},
        CART | {"when": {"param": "who", "equals": "${var.count}"}},
        {"kind": "tap", "on": {"text": "${var.count}"}, "after": "shop.cart"},
    ],
)
def test_a_variable_is_set_before_it_is_used(task: dict[str, Any]) -> None:
    who = {"who": {"default": "Ada"}}
    used = assertion("${param.who}")
    assert any("variable count is set by no task before" in each for each in findings(OPEN, used, task, params=who))
    assert findings(OPEN, used, COUNT, task, params=who) == []


def test_a_variable_that_a_helper_returns_is_set() -> None:
    call = {"kind": "helper", "helper": "greet", "into": "greeting"}
    assert findings(OPEN, call, assertion("${var.greeting}"), helpers=("greet",)) == []


def test_a_parameter_in_a_condition_counts_as_used() -> None:
    assert findings(OPEN, CART | {"when": {"param": "who", "equals": "Ada"}}, params={"who": {"default": "Ada"}}) == []


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ({"screen": "shop.hom"}, "tasks[1].when: unknown screen shop.hom"),
        ({"not": {"any": [{"screen": "shop.hom"}]}}, "tasks[1].when: unknown screen shop.hom"),
        ({"text": "x", "in": "shop.home.nix"}, "tasks[1].when: unknown action in variant light: shop.home.nix"),
        ({"text": "${param.nix}"}, "tasks[1].when: column 1: unknown parameter nix"),
        ({"screen": "shop.home"}, "tasks[1].when: always holds: the task before ends on shop.home"),
        ({"not": {"screen": "shop.cart"}}, "tasks[1].when: always holds: the task before ends on shop.home"),
        ({"screen": "shop.cart"}, "tasks[1].when: never holds: the task before ends on shop.home"),
        ({"not": {"screen": "shop.home"}}, "tasks[1].when: never holds: the task before ends on shop.home"),
    ],
)
def test_conditions_that_name_nothing_or_decide_nothing_are_found(when: dict[str, Any], told: str) -> None:
    assert findings(OPEN, CART | {"when": when}) == [told]


def test_the_condition_of_a_group_that_decides_nothing_is_found() -> None:
    group = repeat(CART, BACK, times=2, when={"screen": "shop.cart"})
    assert findings(OPEN, group) == ["the repeat of tasks 2 to 3: never holds: the task before ends on shop.home"]


def test_a_condition_after_a_task_that_may_be_left_out_decides_something() -> None:
    optional = CART | {"when": {"text": "3 in your cart"}}
    assert findings(OPEN, optional, BACK | {"when": {"screen": "shop.cart"}}) == []


def test_a_second_round_that_cannot_be_reached_is_found() -> None:
    assert findings(OPEN, repeat(CART, times=2)) == [
        "the repeat of tasks 2 to 2: a second round cannot be reached: it starts on shop.home, and ends on shop.cart"
    ]
    assert findings(OPEN, repeat(CART, BACK, times=2)) == []


def test_a_once_task_is_checked_by_a_screen_or_a_condition() -> None:
    assert findings(OPEN, PAY) == ["tasks[1]: names no screen after it: a `once` task needs a check"]
    assert findings(OPEN, PAY | {"happened": {"text": "Paid"}}) == []
    assert findings(OPEN, PAY | {"after": "shop.cart"}) == []


@pytest.mark.parametrize(("kind", "name"), [("switch_account", "account"), ("select_slot", "slot")])
def test_an_app_without_a_way_is_found(kind: str, name: str) -> None:
    (told,) = findings(OPEN, {"kind": kind, name: "7"}, CART)
    assert told == f"tasks[1]: its app declares no way to {kind.replace('_', ' ')}"


def test_the_start_is_where_the_first_task_begins() -> None:
    assert findings(CART, start="shop.home") == []
    assert findings(CART, start="shop.cart") == [
        "tasks[0]: cannot be reached: it starts on shop.home, the task before it ends on shop.cart"
    ]
    assert findings(CART, start="shop.hom")[0] == "start: unknown screen shop.hom"
