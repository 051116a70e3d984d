import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drover.platform.documents import BadDocument
from drover.sequences.definitions import MOST_TASKS, expanded, schema
from drover.sequences.domain import ActionName, Sequence, Tap
from drover.sequences.files import load_sequence
from drover.sequences.files import schema as sequence_schema

SCHEMAS = Path(__file__).parents[2] / "src/drover/sequences/schema"
OPEN_CART = {"kind": "tap", "on": "shop.home.open_cart", "timeout_s": 30}


def sequence(folder: Path, definitions: dict[str, Any], *tasks: dict[str, Any]) -> Sequence:
    (folder / "tasks.json").write_text(json.dumps({"schema": 1, "tasks": definitions}))
    file = folder / "buy.json"
    file.write_text(json.dumps({"schema": 1, "name": "Buy", "app": "shop", "tasks": list(tasks)}))
    return load_sequence(file)


def refusal(folder: Path, definitions: dict[str, Any], *tasks: dict[str, Any]) -> str:
    with pytest.raises(BadDocument) as caught:
        sequence(folder, definitions, *tasks)
    return caught.value.message.replace(str(folder), "").removeprefix("/buy.json: ")


def test_a_task_is_filled_in_from_its_definition(tmp_path: Path) -> None:
    (task,) = sequence(tmp_path, {"open_cart": OPEN_CART}, {"use": "open_cart"}).tasks
    assert (task.act, task.timeout_s) == (Tap(ActionName("shop.home", "open_cart")), 30)


def test_what_the_task_says_itself_counts(tmp_path: Path) -> None:
    (task,) = sequence(tmp_path, {"open_cart": OPEN_CART}, {"use": "open_cart", "timeout_s": 5, "name": "To it"}).tasks
    assert (task.name, task.timeout_s) == ("To it", 5)


def test_a_definition_may_use_another(tmp_path: Path) -> None:
    definitions = {"slow": {"use": "open_cart", "timeout_s": 60}, "open_cart": OPEN_CART}
    (task,) = sequence(tmp_path, definitions, {"use": "slow"}).tasks
    assert (task.kind, task.timeout_s) == ("tap", 60)


def test_definitions_are_filled_in_inside_repeats_too(tmp_path: Path) -> None:
    repeat = {"kind": "repeat", "times": 2, "tasks": [{"use": "open_cart"}]}
    assert [task.kind for task in sequence(tmp_path, {"open_cart": OPEN_CART}, repeat).tasks] == ["tap"]


def test_a_definition_may_be_a_repeat(tmp_path: Path) -> None:
    definitions = {"twice": {"kind": "repeat", "times": 2, "tasks": [{"use": "open_cart"}]}, "open_cart": OPEN_CART}
    (loop,) = sequence(tmp_path, definitions, {"use": "twice"}).loops
    assert (loop.first, loop.last, loop.most) == (1, 1, 2)


def test_a_sequence_without_use_needs_no_definitions(tmp_path: Path) -> None:
    text = json.dumps({"tasks": [OPEN_CART]})
    assert expanded(text, tmp_path, "buy.json") is text


@pytest.mark.parametrize("text", ["{", "[]", '{"tasks": {"use": 3}}', '{"tasks": [3]}', "[" * 100_000])
def test_what_is_no_sequence_is_left_to_who_parses_it(text: str, tmp_path: Path) -> None:
    assert expanded(text, tmp_path, "buy.json") == text


def test_an_unknown_name_is_refused_with_what_there_is(tmp_path: Path) -> None:
    assert refusal(tmp_path, {"open_cart": OPEN_CART}, OPEN_CART, {"use": "open_card"}) == (
        "tasks[1].use: open_card is not defined in tasks.json"
    )


def test_a_missing_file_of_definitions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDocument, match=r"tasks\.json: cannot be read"):
        expanded(json.dumps({"tasks": [{"use": "open_cart"}]}), tmp_path, "buy.json")


@pytest.mark.parametrize(
    "definitions",
    [
        {"a": {"use": "a"}},
        {"a": {"use": "b"}, "b": {"use": "a"}},
        {"a": {"kind": "repeat", "times": 1, "tasks": [{"use": "a"}]}},
        {"a": {"kind": "repeat", "times": 1, "tasks": [{"use": "b"}]}, "b": {"use": "a"}},
    ],
)
def test_a_definition_that_leads_back_to_itself_is_refused(definitions: dict[str, Any], tmp_path: Path) -> None:
    assert "leads back to itself: a -> " in refusal(tmp_path, definitions, {"use": "a"})


def test_definitions_that_grow_without_bounds_are_refused(tmp_path: Path) -> None:
    definitions: dict[str, Any] = {
        f"a{n}": {"kind": "repeat", "times": 1, "tasks": [{"use": f"a{n + 1}"}] * 20} for n in range(8)
    }
    told = refusal(tmp_path, {**definitions, "a8": OPEN_CART}, {"use": "a0"})
    assert told == f"tasks: comes to more than {MOST_TASKS} tasks with its definitions filled in"


def test_faults_inside_definitions_are_told_where_they_are_used(tmp_path: Path) -> None:
    assert refusal(tmp_path, {"bad": {"kind": "tap"}}, OPEN_CART, {"use": "bad"}) == "tasks[1].on: is missing"


def test_the_published_schemas_are_those_that_are_checked() -> None:
    assert json.loads((SCHEMAS / "tasks.schema.json").read_text()) == schema()
    assert json.loads((SCHEMAS / "sequence.schema.json").read_text()) == sequence_schema()


@pytest.mark.parametrize("tasks", [[{"use": "open_cart"}], [{"kind": "repeat", "tasks": [{"use": "a", "name": "b"}]}]])
def test_the_schema_of_sequences_knows_that_definitions_are_used(tasks: list[dict[str, Any]]) -> None:
    jsonschema.validate({"schema": 1, "name": "Buy", "app": "shop", "tasks": tasks}, sequence_schema())
