from contextlib import suppress

import pytest

from drover.bootstrap.working import Working, drain
from drover.fleet.service import Leases
from drover.protocol.messages import LeaseQuestion
from drover.workflows.domain.errors import IllegalTransition
from drover.workflows.domain.runs import Cause, PartStatus, RunStatus, StepOutOfRange
from drover.workflows.service.halting import Halting
from tests.databases import OURS
from tests.fleet.racks import ADMINISTRATOR, TRAIL
from tests.workflows.runs.world import ADA, COMPLETED, WORKFLOW, World, completes, fails, in_turn, played, until, waits


async def playing(made: Working, world: World) -> str:
    """Return a run whose play has begun, and waits."""
    world.rig.script = waits
    run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
    await until(lambda: world.run(run.id), lambda _: any(world.rig.at_work.values()))
    return run.id


async def test_a_run_whose_worker_was_stopped_goes_on_at_the_next_start_without_a_second_order(world: World) -> None:
    async with world.worker() as made:
        run_id = await playing(made, world)
    async with world.worker() as made:
        await until(lambda: world.run(run_id), lambda _: bool(made.hands.waited_for))
        await world.rig.say(world.rig.orders[0], COMPLETED)
        done = await world.until(run_id, RunStatus.COMPLETED)
        async with world.database.reading(OURS) as unit:
            recoveries = await made.runs.recoveries(unit, run_id)
    assert (done.attempt, len(world.rig.orders)) == (1, 1)
    assert [recovery.strategy for recovery in recoveries] == ["worker_restarted"]


async def test_what_ended_while_no_worker_ran_is_found_at_the_next_start(world: World) -> None:
    async with world.worker() as made:
        run_id = await playing(made, world)
        events = made.events
    world.rig.tell = lambda event: events.take(OURS, event)
    await world.rig.say(world.rig.orders[0], COMPLETED)
    async with world.worker():
        await world.until(run_id, RunStatus.COMPLETED)
    assert len(world.rig.orders) == 1


async def test_steps_that_ended_are_not_played_again(world: World) -> None:
    world.shelf.steps = (played("log_in"), played("post"))
    world.rig.script = in_turn(completes, waits, completes)
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await until(lambda: world.run(run.id), lambda _: len(world.rig.orders) == 2 and any(world.rig.at_work.values()))
    async with world.worker() as made:
        await until(lambda: world.run(run.id), lambda _: bool(made.hands.waited_for))
        await world.rig.say(world.rig.orders[1], COMPLETED)
        await world.until(run.id, RunStatus.COMPLETED)
    assert len({order.sequence_run for order in world.rig.orders}) == len(world.rig.orders) == 2


async def test_a_run_that_was_committed_but_never_started_is_started(world: World) -> None:
    async with world.worker(loops=False) as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await made.engine.drain(0)
        with suppress(Exception):
            await made.dispatcher.turn()
        assert (await world.run(run.id)).status is RunStatus.RUNNING
    async with world.worker():
        done = await world.until(run.id, RunStatus.COMPLETED)
    assert done.attempt == 1


async def test_the_runs_of_a_worker_that_is_gone_are_taken_over(world: World) -> None:
    async with world.worker("worker-1") as made:
        run_id = await playing(made, world)
    async with world.worker("worker-2") as made:
        await until(lambda: world.run(run_id), lambda _: bool(made.hands.waited_for))
        await world.rig.say(world.rig.orders[0], COMPLETED)
        done = await world.until(run_id, RunStatus.COMPLETED)
    assert (done.executor_id, len(world.rig.orders)) == ("worker-2", 1)


async def test_draining_stops_plays_lets_phones_go_and_queues_their_runs(world: World) -> None:
    async with world.worker() as made:
        run_id = await playing(made, world)
        await made.worker.stop()
        assert await drain(made, timeout_s=20) == frozenset()
        left = await world.run(run_id)
        assert (left.status, left.lease_token) == (RunStatus.PENDING, None)
        assert not await world.leased(world.phones[0])
    world.rig.script = completes
    async with world.worker():
        done = await world.until(run_id, RunStatus.COMPLETED)
    assert (done.attempt, world.rig.orders[-1].resume) == (2, True)


async def test_a_paused_run_stays_so_until_it_is_resumed_where_it_was(world: World) -> None:
    async with world.worker() as made:
        run_id = await playing(made, world)
        asked = await made.runs.pause(OURS, ADA, run_id, "lunch")
        assert asked.confirmed
        paused = await world.until(run_id, RunStatus.PAUSED)
        assert paused.cause is Cause.USER
        assert not await world.leased(world.phones[0])
        world.rig.script = completes
        await made.runs.resume(OURS, ADA, run_id)
        await world.until(run_id, RunStatus.COMPLETED)
    assert [order.resume for order in world.rig.orders] == [False, True]


async def test_a_cancelled_run_lets_its_phone_go_once_its_agent_has_stopped(world: World) -> None:
    async with world.worker() as made:
        run_id = await playing(made, world)
        await made.runs.cancel(OURS, ADA, run_id, "not today")
        done = await world.until(run_id, RunStatus.CANCELLED)
        assert not any(world.rig.at_work.values())
        assert not await world.leased(world.phones[0])
        with pytest.raises(IllegalTransition):
            await made.runs.cancel(OURS, ADA, run_id)
    assert done.reason == "not today"


async def test_a_run_whose_agent_does_not_confirm_keeps_its_phone_until_the_lease_is_over(world: World) -> None:
    async with world.worker() as made:
        run_id = await playing(made, world)
        world.rig.away = True
        asked = await made.runs.cancel(OURS, ADA, run_id)
        assert not asked.confirmed
        await made.keeper.renew()
        assert await world.leased(world.phones[0])
        async with world.database.writing(OURS) as unit:
            await Leases(TRAIL).break_(unit, world.phones[0].id, ADMINISTRATOR, "its agent is gone")
        await made.keeper.renew()
        await world.until(run_id, RunStatus.CANCELLED)


async def test_a_run_that_lost_its_lease_is_queued_again(world: World) -> None:
    async with world.worker() as made:
        run_id = await playing(made, world)
        world.rig.script = completes
        async with world.database.writing(OURS) as unit:
            await Leases(TRAIL).break_(unit, world.phones[0].id, ADMINISTRATOR, "I need it")
        await made.keeper.renew()
        done = await world.until(run_id, RunStatus.COMPLETED)
    assert done.attempt == 2


async def test_renewed_leases_are_told_to_agents(world: World) -> None:
    async with world.worker() as made:
        await playing(made, world)
        await made.keeper.renew()
        token = world.rig.orders[0].token
    assert [(told.phone, told.token) for told in world.rig.extended_to][-1] == ("serial1", token)


async def test_a_pending_run_is_paused_resumed_and_cancelled_at_once(world: World) -> None:
    async with world.worker(loops=False) as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        assert (await made.runs.pause(OURS, ADA, run.id)).run.status is RunStatus.PAUSED
        assert await made.dispatcher.turn() == 0
        assert (await made.runs.resume(OURS, ADA, run.id)).status is RunStatus.PENDING
        assert (await made.runs.cancel(OURS, ADA, run.id)).run.status is RunStatus.CANCELLED


async def test_a_failed_run_goes_on_from_a_step_that_a_person_names(world: World) -> None:
    world.shelf.steps = (played("log_in"), played("post"), played("log_out"))
    world.rig.script = in_turn(completes, fails(), completes, completes)
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await world.until(run.id, RunStatus.FAILED)
        with pytest.raises(StepOutOfRange):
            await made.runs.continue_from(OURS, ADA, run.id, 4)
        await made.runs.continue_from(OURS, ADA, run.id, 2, task=3)
        done = await world.until(run.id, RunStatus.COMPLETED)
        async with world.database.reading(OURS) as unit:
            statuses = [step.status for step in await made.runs.steps(unit, run.id)]
    assert done.attempt == 2
    assert statuses == [PartStatus.COMPLETED] * 3
    assert [order.from_step for order in world.rig.orders] == [None, None, 3, 1]


async def test_a_kill_switch_stops_all_runs_of_a_client_which_then_wait_for_a_person(world: World) -> None:
    async with world.worker() as made:
        run_id = await playing(made, world)
        halting = Halting(world.database, world.rig, world.agents, TRAIL.clock)
        told = await halting.stop(OURS.organization, OURS.client, "stop!")
        assert not any(world.rig.at_work.values())
        assert await halting.mark(OURS) <= 1
        paused = await world.until(run_id, RunStatus.PAUSED)
    assert [one.confirmed for one in told] == [True]
    assert paused.cause is Cause.HALTED


async def test_an_agent_that_is_silent_does_not_confirm_a_kill_switch(world: World) -> None:
    async with world.worker() as made:
        await playing(made, world)
        world.rig.away = True
        halting = Halting(world.database, world.rig, world.agents, TRAIL.clock)
        assert [one.confirmed for one in await halting.stop(OURS.organization, None, "stop!")] == [False]


async def test_a_run_whose_body_failed_is_ended_and_lets_its_phone_go(world: World) -> None:
    async with world.worker() as made:
        run_id = await playing(made, world)
        await made.engine.cancel([(await world.run(run_id)).engine_id])
        done = await world.until(run_id, RunStatus.FAILED)
    assert done.reason == "its worker failed; its log says why"
    assert not any(world.rig.at_work.values())


async def test_dependents_of_what_did_not_complete_are_skipped_and_say_why(world: World) -> None:
    world.rig.script = fails()
    async with world.worker() as made:
        first = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        then = await world.plan_after(first.id, world.phones[1])
        await made.dispatcher.turn()
        done = await world.until(then, RunStatus.CANCELLED)
    assert done.reason == f"skipped: run {first.id}, which it depends on, is failed"


async def test_an_agent_that_restarts_learns_whether_its_lease_is_good(world: World) -> None:
    async with world.worker() as made:
        run_id = await playing(made, world)
        order = world.rig.orders[0]
        desk = world.desk(made)
        asked = LeaseQuestion(sequence_run=order.sequence_run, client=OURS.client, phone=order.phone, token=order.token)
        good = await desk.judge(asked)
        stale = await desk.judge(asked.model_copy(update={"token": order.token + 1}))
        unknown = await desk.judge(asked.model_copy(update={"sequence_run": "nobody"}))
        world.switch.why = "halted"
        halted = await desk.judge(asked)
        world.switch.why = ""
        await made.runs.cancel(OURS, ADA, run_id)
        await world.until(run_id, RunStatus.CANCELLED)
        over = await desk.judge(asked)
    assert good.good
    assert good.remaining_s > 500
    assert [answer.good for answer in (stale, unknown, halted, over)] == [False] * 4
