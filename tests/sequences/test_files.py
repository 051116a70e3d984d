import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.devices.geometry import Rect
from drover.devices.ports import Key
from drover.platform.documents import BadDocument
from drover.sequences.domain import ActionName, Effect, Press, Tap, Type
from drover.sequences.files import load_sequence, read_sequence, schema

ROOT = Path(__file__).parents[2]
SHIPPED_SCHEMA = ROOT / "src/drover/sequences/schema/sequence.schema.json"


def document(*tasks: dict[str, Any], **fields: Any) -> str:
    return json.dumps({"schema": 1, "name": "Try", "app": "shop", "tasks": list(tasks)} | fields)


def refusal(text: str) -> str:
    with pytest.raises(BadDocument) as caught:
        read_sequence(text, "try.json")
    return str(caught.value)


def test_a_tap_names_a_registry_action_or_a_rectangle() -> None:
    sequence = read_sequence(
        document({"kind": "tap", "on": "shop.home.pay"}, {"kind": "tap", "on": [1, 2, 30, 40]}), "try.json"
    )
    assert [task.act for task in sequence.tasks] == [Tap(ActionName("shop.home", "pay")), Tap(Rect(1, 2, 30, 40))]


def test_a_named_action_tells_the_screen_before_it() -> None:
    sequence = read_sequence(document({"kind": "tap", "on": "shop.home.pay"}), "try.json")
    assert sequence.tasks[0].before == "shop.home"


def test_effects_follow_the_kind_unless_they_are_given() -> None:
    sequence = read_sequence(
        document(
            {"kind": "tap", "on": "shop.home.pay", "effect": "once"},
            {"kind": "key", "key": "back"},
            {"kind": "wait_for_screen", "after": "shop.home"},
        ),
        "try.json",
    )
    assert [task.effect for task in sequence.tasks] == [Effect.ONCE, Effect.REPEATABLE, Effect.READ]


def test_a_key_is_pressed_once_unless_told_otherwise() -> None:
    sequence = read_sequence(document({"kind": "key", "key": "back"}), "try.json")
    assert sequence.tasks[0].act == Press(Key.BACK, 1)


def test_an_unknown_task_kind_is_refused_with_its_place() -> None:
    assert "try.json: tasks[0]: " in refusal(document({"kind": "sing"}))


def test_an_unknown_field_is_refused_with_its_place() -> None:
    assert "tasks[0].speed: is not a known field" in refusal(document({"kind": "tap", "on": "a.b.c", "speed": 3}))


def test_what_is_neither_an_action_nor_a_rectangle_is_told_once() -> None:
    told = refusal(document({"kind": "tap", "on": 5}))
    assert told == "try.json: tasks[0].on: should be a valid string, or should be a valid array, or should be an object"


def test_a_rectangle_outside_the_reference_is_refused() -> None:
    told = refusal(document({"kind": "tap", "on": [0, 0, 1081, 50]}))
    assert told == "try.json: tasks[0].on: lies outside the reference of 1080x2400"


def test_an_empty_rectangle_is_refused() -> None:
    assert "tasks[0].on: rectangle [9, 0, 9, 5] is empty" in refusal(document({"kind": "tap", "on": [9, 0, 9, 5]}))


def test_every_bad_text_is_told_with_task_and_column() -> None:
    task = {"kind": "type", "on": "shop.cart.coupon", "text": "a ${oops"}
    told = refusal(document(task, task)).splitlines()
    assert [line.partition(": column 3")[0] for line in told] == ["try.json: tasks[0].text", "try.json: tasks[1].text"]


def test_a_sequence_of_a_later_format_is_refused() -> None:
    assert "try.json: schema: " in refusal(document({"kind": "wait", "seconds": 1}, schema=2))


def test_a_param_keeps_its_default_and_its_secrecy() -> None:
    params = {"word": {"default": "x", "secret": True, "description": "d"}}
    sequence = read_sequence(document({"kind": "wait", "seconds": 1}, params=params), "try.json")
    assert (sequence.params["word"].default, sequence.params["word"].secret) == ("x", True)


def test_a_file_is_named_in_its_refusal(tmp_path: Path) -> None:
    path = tmp_path / "flow.json"
    path.write_text("{")
    with pytest.raises(BadDocument, match=r"flow\.json: line 1, column 2"):
        load_sequence(path)


def test_the_published_schema_is_the_one_that_is_checked() -> None:
    assert json.loads(SHIPPED_SCHEMA.read_text()) == schema()


def test_the_schema_accepts_what_the_reader_accepts() -> None:
    jsonschema.validate(json.loads(document({"kind": "tap", "on": "shop.home.pay"})), schema())


def test_a_text_is_kept_with_its_references() -> None:
    act = read_sequence(document({"kind": "type", "on": "shop.cart.coupon", "text": "${param.a}"}), "t").tasks[0].act
    assert isinstance(act, Type)
    assert len(act.text.parts) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["schema", "name", "app", "tasks", "params", "reference", "version", "kind", "on", "text"])


@given(st.dictionaries(FIELDS, JSON), st.lists(st.dictionaries(FIELDS, JSON), max_size=2))
def test_any_json_is_a_sequence_or_a_refusal(fields: dict[str, Any], tasks: list[dict[str, Any]]) -> None:
    text = json.dumps({"schema": 1, "name": "n", "app": "shop", "tasks": tasks} | fields)
    with pytest.raises(BadDocument):
        read_sequence(text, "any.json")
