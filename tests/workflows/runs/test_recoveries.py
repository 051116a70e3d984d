"""What was done to bring a run back on its way is kept with it, whoever did it."""

from datetime import timedelta
from typing import Any

from drover.protocol.messages import PlayEnded, PlayOrder, Recovery
from drover.workflows.domain.runs import RunStatus
from drover.workflows.domain.workflow import RetryPolicy
from tests.databases import OURS
from tests.workflows.runs.world import (
    ADA,
    AT,
    COMPLETED,
    WORKFLOW,
    Rig,
    World,
    completes,
    fails,
    in_turn,
    played,
    task_ended,
)

FRAME = "ab" * 32


def tried(strategy: str, **given: Any) -> Recovery:
    told = {"why": "another screen", "act": "tap it", "recovered": True, "started_at": AT}
    return Recovery(strategy=strategy, ended_at=AT + timedelta(seconds=2), **{**told, **given})


async def test_what_an_agent_did_to_go_on_is_kept_once_with_its_task_and_counted(world: World) -> None:
    async def recovers(rig: Rig, order: PlayOrder) -> None:
        retries = (tried("reconnect", recovered=False), tried("retry", frame_before=FRAME))
        for _ in range(2):
            await rig.say(order, task_ended(3).model_copy(update={"recoveries": retries}))
            rig.forget_last(order)
        rig.skip_one(order)
        await rig.say(order, COMPLETED.model_copy(update={"recoveries": (tried("go_on"),)}))

    world.rig.script = recovers
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await world.until(run.id, RunStatus.COMPLETED)
        async with world.database.reading(OURS) as unit:
            found = await made.runs.recoveries(unit, run.id)
            later = await made.runs.recoveries(unit, run.id, after=2)
            report = await made.runs.report(unit, run.id)
    assert [(one.number, one.step, one.strategy, one.outcome) for one in found] == [
        (1, 3, "reconnect", "failed"),
        (2, 3, "retry", "recovered"),
        (3, 0, "go_on", "recovered"),
    ]
    assert (found[1].acts, found[1].events) == (({"act": "tap it"},), ({"why": "another screen"},))
    assert (found[1].frame_before, found[1].frame_after, found[1].ended_at) == (FRAME, None, AT + timedelta(seconds=2))
    assert [one.number for one in later] == [3]
    assert (report.recoveries, report.strategies) == (3, {"go_on": 1, "reconnect": 1, "retry": 1})


async def test_a_sequence_that_is_played_again_is_kept_with_what_it_had_failed_with(world: World) -> None:
    world.shelf.steps = (played("log_in", retry=RetryPolicy(tries=2)),)
    world.rig.script = in_turn(fails(), completes)
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await world.until(run.id, RunStatus.COMPLETED)
        async with world.database.reading(OURS) as unit:
            (again,) = await made.runs.recoveries(unit, run.id)
    assert (again.strategy, again.step, again.events) == ("sequence_again", 1, ({"why": "another screen"},))


def test_an_end_told_by_the_version_before_has_no_recoveries() -> None:
    assert PlayEnded(status="completed", result="completed").recoveries == ()
