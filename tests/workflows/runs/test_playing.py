import asyncio

from drover.bootstrap.working import Working
from drover.platform.db.outbox import events_about
from drover.protocol.messages import PlayEnded, PlayPaused, PlayResumed, Refused
from drover.workflows.domain.definitions import Definition, DefinitionKind, DefinitionStatus
from drover.workflows.domain.planning import NewRun, NewStep
from drover.workflows.domain.records import SWITCH
from drover.workflows.domain.runs import Cause, PartStatus, ResultClass, RunStatus
from drover.workflows.domain.workflow import RetryPolicy
from drover.workflows.repository import definitions
from drover.workflows.service.runs import RunFilter
from tests.databases import OURS
from tests.workflows.runs.world import (
    ADA,
    AT,
    COMPLETED,
    SEQUENCE,
    WORKFLOW,
    Rig,
    Shelf,
    World,
    completes,
    fails,
    helped,
    in_turn,
    played,
    task_ended,
    until,
    waits,
)


async def started(made: Working, world: World, phone: int = 0) -> str:
    return (await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[phone].id)).id


async def steps_of(world: World, made: Working, run_id: str) -> list[tuple[str, PartStatus]]:
    async with world.database.reading(OURS) as unit:
        return [(step.name, step.status) for step in await made.runs.steps(unit, run_id)]


async def test_a_run_that_is_asked_for_is_played_to_its_end_and_lets_its_phone_go(world: World) -> None:
    async with world.worker() as made:
        run_id = await started(made, world)
        done = await world.until(run_id, RunStatus.COMPLETED)
    assert (done.attempt, done.result, done.lease_token) == (1, ResultClass.COMPLETED, None)
    assert not await world.leased(world.phones[0])


async def test_whoever_looks_at_a_phone_reads_which_workflow_has_it(world: World) -> None:
    daily = Definition(WORKFLOW, DefinitionKind.WORKFLOW, "Daily", 1, DefinitionStatus.ACTIVE, AT)
    async with world.database.writing(OURS) as unit:
        await definitions.keep(unit, daily)
    async with world.worker() as made:
        run_id = await started(made, world)
        await world.until(run_id, RunStatus.COMPLETED)
    async with world.database.reading(OURS) as unit:
        told = await events_about(unit, ("phone", world.phones[0].id), most=10)
    assert {event.body.get("purpose") for event in told if event.kind.startswith("lease_")} == {"Daily"}


async def test_a_run_that_is_asked_for_again_under_its_id_is_the_same_run(world: World) -> None:
    async with world.worker() as made:
        phone = world.phones[0].id
        first = await made.runs.start_now(OURS, ADA, WORKFLOW, phone, run_id="ab" * 16)
        await world.until(first.id, RunStatus.COMPLETED)
        second = await made.runs.start_now(OURS, ADA, WORKFLOW, phone, run_id="ab" * 16)
        async with world.database.reading(OURS) as unit:
            every = await made.runs.list(unit, RunFilter())
    assert [run.id for run in every] == ["ab" * 16] == [first.id]
    assert (second.id, second.status) == (first.id, RunStatus.COMPLETED)


async def test_an_order_says_all_that_an_agent_needs(world: World) -> None:
    async with world.worker() as made:
        run_id = await started(made, world)
        await world.until(run_id, RunStatus.COMPLETED)
    order = world.rig.orders[0]
    assert (order.phone, order.phone_name, order.client, order.attempt) == ("serial1", "phone1", OURS.client, 1)
    assert order.lease_remaining_s > 590
    assert not order.resume


async def test_what_tasks_did_is_kept_once_however_often_it_is_told(world: World) -> None:
    async def tells_twice(rig: Rig, order: object) -> None:
        del order
        told = rig.orders[0]
        await rig.say(told, task_ended(1))
        rig.forget_last(told)
        await rig.say(told, task_ended(1))
        await rig.say(told, task_ended(2))
        await rig.say(told, COMPLETED)

    world.rig.script = tells_twice
    async with world.worker() as made:
        run_id = await started(made, world)
        await world.until(run_id, RunStatus.COMPLETED)
        async with world.database.reading(OURS) as unit:
            steps = await made.runs.steps(unit, run_id)
            tasks = await made.runs.tasks(unit, steps[0].id)
            report = await made.runs.report(unit, run_id)
    assert [(task.step, task.name, task.parameters, task.status) for task in tasks] == [
        (1, "task 1", {"on": "shop.home.1"}, PartStatus.COMPLETED),
        (2, "task 2", {"on": "shop.home.2"}, PartStatus.COMPLETED),
    ]
    assert (report.tasks, report.sequences) == ({"completed": 2}, {"completed": 1})


async def test_an_event_that_comes_before_its_time_is_not_kept(world: World) -> None:
    numbers: list[int] = []

    async def skips_one(rig: Rig, order: object) -> None:
        del order
        told = rig.orders[0]
        rig.skip_one(told)
        numbers.append(await rig.say(told, task_ended(2)))
        rig.back_to(told, 0)
        numbers.append(await rig.say(told, task_ended(1)))
        await rig.say(told, COMPLETED)

    world.rig.script = skips_one
    async with world.worker() as made:
        await world.until(await started(made, world), RunStatus.COMPLETED)
    assert numbers == [0, 1]


async def test_events_that_the_database_lost_do_not_hold_up_a_run_and_are_told_of(world: World) -> None:
    numbers: list[int] = []

    async def loses_one(rig: Rig, order: object) -> None:
        del order
        told = rig.orders[0]
        rig.skip_one(told)
        numbers.append(await rig.say(told, task_ended(2)))
        rig.back_to(told, 1)
        numbers.append(await rig.say(told, task_ended(2), alone=True))
        await rig.say(told, COMPLETED)

    world.rig.script = loses_one
    async with world.worker() as made:
        run_id = await started(made, world)
        await world.until(run_id, RunStatus.COMPLETED)
        async with world.database.reading(OURS) as unit:
            (lost,) = await made.runs.recoveries(unit, run_id)
    assert numbers == [0, 2]
    assert lost.strategy == "events_lost"


async def test_a_failed_sequence_fails_the_run_with_its_reason_and_skips_the_rest(world: World) -> None:
    world.shelf.steps = (played("log_in"), played("post"))
    world.rig.script = fails()
    async with world.worker() as made:
        run_id = await started(made, world)
        done = await world.until(run_id, RunStatus.FAILED)
        assert await steps_of(world, made, run_id) == [("log_in", PartStatus.FAILED), ("post", PartStatus.SKIPPED)]
    assert (done.result, done.reason) == (ResultClass.FAILED, "log_in: another screen")


async def test_a_step_that_goes_on_lets_the_run_go_on(world: World) -> None:
    world.shelf.steps = (played("like", goes_on=True), played("post"))
    world.rig.script = in_turn(fails(), completes)
    async with world.worker() as made:
        done = await world.until(await started(made, world), RunStatus.COMPLETED, RunStatus.FAILED)
    assert done.result is ResultClass.COMPLETED_WITH_RECOVERY


async def test_a_failed_sequence_is_gone_on_with_as_often_as_its_workflow_says(world: World) -> None:
    world.shelf.steps = (played("log_in", retry=RetryPolicy(tries=3)),)
    world.rig.script = in_turn(fails(), fails(), completes)
    async with world.worker() as made:
        await world.until(await started(made, world), RunStatus.COMPLETED)
    assert [(order.attempt, order.resume) for order in world.rig.orders] == [(1, False), (2, True), (3, True)]


async def test_what_was_handed_over_to_a_person_is_not_tried_again(world: World) -> None:
    world.shelf.steps = (played("log_in", retry=RetryPolicy(tries=3)),)
    world.rig.script = fails("once_in_doubt", "handed_over")
    async with world.worker() as made:
        done = await world.until(await started(made, world), RunStatus.FAILED)
    assert (done.result, len(world.rig.orders)) == (ResultClass.HANDED_OVER, 1)


async def test_a_phone_that_goes_away_pauses_its_run_which_goes_on_when_it_is_back(world: World) -> None:
    back = asyncio.Event()

    async def goes_away(rig: Rig, order: object) -> None:
        del order
        await rig.say(rig.orders[0], PlayPaused(reason="unplugged"))
        await back.wait()
        await rig.say(rig.orders[0], PlayResumed())
        await rig.say(rig.orders[0], COMPLETED)

    world.rig.script = goes_away
    async with world.worker() as made:
        run_id = await started(made, world)
        paused = await world.until(run_id, RunStatus.PAUSED)
        assert (paused.cause, paused.reason) == (Cause.PHONE_GONE, "unplugged")
        assert await world.leased(world.phones[0])
        back.set()
        done = await world.until(run_id, RunStatus.COMPLETED)
    assert done.attempt == 1


async def test_a_phone_that_stays_away_is_let_go_and_its_run_resumes_by_itself(world: World) -> None:
    world.rig.script = in_turn(fails("phone_stays_away"), completes)
    async with world.worker() as made:
        done = await world.until(await started(made, world), RunStatus.COMPLETED)
    assert done.attempt == 2
    assert [order.resume for order in world.rig.orders] == [False, True]
    assert world.rig.orders[0].token < world.rig.orders[1].token


async def test_an_agent_that_is_away_pauses_a_run_which_resumes_by_itself(world: World) -> None:
    world.rig.away = True
    async with world.worker() as made:
        run_id = await started(made, world)
        paused = await world.until(run_id, RunStatus.PAUSED)
        assert paused.cause is Cause.AGENT_GONE
        world.rig.away = False
        await world.until(run_id, RunStatus.COMPLETED)


async def test_a_play_that_lost_its_lease_goes_on_in_the_next_attempt(world: World) -> None:
    async def loses(rig: Rig, order: object) -> None:
        del order
        lost = PlayEnded(status="interrupted", result="failed", code="lease_lost", error="it ran out")
        await rig.say(rig.orders[0], lost)

    world.rig.script = in_turn(loses, completes)
    async with world.worker() as made:
        done = await world.until(await started(made, world), RunStatus.COMPLETED)
    assert done.attempt == 2


async def test_a_run_that_the_agent_never_began_is_begun_from_its_first_task(world: World) -> None:
    world.rig.script = in_turn(fails("phone_stays_away"), completes)
    async with world.worker() as made:
        run_id = await started(made, world)
        await until(lambda: world.run(run_id), lambda _: bool(world.rig.orders))
        world.rig.refuse = Refused(sequence_run=world.rig.orders[0].sequence_run, code="run_not_known", message="never")
        await world.until(run_id, RunStatus.COMPLETED)
    assert [(order.resume, order.from_step) for order in world.rig.orders] == [(False, None), (False, 1)]


async def test_a_refused_order_fails_its_step(world: World) -> None:
    world.rig.refuse = Refused(sequence_run="s", code="material_unusable", message="no screens", hint="check them")
    async with world.worker() as made:
        done = await world.until(await started(made, world), RunStatus.FAILED)
    assert done.reason == "log_in: no screens"


async def test_another_account_is_switched_to_before_the_step(world: World) -> None:
    world.provisions.switch = NewStep("switch_account", "switch_account", SEQUENCE, 1)
    async with world.worker() as made:
        run_id = await started(made, world)
        await world.until(run_id, RunStatus.COMPLETED)
        async with world.database.reading(OURS) as unit:
            steps = await made.runs.steps(unit, run_id)
    assert [(step.purpose == SWITCH, step.status) for step in steps] == [
        (True, PartStatus.COMPLETED),
        (False, PartStatus.COMPLETED),
    ]
    assert world.provisions.switched_times == 1


async def test_a_step_whose_phone_cannot_be_prepared_fails(world: World) -> None:
    world.provisions.switch = NewStep("switch_account", "switch_account", SEQUENCE, 1)
    world.rig.script = fails()
    async with world.worker() as made:
        done = await world.until(await started(made, world), RunStatus.FAILED)
    assert done.reason == "log_in: the phone could not be prepared: another screen"


async def test_helpers_are_called_with_texts(world: World) -> None:
    called: list[tuple[str, str]] = []

    async def notify(context: object, to: str) -> str:
        called.append((getattr(context, "phone", ""), to))
        return "sent"

    world.helpers["notify"] = notify
    world.shelf.steps = (helped("tell", "notify", to="${param.who}"),)
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id, parameters={"who": "ada"})
        await world.until(run.id, RunStatus.COMPLETED)
    assert called == [("phone1", "ada")]


async def test_a_helper_that_raises_fails_its_step(world: World) -> None:
    async def broken(_: object) -> str:
        raise ValueError("no")

    world.helpers["broken"] = broken
    world.shelf.steps = (helped("tell", "broken"),)
    async with world.worker() as made:
        done = await world.until(await started(made, world), RunStatus.FAILED)
    assert done.reason == "tell: helper broken: raised ValueError: no"


async def test_three_failures_in_a_row_put_a_phone_into_quarantine(world: World) -> None:
    world.rig.script = fails()
    async with world.worker() as made:
        for _ in range(3):
            await world.until(await started(made, world), RunStatus.FAILED)
        later = await started(made, world)
        await made.dispatcher.turn()
        assert (await world.run(later)).status is RunStatus.PENDING
    assert await world.shown(world.phones[0]) == "quarantined"


async def test_an_occurrence_becomes_one_run_however_often_it_is_planned(world: World) -> None:
    planned = NewRun(
        WORKFLOW,
        1,
        world.phones[0].id,
        AT,
        (NewStep("log_in", "log_in", SEQUENCE, 1),),
        schedule_id="5c" * 16,
        occurrence="o1",
    )
    world.shelf = Shelf(played("log_in"))
    async with world.worker(loops=False) as made:
        for _ in range(3):
            world.plans.due = [planned, planned]
            await made.dispatcher.turn()
        async with world.database.reading(OURS) as unit:
            assert len(await made.runs.list(unit, RunFilter())) == 1


async def test_nothing_starts_for_a_halted_client(world: World) -> None:
    world.switch.why = "the client is halted"
    async with world.worker(loops=False) as made:
        run_id = await started(made, world)
        assert await made.dispatcher.turn() == 0
        world.switch.why = ""
        assert await made.dispatcher.turn() == 1
        await world.until(run_id, RunStatus.COMPLETED)


async def test_one_phone_plays_one_run_at_a_time_by_priority(world: World) -> None:
    async with world.worker() as made:
        world.rig.script = waits
        first = await started(made, world)
        await until(lambda: world.run(first), lambda _: bool(world.rig.at_work))
        world.rig.script = completes
        low = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id, priority=1)
        high = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id, priority=9)
        await made.runs.cancel(OURS, ADA, first)
        await world.until(low.id, RunStatus.COMPLETED)
        assert [order.run for order in world.rig.orders] == [first, high.id, low.id]
    assert world.rig.most_at_work == 1
