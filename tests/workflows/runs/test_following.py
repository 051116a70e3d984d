"""Runs that are followed while they go on."""

import asyncio

from drover.protocol.messages import PlayEnded, PlayOrder, PlayPaused, PlayResumed, TaskBegan
from drover.workflows.domain.runs import RunStatus
from drover.workflows.service.following import Following, RunGoesOn, RunOver, RunPaused, TaskOver, TaskReached
from tests.databases import OURS
from tests.fleet.racks import TRAIL
from tests.workflows.runs.world import ADA, WORKFLOW, Rig, World, task_ended

RECORD = "ab" * 32


async def test_what_happens_is_told_in_order_until_all_are_over(world: World) -> None:
    back = asyncio.Event()

    async def unplugged(rig: Rig, order: PlayOrder) -> None:
        await rig.say(order, TaskBegan(index=1, name="task 1", task_kind="tap"))
        await rig.say(order, task_ended(1))
        await rig.say(order, PlayPaused(reason="unplugged"))
        await back.wait()
        await rig.say(order, PlayResumed())
        await rig.say(order, TaskBegan(index=2, name="task 2", task_kind="tap"))
        await rig.say(order, task_ended(2))
        await rig.say(order, PlayEnded(status="completed", result="completed_with_recovery", record=RECORD))

    world.rig.script = unplugged
    told: list[object] = []
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        async for happening in Following(world.database, TRAIL.clock, look_s=0.02).follow(OURS, {run.id}):
            told.append(happening)
            if isinstance(happening, RunPaused):
                back.set()
    over = told.pop()
    assert isinstance(over, RunOver)
    assert (over.run.id, over.run.status, over.steps[-1].record) == (run.id, RunStatus.COMPLETED, RECORD)
    assert [each.task.step for each in told if isinstance(each, TaskOver)] == [1, 2]
    assert [each.reason for each in told if isinstance(each, RunPaused)] == ["unplugged"]
    assert {type(each) for each in told} >= {TaskOver, RunPaused}
    assert {type(each) for each in told} <= {TaskReached, TaskOver, RunPaused, RunGoesOn}


async def test_a_run_that_was_over_is_told_at_once_with_all_its_tasks(world: World) -> None:
    async with world.worker() as made:
        runs = [(await made.runs.start_now(OURS, ADA, WORKFLOW, phone.id)).id for phone in world.phones]
        for run in runs:
            await world.until(run, RunStatus.COMPLETED)
        told = [each async for each in Following(world.database, TRAIL.clock).follow(OURS, runs)]
    assert sorted(each.run.id for each in told if isinstance(each, RunOver)) == sorted(runs)
    assert len([each for each in told if isinstance(each, TaskOver)]) == len(runs)
