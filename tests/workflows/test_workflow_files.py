"""Workflow documents: what they mean, and how they are refused."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.platform.documents import BadDocument
from drover.screens.documents import written
from drover.workflows import files, plan_files
from drover.workflows.domain.conditions import All, Not, StepIs
from drover.workflows.domain.conditions import Any as AnyOf
from drover.workflows.domain.workflow import CallHelper, PlaySequence, RetryPolicy
from drover.workflows.files import read_workflow
from drover.workflows.lint import Known, KnownSequence, lint
from tests.workflows.documents import schedule, step, workflow

SCHEMAS = Path(__file__).parents[2] / "src/drover/workflows/schema"
LOOK = KnownSequence("plaza", {"topic": True, "word": False}, frozenset({"likes"}), frozenset({1, 2}))
KNOWN = Known({"look around": LOOK, "jot": KnownSequence("notes", {})}, {"pick"}, {"account"})


def refusal(body: object) -> list[str]:
    with pytest.raises(BadDocument) as caught:
        read_workflow(json.dumps(body), "w.json")
    return str(caught.value).splitlines()


def faults(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(fault.where, fault.reason) for fault in lint(read_workflow(json.dumps(body), "w.json"), KNOWN)]


def test_a_workflow_is_read_whole(tmp_path: Path) -> None:
    body = workflow(
        step("one", retry={"tries": 3, "pause_s": 20}, on_failure="continue", version=2),
        {
            "id": "two",
            "helper": "pick",
            "into": "tea",
            "timeout_s": 5,
            "app": "notes",
            "when": {"step": "one", "is": "failed"},
        },
        account="main*",
        priority=5,
        template=True,
    )
    path = tmp_path / "w.json"
    path.write_text(json.dumps(body))
    read = read_workflow(path.read_text(encoding="utf-8"), str(path))
    one, two = read.steps
    assert (read.account, read.priority, read.template) == ("main*", 5, True)
    assert (one.work, one.retry, one.goes_on, one.app) == (
        PlaySequence("look around", 2),
        RetryPolicy(3, 20),
        True,
        "plaza",
    )
    assert (two.work, two.app, two.when) == (CallHelper("pick", "tea", 5), "notes", StepIs("one", "failed"))
    assert [one.retry.pause_after(played) for played in (1, 2, 3)] == [20, 20, None]


def test_conditions_can_be_put_together() -> None:
    when = {
        "all": [
            {"not": {"step": "a", "is": "skipped"}},
            {"any": [{"param": "x", "is_empty": True}, {"var": "y", "equals": "z"}]},
        ]
    }
    condition = read_workflow(json.dumps(workflow(step(), step("b", when=when))), "w").steps[1].when
    assert isinstance(condition, All)
    assert [type(each) for each in condition.conditions] == [Not, AnyOf]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"schema": 2}, "w.json: schema: "),
        ({"steps": []}, "w.json: steps: "),
        ({"steps": [{"id": "a"}]}, "w.json: steps[0].sequence: is missing"),
        ({"steps": [step(sequence="a/b")]}, "w.json: steps[0].sequence: "),
        ({"steps": [step(when={"screen": "plaza.feed"})]}, "w.json: steps[0].when"),
        ({"steps": [step(parameters={"topic": "${oops"})]}, "w.json: steps[0].parameters.topic: column 1"),
        ({"steps": [step(when={"param": "x", "matches": "("})]}, "w.json: steps[0].when.matches: "),
        ({"steps": [step(when={"param": "x"})]}, "w.json: steps[0].when: compares with nothing"),
        (
            {"steps": [step(when={"param": "x", "equals": "{a|b}"})]},
            "w.json: steps[0].when.equals: column 1: {a|b} is not",
        ),
        ({"steps": [step(retry={"tries": 0})]}, "w.json: steps[0].retry.tries: "),
        ({"account": "a b"}, "w.json: account: "),
    ],
)
def test_what_is_no_workflow_is_refused_with_its_place(fields: dict[str, Any], told: str) -> None:
    assert any(line.startswith(told) for line in refusal(workflow() | fields))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (workflow(), []),
        (workflow(step(), step()), [("steps[1].id", "look is the id of two steps")]),
        (workflow(step(app="notes")), [("steps[0].app", "look around is for plaza, the step for notes")]),
        (workflow(step(parameters={})), [("steps[0].parameters", "look around needs topic")]),
        (workflow(step(parameters={"topic": "x", "wrd": "y"})), [("steps[0].parameters.wrd", "unknown parameter wrd")]),
        (
            workflow(step(parameters={"topic": "${param.t}"})),
            [("steps[0].parameters.topic: column 1", "unknown parameter t")],
        ),
        (workflow(params={"t": {}}), [("params.t", "is used by no step")]),
        (workflow(step(), step("b", parameters={"topic": "${run.likes} ${account.password}"})), []),
        (workflow(step(when={"step": "b", "is": "failed"}), step("b")), [("steps[0].when", "unknown earlier step b")]),
        (workflow(step(), step("b", when={"var": "likes", "equals": "${param.t}"}), params={"t": {}}), []),
        (workflow({"id": "a", "sequence": "jot", "app": "notes"}), []),
        (workflow({"id": "a", "helper": "pick", "into": "x"}, step(parameters={"topic": "${run.x}"})), []),
    ],
)
def test_lint_finds_what_keeps_it_from_being_run(body: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert faults(body) == expected


def test_a_condition_on_what_nothing_has_read_is_found() -> None:
    [(where, reason)] = faults(workflow(step(when={"var": "likes", "is_empty": True})))
    assert where.startswith("steps[0].when: column")
    assert "variable likes is set by no task before" in reason


def test_equal_documents_have_equal_digests() -> None:
    body = workflow()
    turned = dict(reversed(body.items()))
    assert read_workflow(json.dumps(body, indent=4), "a").digest == read_workflow(json.dumps(turned), "b").digest


@pytest.mark.parametrize(("name", "schema"), [("workflow", files.schema()), ("schedule", plan_files.schema())])
def test_the_published_schemas_are_those_that_are_checked(name: str, schema: dict[str, object]) -> None:
    assert (SCHEMAS / f"{name}.schema.json").read_text() == written(schema)


def test_the_schemas_accept_what_the_readers_accept() -> None:
    jsonschema.validate(workflow(step(when={"step": "a", "is": "failed"})), files.schema())
    jsonschema.validate(schedule(), plan_files.schema())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["name", "steps", "params", "account", "id", "sequence", "helper", "when", "retry", "parameters"]
)


@given(st.dictionaries(FIELDS, JSON, min_size=1), st.lists(st.dictionaries(FIELDS, JSON), min_size=1, max_size=2))
def test_any_json_is_a_workflow_or_a_refusal(fields: dict[str, Any], steps: list[dict[str, Any]]) -> None:
    with pytest.raises(BadDocument):
        read_workflow(json.dumps(workflow() | {"steps": steps, "app": "?"} | fields), "any.json")
