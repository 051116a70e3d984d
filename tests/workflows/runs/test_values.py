"""What a step reads is known to those after it, whoever plays them and whatever happens in between."""

import json
from datetime import UTC, datetime

from drover.language.parsing import parse_text
from drover.language.rendering import Values, render
from drover.language.spintax import Seed
from drover.platform.db.database import Unit
from drover.platform.db.whose import Organization
from drover.protocol.codec import decode
from drover.protocol.messages import PlayEnded, PlayOrder
from drover.protocol.sealing import new_key, public_of, unseal
from drover.sequences.domain import Comparison, Param, ValueIs
from drover.workflows.domain.records import SWITCH, Run, StepRun
from drover.workflows.domain.runs import PartStatus, RunStatus
from drover.workflows.domain.workflow import CallHelper, PlaySequence, RetryPolicy, Step, Workflow
from drover.workflows.service.ports import SequenceDocument
from drover.workflows.service.texts import inputs, is_secret, read_before
from tests.databases import OURS
from tests.fleet.racks import CREDENTIAL
from tests.workflows.runs.world import (
    ADA,
    AGENT,
    WORKFLOW,
    Rig,
    Script,
    Shelf,
    World,
    completes,
    in_turn,
    played,
    until,
    waits,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ONCE = RetryPolicy()
ODD = r"50% {off|on} ${account.password} \{ $"


def reads(**variables: str) -> Script:
    async def script(rig: Rig, order: PlayOrder) -> None:
        await rig.say(order, PlayEnded(status="completed", result="completed", variables=variables))

    return script


def told(name: str, retry: RetryPolicy = ONCE, **texts: str) -> Step:
    given = {key: parse_text(text) for key, text in texts.items()}
    return Step(name, PlaySequence(name), "plaza", given, retry=retry)


def an_input(*, secret: bool = False) -> Param:
    return Param("", None, secret)


def when(variable: str, wanted: str) -> ValueIs:
    return ValueIs(parse_text("${run." + variable + "}"), Comparison.EQUALS, parse_text(wanted))


def as_typed(source: str) -> str:
    """Return what a sequence makes of what it is given for an input."""
    return str(render(parse_text(source), Values(), Seed()))


async def test_what_a_step_read_is_given_to_a_later_one_as_it_was_read(world: World) -> None:
    world.shelf.steps = (played("look"), told("post", caption="It says: ${run.likes}"))
    world.rig.script = in_turn(reads(likes=ODD), completes)
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await world.until(run.id, RunStatus.COMPLETED)
        async with world.database.reading(OURS) as unit:
            kept = [dict(step.variables) for step in await made.runs.steps(unit, run.id)]
    assert as_typed(world.rig.orders[1].parameters["caption"]) == f"It says: {ODD}"
    assert kept == [{"likes": ODD}, {}]


async def test_conditions_know_what_was_read(world: World) -> None:
    world.shelf.steps = (
        played("look"),
        played("cheer", when=when("likes", "12")),
        played("weep", when=when("likes", "0")),
        played("ask", when=when("unread", "")),
    )
    world.rig.script = in_turn(reads(likes="12"), completes, completes)
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await world.until(run.id, RunStatus.COMPLETED)
        async with world.database.reading(OURS) as unit:
            ended = {step.name: step.status for step in await made.runs.steps(unit, run.id)}
    assert ended == {
        "look": PartStatus.COMPLETED,
        "cheer": PartStatus.COMPLETED,
        "weep": PartStatus.SKIPPED,
        "ask": PartStatus.COMPLETED,
    }


async def test_what_a_helper_returned_is_known_to_later_steps_and_helpers(world: World) -> None:
    seen: dict[str, str] = {}

    async def pick(_: object) -> str:
        return "words"

    async def tell(context: object, to: str) -> None:
        seen.update(getattr(context, "values", {}), to=to)

    world.helpers.update(pick=pick, tell=tell)
    text = {"to": parse_text("${run.picked}!")}
    world.shelf.steps = (
        Step("pick", CallHelper("pick", "picked", 5.0), "plaza", {}),
        Step("tell", CallHelper("tell", "", 5.0), "plaza", text),
        told("post", caption="${run.picked}"),
    )
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await world.until(run.id, RunStatus.COMPLETED)
    assert seen == {"picked": "words", "to": "words!"}
    assert world.rig.orders[0].parameters == {"caption": "words"}


async def test_what_was_read_outlives_the_worker_that_was_told(world: World) -> None:
    world.shelf.steps = (played("look"), played("wait"), told("post", caption="${run.likes}"))
    world.rig.script = in_turn(reads(likes="12"), waits, completes)
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await until(lambda: world.run(run.id), lambda _: len(world.rig.orders) == 2 and any(world.rig.at_work.values()))
    async with world.worker() as made:
        await until(lambda: world.run(run.id), lambda _: bool(made.hands.waited_for))
        await reads()(world.rig, world.rig.orders[1])
        await world.until(run.id, RunStatus.COMPLETED)
    assert world.rig.orders[2].parameters == {"caption": "12"}


async def test_a_step_that_is_tried_again_is_given_the_same_as_before(world: World) -> None:
    """What it read itself is for those after it: with another text it would be another play, and not gone on with."""

    async def reads_and_fails(rig: Rig, order: PlayOrder) -> None:
        await rig.say(order, PlayEnded(status="failed", result="failed", code="lost", variables={"likes": "99"}))

    world.shelf.steps = (
        played("look"),
        Step(
            "post", PlaySequence("post"), "plaza", {"caption": parse_text("${run.likes}")}, retry=RetryPolicy(tries=2)
        ),
        told("tell", words="${run.likes}"),
    )
    world.rig.script = in_turn(reads(likes="12"), reads_and_fails, completes, completes)
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await world.until(run.id, RunStatus.COMPLETED)
    given = [dict(order.parameters) for order in world.rig.orders]
    assert given == [{}, {"caption": "12"}, {"caption": "12"}, {"words": "99"}]


def test_an_end_told_by_the_version_before_this_one_has_no_variables() -> None:
    said = {"v": 1, "m": "play_ended", "kind": "ended", "status": "completed", "result": "completed"}
    assert decode(json.dumps(said).encode(), PlayEnded).variables == {}


def flow(*steps: Step, **params: Param) -> Workflow:
    return Workflow("daily", "", "plaza", "", 5, template=False, steps=steps, digest="", params=params)


def a_run(**parameters: str) -> Run:
    return Run("r", "o", "c", None, None, "w", 1, {}, "p", None, 0, parameters, 0, NOW, NOW, NOW)


def given(step: Step, run: Run, *, secrets: frozenset[str] = frozenset(), **params: Param) -> str:
    return inputs(run, flow(step, **params), step, {"account.username": "a{b|c}"}, {"likes": "{1|2}"}, secrets)["text"]


def test_the_inputs_of_a_workflow_are_texts_and_all_but_values_is_left_to_the_phone() -> None:
    step = told("post", text="${param.greeting} ${dynamic.date.format(YYYY)} ${account.username}")
    source = given(step, a_run(greeting="{Hi|Hello}"), greeting=an_input())
    assert source == r"{Hi|Hello} ${dynamic.date.format(YYYY)} a\{b|c}"


def test_a_secret_input_of_a_sequence_is_given_as_it_is() -> None:
    step = told("log_in", text="${param.word}${run.likes}")
    secret = {"word": an_input(secret=True)}
    assert given(step, a_run(word="a{b|c}"), secrets=frozenset({"text"}), **secret) == "a{b|c}{1|2}"
    assert is_secret(flow(step, **secret), step)
    assert not is_secret(flow(step, word=an_input()), step)


def test_a_prompt_may_hold_what_was_read() -> None:
    step = told("post", text="${ai.caption(about ${run.likes} likes)}")
    assert given(step, a_run()) == "${ai.caption(about \\{1|2\\} likes)}"


def test_the_later_of_two_steps_says_what_a_variable_is_and_switching_says_nothing() -> None:
    steps = [
        StepRun("a", "r", 1, "a", "", None, None, variables={"likes": "1", "kept": "k"}),
        StepRun("b", "r", 2, "b", "", None, None, purpose=SWITCH, variables={"likes": "7"}),
        StepRun("c", "r", 2, "c", "", None, None, variables={"likes": "2"}),
        StepRun("d", "r", 3, "d", "", None, None, variables={"likes": "3"}),
    ]
    assert read_before(steps, 3) == {"likes": "2", "kept": "k"}


class SecretShelf(Shelf):
    async def sequence(self, unit: Unit, sequence_id: str, version: int) -> SequenceDocument:  # noqa: ARG002
        params = {"word": {"secret": True}, "own": {"secret": True}, "plain": {}}
        return SequenceDocument(json.dumps({"name": sequence_id, "params": params}).encode())


async def test_secret_inputs_are_sealed_to_the_agent_that_has_the_phone(world: World) -> None:
    key = new_key()
    world.shelf = SecretShelf(told("log_in", word="${param.w}", own="${param.ref}", plain="${param.w2}"))
    async with world.database.writing(Organization(OURS.organization)) as unit:
        await world.agents.report(unit, AGENT, CREDENTIAL, "boot1", 0, public_key=public_of(key))
    given = {"w": "hunter2", "ref": "${account.password}", "w2": "hi"}
    async with world.worker() as made:
        world.shelf.params = {"w": an_input(secret=True), "ref": an_input(secret=True), "w2": an_input()}
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id, parameters=given)
        await world.until(run.id, RunStatus.COMPLETED)
    (order,) = world.rig.orders
    assert dict(order.parameters) == {"own": "${account.password}", "plain": "hi"}
    assert list(order.sealed) == ["word"]
    assert unseal(order.sealed["word"], key, order.sealed_for(order.sequence_run, "word")) == "hunter2"
