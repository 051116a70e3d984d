"""Lists of runs and tasks by page, and steps that wait while the database is away."""

import pytest

from drover.kernel.clock import FakeClock
from drover.platform.db.errors import DatabaseUnavailable, ReferenceBroken
from drover.workflows.domain.runs import RunStatus, UnknownRun
from drover.workflows.durable import patiently
from drover.workflows.service.runs import RunFilter
from tests.databases import OURS, SISTERS
from tests.workflows.runs.world import ADA, WORKFLOW, World, until, waits


async def test_runs_are_listed_by_page_the_latest_first(world: World) -> None:
    async with world.worker(loops=False) as made:
        made_ids = [(await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)).id for _ in range(5)]
        async with world.database.reading(OURS) as unit:
            first = await made.runs.list(unit, RunFilter(), limit=3)
            rest = await made.runs.list(unit, RunFilter(), limit=3, after=(first[-1].created_at, first[-1].id))
            pending = RunFilter(frozenset({RunStatus.PENDING}), phone_id=world.phones[1].id)
            assert await made.runs.list(unit, pending) == []
        async with world.database.reading(SISTERS) as unit:
            assert await made.runs.list(unit, RunFilter()) == []
            with pytest.raises(UnknownRun):
                await made.runs.get(unit, made_ids[0])
    assert sorted(run.id for run in (*first, *rest)) == sorted(made_ids)
    assert [run.created_at for run in (*first, *rest)] == sorted(
        (run.created_at for run in (*first, *rest)), reverse=True
    )


async def test_tasks_of_all_runs_are_listed_by_page(world: World) -> None:
    async with world.worker() as made:
        for _ in range(3):
            run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
            await world.until(run.id, RunStatus.COMPLETED)
        async with world.database.reading(OURS) as unit:
            first = await made.runs.all_tasks(unit, limit=2)
            rest = await made.runs.all_tasks(unit, limit=2, after=(first[-1].started_at, first[-1].id))
    assert len({task.id for task in (*first, *rest)}) == 3


async def test_a_play_goes_on_whose_agent_was_away_when_the_worker_came_back(world: World) -> None:
    async with world.worker() as made:
        world.rig.script = waits
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await until(lambda: world.run(run.id), lambda _: any(world.rig.at_work.values()))
    world.rig.away = True
    async with world.worker() as made:
        await until(lambda: world.run(run.id), lambda _: bool(made.hands.waited_for))
        world.rig.away = False
        await made.runs.cancel(OURS, ADA, run.id)
        await world.until(run.id, RunStatus.CANCELLED)
    assert len(world.rig.orders) == 1


async def test_a_step_waits_while_the_database_is_away() -> None:
    clock, tries = FakeClock(), list[int]()

    async def work() -> str:
        tries.append(1)
        if len(tries) < 7:
            raise DatabaseUnavailable("it is away")
        return "done"

    assert await patiently(clock, work) == "done"
    assert clock.slept_s == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0]


async def test_a_step_does_not_wait_for_what_will_not_change() -> None:
    async def work() -> str:
        raise ReferenceBroken("no such row")

    with pytest.raises(ReferenceBroken):
        await patiently(FakeClock(), work)
