import json
from typing import Any

import pytest

from drover.platform.documents import BadDocument
from drover.sequences.domain import Sequence, texts_of
from drover.sequences.files import read_sequence
from drover.sequences.lint import lint
from drover.sequences.plan import BadParameter, Step, make_plan
from drover.sequences.player.values import Values
from tests.sequences.registries import registry

OPEN = {"kind": "open_app", "after": "shop.home"}
CART = {"kind": "tap", "on": "shop.home.open_cart"}
COUPON = {"kind": "type", "on": "shop.cart.coupon", "text": "${param.code}"}
CODE = {"code": {"default": "SAVE"}}


def sequence(*tasks: dict[str, Any], **fields: Any) -> Sequence:
    body = {"schema": 1, "name": "Try", "app": "shop", "tasks": list(tasks)} | fields
    return read_sequence(json.dumps(body), "try.json")


def findings(*tasks: dict[str, Any], **fields: Any) -> list[str]:
    return [f"{fault} ({fault.hint})" for fault in lint(sequence(*tasks, **fields), registry())]


def test_a_sound_sequence_has_no_findings() -> None:
    assert findings(OPEN, CART, COUPON, params=CODE) == []


def test_screens_follow_from_the_registry_and_the_task_before() -> None:
    plan = make_plan(sequence(OPEN, CART, COUPON, params=CODE), registry(), {}, file="try.json")
    assert [(step.before, step.after) for step in plan.steps] == [
        (None, "shop.home"),
        ("shop.home", "shop.cart"),
        ("shop.cart", "shop.cart"),
    ]


def test_an_unknown_screen_is_found_with_the_nearest_name() -> None:
    assert findings({"kind": "open_app", "after": "shop.hom"}) == [
        "tasks[0].after: unknown screen shop.hom (did you mean shop.home?)"
    ]


def test_an_unknown_screen_of_an_action_is_found_where_it_was_written() -> None:
    found = findings(OPEN, {"kind": "tap", "on": "shop.hom.pay", "before": "shop.home", "after": "shop.cart"})
    assert found[0] == "tasks[1].on: unknown screen shop.hom (did you mean shop.home?)"


def test_an_unknown_action_is_found_with_its_variant() -> None:
    found = findings(OPEN, {"kind": "tap", "on": "shop.home.open_card", "after": "shop.cart"})
    assert found[0].startswith(
        "tasks[1].on: unknown action in variant light: shop.home.open_card (did you mean shop.home.open_cart"
    )


def test_an_unknown_app_is_found() -> None:
    assert "app: unknown app shoe (did you mean shop?)" in findings(OPEN | {"app": "shop"}, app="shoe")


def test_an_undefined_variable_is_found_at_its_column() -> None:
    task = COUPON | {"text": "a ${param.cod}"}
    found = findings(OPEN, CART, COUPON, task, params=CODE)
    assert found == ["tasks[3].text: column 3: unknown parameter cod (did you mean code?)"]


def test_a_parameter_that_no_task_uses_is_found() -> None:
    assert findings(OPEN, params=CODE)[0].startswith("params.code: is used by no task")


def test_a_step_that_cannot_be_reached_is_found() -> None:
    assert findings(OPEN, {"kind": "tap", "on": "shop.cart.back"})[0].startswith(
        "tasks[1]: cannot be reached: it starts on shop.cart, the task before it ends on shop.home"
    )


def test_a_once_task_without_a_check_is_found() -> None:
    found = findings(OPEN, {"kind": "tap", "on": "shop.home.pay", "effect": "once"})
    assert found[0].startswith("tasks[1]: names no screen after it: a `once` task needs a check")


def test_an_act_whose_effect_cannot_be_verified_is_found() -> None:
    assert "its effect cannot be verified" in findings(OPEN, {"kind": "tap", "on": "shop.home.pay"})[0]


def test_an_act_without_a_screen_before_it_is_found() -> None:
    assert "names no screen before it" in findings({"kind": "key", "key": "back", "after": "shop.home"})[0]


def test_typing_into_what_is_no_field_is_found() -> None:
    found = findings(OPEN, {"kind": "type", "on": "shop.home.pay", "text": "x"})
    assert found[0].startswith("tasks[1].on: shop.home.pay is not a text field but a tap action")


def test_a_screen_that_contradicts_the_action_is_found() -> None:
    found = findings(OPEN, CART | {"before": "shop.cart"})
    assert "tasks[1].before: is shop.cart, but the action is on shop.home (leave `before` out)" in found


def test_a_plan_is_refused_with_all_findings() -> None:
    with pytest.raises(BadDocument, match=r"try\.json: tasks\[0\]\.after: unknown screen"):
        make_plan(sequence({"kind": "open_app", "after": "shop.nowhere"}), registry(), {}, file="try.json")


def typed(step: Step) -> str:
    return Values().typed(texts_of(step.task.act)["text"])


def test_a_given_parameter_beats_the_default() -> None:
    plan = make_plan(sequence(OPEN, CART, COUPON, params=CODE), registry(), {"code": "FREE"}, file="f")
    assert (typed(plan.steps[2]), plan.steps[2].shown["text"], plan.parameters) == ("FREE", "FREE", {"code": "FREE"})


def test_a_missing_parameter_is_named_with_its_cure() -> None:
    with pytest.raises(BadParameter, match="parameter code has no value") as caught:
        make_plan(sequence(OPEN, CART, COUPON, params={"code": {}}), registry(), {}, file="f")
    assert caught.value.hint == "add --param code=VALUE"


def test_an_unknown_parameter_is_named_with_the_known_ones() -> None:
    with pytest.raises(BadParameter, match="parameter cod is not one") as caught:
        make_plan(sequence(OPEN, CART, COUPON, params=CODE), registry(), {"cod": "x"}, file="f")
    assert caught.value.hint == "it has: code"


def test_a_secret_is_masked_wherever_it_is_shown() -> None:
    secret = {"code": {"default": "hunter2", "secret": True}}
    plan = make_plan(sequence(OPEN, CART, COUPON, params=secret), registry(), {}, file="f")
    assert Values(secrets=plan.secrets).typed(texts_of(plan.steps[2].task.act)["text"]) == "hunter2"
    assert "hunter2" not in repr((plan.steps, plan.parameters, plan.inputs))
    assert plan.steps[2].secret


def test_what_is_shown_of_a_step_are_its_parameters() -> None:
    swipe = {"kind": "swipe", "on": [0, 0, 500, 500], "direction": "up", "before": "shop.home", "after": "shop.home"}
    hold = {"kind": "long_tap", "on": "shop.home.pay", "after": "shop.home"}
    key = {"kind": "key", "key": "back", "after": "shop.home"}
    plan = make_plan(sequence(OPEN, swipe, hold, key, {"kind": "wait", "seconds": 2}), registry(), {}, file="f")
    assert [dict(step.shown) for step in plan.steps] == [
        {"app": "shop"},
        {"on": "(0, 0) - (500, 500)", "direction": "up"},
        {"on": "shop.home.pay", "seconds": "0.8"},
        {"key": "back", "times": "1"},
        {"seconds": "2"},
    ]
