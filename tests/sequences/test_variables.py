"""What gives no value to a text is found by lint, at its place, before a phone is touched."""

import json
from collections.abc import Collection
from typing import Any

import pytest

from drover.platform.documents import BadDocument
from drover.sequences.files import read_sequence
from drover.sequences.lint import lint
from drover.sequences.plan import BadParameter, make_plan
from drover.sequences.resolving import needed
from tests.sequences.registries import registry

OPEN = {"kind": "open_app", "after": "shop.home"}
CART = {"kind": "tap", "on": "shop.home.open_cart"}
EVERYTHING = (
    "client",
    "profile",
    "account",
    "content",
    "ai",
    "custom",
    "group",
    "foreach",
    "random",
    "count",
    "filter",
)


def typing(text: str) -> dict[str, Any]:
    return {"kind": "type", "on": "shop.cart.coupon", "text": text}


def sequence(*tasks: dict[str, Any], **fields: Any) -> Any:
    body = {"schema": 1, "name": "Try", "app": "shop", "tasks": [OPEN, CART, *tasks]} | fields
    return read_sequence(json.dumps(body), "try.json")


def found(*tasks: dict[str, Any], categories: Collection[str] = (), **fields: Any) -> list[str]:
    return [f"{fault} ({fault.hint})" for fault in lint(sequence(*tasks, **fields), registry(), (), categories)]


GIVE = "give them in a file, --values FILE, or make it an input, ${param.<name>}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hi ${client.name}", f"column 4: nothing here has values of client ({GIVE})"),
        ("{a|${custom.x}}", f"column 4: nothing here has values of custom ({GIVE})"),
        ("${foreach.entity in group:g}x${end}", f"column 1: nothing here has values of group ({GIVE})"),
        (
            "${ai.caption(a day)}",
            "column 1: nothing here has values of ai (configure an AI, or give the draft in a file, --values FILE)",
        ),
        ("${run.count}", "column 1: variable count is set by no task before (read it first, with `into`)"),
        ("${var.count}", "column 1: variable count is set by no task before (read it first, with `into`)"),
    ],
)
def test_a_variable_that_nothing_provides_is_found_at_its_column(text: str, told: str) -> None:
    assert found(typing(text)) == [f"tasks[2].text: {told}"]


@pytest.mark.parametrize(
    "text",
    ["${dynamic.date.format(D MMMM)} ${dynamic.random.number(1-9)} ${dynamic.counter(n,1,1)}", "{a|b{c|}}", "\\${x}"],
)
def test_what_every_play_has_is_no_finding(text: str) -> None:
    assert found(typing(text)) == []


def test_what_is_provided_is_no_finding() -> None:
    text = (
        "${client.name} ${account.password} ${foreach.entity in group:g}${foreach.entity.name}${end} ${ai.caption(x)}"
    )
    assert found(typing(text), categories=EVERYTHING) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hi ${acount.name}", "column 6: unknown category acount (did you mean account?"),
        ("Hi {a|b", "column 4: this { is not closed by } (write \\{ for a plain {"),
        ("${account.usrname}", "column 11: unknown field usrname of account (did you mean username?"),
    ],
)
def test_a_syntax_error_is_found_with_file_task_and_column(text: str, told: str) -> None:
    with pytest.raises(BadDocument) as caught:
        sequence(typing(text))
    assert f"{caught.value.message} ({caught.value.hint}".startswith(f"try.json: tasks[2].text: {told}")


@pytest.mark.parametrize(
    ("default", "told"),
    [
        ("Hi {a|b", "params.who.default: column 4: this { is not closed by } (write \\{ for a plain {)"),
        (
            "${param.who}",
            "params.who.default: column 1: an input cannot hold ${param.who} (use it in the text of a task)",
        ),
        ("a ${run.x}", "params.who.default: column 3: an input cannot hold ${run.x} (use it in the text of a task)"),
        ("${client.name}", f"params.who.default: column 1: nothing here has values of client ({GIVE})"),
    ],
)
def test_the_default_of_an_input_is_looked_at_too(default: str, told: str) -> None:
    assert found(typing("${param.who}"), params={"who": {"default": default}}) == [told]


def test_a_password_can_only_be_typed() -> None:
    asserted = {"kind": "assert", "on": [0, 0, 9, 9], "text": "${account.password}", "before": "shop.cart"}
    when = typing("x") | {"when": {"text": "${profile.profile_password}"}}
    hint = "a password can only be typed (use it in the text of a `type` task alone)"
    assert found(asserted, when, categories=EVERYTHING) == [
        f"tasks[2].text: column 1: {hint}",
        f"tasks[3].when: column 1: {hint}",
    ]


def test_what_is_read_cannot_stand_in_a_prompt() -> None:
    read = {"kind": "read", "on": [0, 0, 9, 9], "into": "seen", "before": "shop.cart"}
    told = found(read, typing("Hi ${ai.response(about ${run.seen})}"), categories=EVERYTHING)
    reason = "the prompt holds ${run.seen}, but drafts are written before the play begins"
    assert told == [f"tasks[3].text: column 24: {reason} (leave it out of the prompt)"]


@pytest.mark.parametrize("drawn", ["{a|b}", "x${dynamic.counter(n,1,1)}", "${group.g.random}", "${content.media.next}"])
def test_what_an_apps_way_has_in_several_places_is_not_drawn(drawn: str) -> None:
    with pytest.raises(BadDocument, match=r"tasks\[2\]\.account: column \d: is drawn anew wherever it stands"):
        sequence({"kind": "switch_account", "account": drawn})


def given(**params: str) -> Any:
    return make_plan(
        sequence(typing("${param.who}"), params={"who": {}}),
        registry(),
        params,
        file="try.json",
        categories=("custom",),
    )


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{a|b", "parameter who: column 1: this { is not closed by }"),
        ("Hi ${client.name}", "parameter who: column 4: nothing here has values of client"),
        ("${param.who}", "parameter who: column 1: an input cannot hold ${param.who}"),
    ],
)
def test_what_is_given_for_an_input_is_refused_at_its_column(value: str, told: str) -> None:
    with pytest.raises(BadParameter) as caught:
        given(who=value)
    assert caught.value.message == told


def test_what_is_to_be_resolved_is_kept_for_each_phone() -> None:
    plan = given(who="{a|b} ${custom.x}")
    assert list(plan.inputs) == ["param.who"]
    assert plan.steps[2].shown["text"] == "${param.who}"
    assert given(who="plain \\{x|y}").steps[2].shown["text"] == "plain {x|y}"


def test_a_plan_says_which_categories_it_needs() -> None:
    tasks = (
        typing("${param.who} ${foreach.entity in group:g}x${end}"),
        {
            "kind": "repeat",
            "when": {"text": "${client.name}"},
            "tasks": [typing("${run.seen}") | {"when": {"text": "a"}}],
        },
    )
    read = {"kind": "read", "on": [0, 0, 9, 9], "into": "seen", "before": "shop.cart"}
    whole = sequence(read, *tasks, params={"who": {}})
    plan = make_plan(whole, registry(), {"who": "{a|${custom.x}}"}, file="try.json", categories=EVERYTHING)
    assert needed(plan) == {"param", "run", "group", "client", "custom"}
