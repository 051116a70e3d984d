"""An app's own ways are played in the place of the tasks that ask for them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from drover.platform.documents import BadDocument
from drover.screens.domain import App, Registry
from drover.sequences.domain import Not, Sequence
from drover.sequences.files import read_sequence
from drover.sequences.lint import lint
from drover.sequences.plan import make_plan
from drover.sequences.ways import with_ways
from tests.sequences.registries import registry

PLACE = [0, 0, 100, 100]
OPEN = {"kind": "open_app", "after": "shop.home"}
CART = {"kind": "tap", "on": "shop.home.open_cart"}
BACK = {"kind": "tap", "on": "shop.cart.back"}
READ = {"kind": "read", "on": PLACE, "into": "seen"}
PROOF = {"kind": "assert", "on": PLACE, "text": "@${param.account}"}
OTHERWISE = {
    "kind": "repeat",
    "when": {"not": {"var": "seen", "equals": "${param.account}"}},
    "tasks": [CART, BACK],
}
WAY = {
    "schema": 1,
    "name": "Switch",
    "app": "shop",
    "params": {"account": {}},
    "tasks": [OPEN, READ, OTHERWISE, PROOF],
}
SWITCH = {"kind": "switch_account", "account": "${param.who}", "name": "Be them"}
WHO = {"params": {"who": {"default": "ada"}}}


def shop(folder: Path, way: dict[str, Any]) -> Registry:
    path = folder / "switch.json"
    path.write_text(json.dumps(way))
    known = registry()
    return replace(known, apps={"shop": App("shop", "com.example.shop", ways={"switch_account": str(path)})})


def sequence(*tasks: dict[str, Any], **fields: Any) -> Sequence:
    body = {"schema": 1, "name": "Buy", "app": "shop", "tasks": list(tasks)}
    return read_sequence(json.dumps({**body, **fields}), "buy.json")


def kinds(whole: Sequence) -> list[str]:
    return [task.kind for task in whole.tasks]


def test_a_task_is_replaced_by_the_tasks_of_its_way(tmp_path: Path) -> None:
    whole = with_ways(sequence(SWITCH, CART, **WHO), shop(tmp_path, WAY))
    assert kinds(whole) == ["open_app", "read", "tap", "tap", "assert", "tap"]
    assert whole.tasks[0].name == "Be them: open shop"
    assert [(loop.first, loop.last) for loop in whole.loops] == [(3, 4)]
    assert lint(whole, shop(tmp_path, WAY)) == ()


def test_what_is_asked_for_is_what_the_way_is_given(tmp_path: Path) -> None:
    known = shop(tmp_path, WAY)
    plan = make_plan(with_ways(sequence(SWITCH, **WHO), known), known, {"who": "zoe"}, file="buy.json")
    assert plan.steps[-1].shown["text"] == "@zoe"
    (loop,) = plan.course.loops
    assert isinstance(loop.when, Not)


def test_a_ways_variables_are_its_own(tmp_path: Path) -> None:
    whole = with_ways(sequence(SWITCH, CART, **WHO), shop(tmp_path, WAY))
    used = CART | {"when": {"var": "seen", "is_empty": True}}
    told = lint(with_ways(sequence(SWITCH, used, **WHO), shop(tmp_path, WAY)), shop(tmp_path, WAY))
    assert "into='switch_account_seen'" in repr(whole.tasks[1].act)
    assert [fault.reason for fault in told] == ["variable seen is set by no task before"]


def test_a_secret_stays_one_inside_the_way(tmp_path: Path) -> None:
    known = shop(tmp_path, WAY)
    secret = sequence(SWITCH, params={"who": {"secret": True}})
    plan = make_plan(with_ways(secret, known), known, {"who": "zoe"}, file="buy.json")
    assert (plan.steps[-1].secret, plan.steps[-1].shown["text"]) == (True, "***")


def test_the_condition_of_the_task_is_that_of_its_whole_way(tmp_path: Path) -> None:
    asked = SWITCH | {"when": {"param": "who", "matches": "."}}
    whole = with_ways(sequence(asked, CART, **WHO), shop(tmp_path, WAY))
    assert [(loop.first, loop.last) for loop in whole.loops] == [(1, 5), (3, 4)]


def test_loops_around_the_task_reach_around_its_way(tmp_path: Path) -> None:
    around = {"kind": "repeat", "times": 2, "tasks": [CART, BACK, SWITCH]}
    whole = with_ways(sequence(OPEN, around, CART, **WHO), shop(tmp_path, WAY))
    assert [(loop.first, loop.last, loop.most) for loop in whole.loops] == [(2, 8, 2), (6, 7, 1)]
    assert len(whole.tasks) == 9


def test_an_optional_task_makes_its_way_optional(tmp_path: Path) -> None:
    whole = with_ways(sequence(SWITCH | {"optional": True}, **WHO), shop(tmp_path, WAY))
    assert all(task.optional for task in whole.tasks)


def test_a_changed_way_makes_another_sequence_of_it(tmp_path: Path) -> None:
    asked = sequence(SWITCH, **WHO)
    first = with_ways(asked, shop(tmp_path, WAY)).digest
    second = with_ways(asked, shop(tmp_path, WAY | {"description": "Another"})).digest
    assert len({asked.digest, first, second}) == 3


def test_a_sequence_that_asks_for_none_stays_as_it_is(tmp_path: Path) -> None:
    plain = sequence(OPEN, CART)
    assert with_ways(plain, shop(tmp_path, WAY)) is plain


def test_rounds_inside_rounds_that_come_to_too_many_steps_are_found(tmp_path: Path) -> None:
    long = {"kind": "repeat", "times": 200, "tasks": [CART, BACK]}
    known = shop(tmp_path, WAY | {"tasks": [OPEN, long, PROOF]})
    whole = with_ways(sequence(OPEN, {"kind": "repeat", "times": 100, "tasks": [SWITCH]}, **WHO), known)
    assert [str(fault) for fault in lint(whole, known)] == ["tasks: may come to 40201 steps"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"params": {}, "tasks": [OPEN]}, "params: a way to switch account has the input account and no other"),
        ({"params": {"account": {}, "more": {}}}, "params: a way to switch account has the input account and no other"),
        ({"app": "notes"}, "app: is notes, but the way is declared by shop"),
        ({"reference": {"width": 720, "height": 1600}}, "reference: is not that of the sequence that asks for it"),
        ({"tasks": [OPEN, CART]}, "tasks: nothing proves it: no assert of ${param.account}"),
        ({"tasks": [{"kind": "select_slot", "slot": 1}, PROOF]}, "tasks: a way cannot ask for another one"),
        ({"tasks": []}, "tasks: list should have at least 1 item after validation, not 0"),
    ],
)
def test_a_way_that_cannot_be_one_is_refused_by_its_own_file(
    change: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(BadDocument) as caught:
        with_ways(sequence(SWITCH, **WHO), shop(tmp_path, WAY | change))
    assert f"{tmp_path / 'switch.json'}: {reason}" in caught.value.message.splitlines()


def test_a_way_whose_file_is_missing_is_refused(tmp_path: Path) -> None:
    known = shop(tmp_path, WAY)
    (tmp_path / "switch.json").unlink()
    with pytest.raises(BadDocument, match=r"switch\.json: cannot be read"):
        with_ways(sequence(SWITCH, **WHO), known)
