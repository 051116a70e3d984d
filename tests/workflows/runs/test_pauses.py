"""Runs that wait for their phone go on by themselves; one whose phone has moved goes on where it is now."""

import asyncio
from dataclasses import replace

import pytest

from drover.bootstrap.working import Working
from drover.fleet.domain.phones import PhoneState
from drover.fleet.domain.records import Report
from drover.fleet.service import Leases, Phones
from drover.workflows.domain.runs import Cause, RunStatus
from tests.databases import OURS
from tests.fleet.racks import ADMINISTRATOR, TRAIL, running_agent
from tests.workflows.runs.world import ADA, QUICK, WORKFLOW, World, completes, fails, in_turn, until, waits

PROBING = replace(QUICK, probe_s=0.3, away_for_s=0.3)


async def started(made: Working, world: World) -> str:
    return (await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)).id


async def moved(world: World) -> None:
    """Have the phone reported by another agent."""
    other = await running_agent(world.database, "other", OURS.organization)
    async with world.database.writing(OURS) as unit:
        await Phones(TRAIL).register(unit, other, [Report("serial1", PhoneState.ONLINE, model="P1")])


async def agents(world: World, made: Working, run_id: str) -> list[str]:
    async with world.database.reading(OURS) as unit:
        return [step.agent for step in await made.runs.steps(unit, run_id)]


@pytest.mark.parametrize("code", ["phone_occupied", "phone_held"])
async def test_a_run_whose_phone_is_in_use_or_held_waits_and_asks_again(world: World, code: str) -> None:
    world.rig.script = in_turn(fails(code), completes)
    async with world.worker() as made:
        run_id = await started(made, world)
        paused = await world.until(run_id, RunStatus.PAUSED)
        assert (paused.cause, paused.reason) == (Cause(code), "another screen")
        assert not await world.leased(world.phones[0])
        done = await world.until(run_id, RunStatus.COMPLETED)
    assert done.attempt == 2


@pytest.mark.parametrize("code", ["phone_occupied", "phone_unknown", "lease_lost"])
async def test_no_other_run_begins_on_the_phone_of_one_that_was_cut_off(world: World, code: str) -> None:
    world.rig.script = in_turn(fails(code), completes, completes)
    async with world.worker() as made:
        first = await started(made, world)
        second = await started(made, world)
        for run_id in (first, second):
            await world.until(run_id, RunStatus.COMPLETED)
    assert [order.run for order in world.rig.orders] == [first, first, second]


async def test_a_run_waits_as_long_as_its_phone_is_held(world: World) -> None:
    world.rig.script = in_turn(fails("phone_held"), completes)
    async with world.worker() as made:
        run_id = await started(made, world)
        await world.until(run_id, RunStatus.PAUSED)
        async with world.database.writing(OURS) as unit:
            await Phones(TRAIL).hold(unit, world.phones[0].id, PhoneState.MAINTENANCE, "a new screen", ADA)
        await asyncio.sleep(1)
        assert (await world.run(run_id)).status is RunStatus.PAUSED
        async with world.database.writing(OURS) as unit:
            await Phones(TRAIL).let_go(unit, world.phones[0].id, ADA)
        await world.until(run_id, RunStatus.COMPLETED)


async def test_a_run_whose_phone_has_moved_is_stopped_where_it_was_and_goes_on_where_it_is(world: World) -> None:
    world.pace = PROBING
    world.rig.script = in_turn(waits, completes)
    async with world.worker() as made:
        run_id = await started(made, world)
        await until(lambda: world.run(run_id), lambda _: any(world.rig.at_work.values()))
        await moved(world)
        done = await world.until(run_id, RunStatus.COMPLETED)
        assert await agents(world, made, run_id) == ["other"]
    assert (done.attempt, [stop.id for stop in world.rig.stops]) == (2, [run_id])
    assert world.rig.stops[0].reason == "phone phone1 has moved from agent rack-of-c1 to other"


async def test_a_phone_that_moved_from_a_silent_agent_is_free_once_that_one_s_lease_has_run_out(world: World) -> None:
    world.pace = PROBING
    world.rig.script = in_turn(waits, completes)
    async with world.worker() as made:
        run_id = await started(made, world)
        await until(lambda: world.run(run_id), lambda _: any(world.rig.at_work.values()))
        world.rig.away = True
        await moved(world)
        await until(lambda: world.run(run_id), lambda run: run.asked is Cause.LEASE_LOST)
        await made.keeper.renew()
        assert await world.leased(world.phones[0])
        async with world.database.writing(OURS) as unit:
            await Leases(TRAIL).break_(unit, world.phones[0].id, ADMINISTRATOR, "as if it had run out")
        world.rig.away = False
        await made.keeper.renew()
        await world.until(run_id, RunStatus.COMPLETED)
        assert await agents(world, made, run_id) == ["other"]
