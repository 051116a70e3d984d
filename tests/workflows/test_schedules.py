"""Schedules and what their occurrences become, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from drover.audit.models import AuditRow
from drover.kernel.errors import InvalidInput
from drover.platform.db.database import Database, Unit
from drover.platform.db.outbox import OutboxEventRow
from drover.platform.db.whose import Installation
from drover.platform.documents import BadDocument
from drover.workflows.domain.definitions import DefinitionKind
from drover.workflows.domain.errors import IllegalTransition
from drover.workflows.domain.planning import NewRun
from drover.workflows.domain.status import ScheduleStatus
from drover.workflows.service.schedules import ScheduleExists, ScheduleFilter, ScheduleMoved, UnknownSchedule
from tests.databases import CLIENT, ORGANIZATION, OURS, SISTERS
from tests.workflows.documents import schedule, step, workflow
from tests.workflows.office import ADA, Office, sight

FLOW = DefinitionKind.WORKFLOW


@pytest.fixture
async def office(database: Database) -> Office:
    made = Office()
    async with database.writing(OURS) as unit:
        await made.furnish(unit)
    return made


async def take(database: Database, office: Office, moment: str) -> tuple[NewRun, ...]:
    office.move_to(moment)
    async with database.writing(OURS) as unit:
        return await office.occurrences.take_due(unit)


async def told(unit: Unit) -> list[str]:
    rows = await unit.session.scalars(select(OutboxEventRow).order_by(OutboxEventRow.at))
    return [row.body["why"] for row in rows]


async def test_a_schedule_is_kept_whole_and_its_document_changes_nothing(database: Database, office: Office) -> None:
    body = schedule(
        choosing={"kind": "rotation", "take": 2, "order": "seeded"},
        parameters={},
        priority=7,
        stagger_s=30,
        late_s=3600,
    )
    async with database.writing(OURS) as unit:
        made = await office.schedules.create(unit, ADA, body)
    async with database.writing(OURS) as unit:
        found = await office.schedules.get(unit, made.schedule.id)
        document = await office.schedules.document(unit, found)
        edited = await office.schedules.edit(unit, ADA, made.schedule.id, document, 1)
    assert found == made
    assert edited.schedule.plan == made.schedule.plan
    assert (edited.schedule.revision, edited.schedule.progress) == (2, made.schedule.progress)
    assert document == body | {
        "version": None,
        "waits_for": [],
        "timing": body["timing"] | {"excepted": []},
    }


async def test_every_occurrence_becomes_a_run_on_each_phone_exactly_once(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        made = await office.schedules.create(unit, ADA, schedule(stagger_s=20, priority=3))
    assert await take(database, office, "2026-01-02T07:59:59") == ()
    runs = await take(database, office, "2026-01-02T08:00")
    assert [(run.phone_id, run.due_at.second, run.occurrence) for run in runs] == [
        (f"id-phone{number}", 20 * (number - 1), "r20260102T0800Z") for number in (1, 2, 3)
    ]
    assert {(run.priority, run.workflow_version, run.schedule_id) for run in runs} == {(3, 1, made.schedule.id)}
    assert len({run.seed for run in runs}) == 3
    assert await take(database, office, "2026-01-02T08:00") == ()
    late = await take(database, office, "2026-01-05T08:00")
    assert sorted({run.occurrence or "" for run in late}) == [f"r2026010{day}T0800Z" for day in (3, 4, 5)]


async def test_due_schedules_are_found_across_clients(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        made = await office.schedules.create(unit, ADA, schedule())
    office.move_to("2026-01-02T08:00")
    async with database.reading(Installation()) as unit:
        assert await office.occurrences.due_clients(unit, 10) == {(ORGANIZATION, CLIENT)}
        assert [each.id for each in await office.occurrences.due(unit, 10)] == [made.schedule.id]
    office.move_to("2026-01-02T07:00")
    async with database.reading(Installation()) as unit:
        assert await office.occurrences.due_clients(unit, 10) == frozenset()


async def test_of_several_accounts_on_a_phone_each_has_its_run(database: Database, office: Office) -> None:
    office.rack.seen = sight(2, ("one", "two"))
    async with database.writing(OURS) as unit:
        await office.definitions.put(unit, ADA, FLOW, "daily look", workflow(account="*"))
        await office.schedules.create(unit, ADA, schedule(target="phone:phone2"))
    runs = await take(database, office, "2026-01-02T08:00")
    assert [(run.phone_id, run.account_id, run.occurrence) for run in runs] == [
        ("id-phone2", f"id-plaza.{name}@phone2", f"r20260102T0800Z/plaza.{name}@phone2") for name in ("one", "two")
    ]


async def test_a_rotation_goes_on_where_it_was(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        await office.schedules.create(unit, ADA, schedule(choosing={"kind": "rotation"}))
    taken = [(await take(database, office, f"2026-01-0{day}T08:00"))[0].phone_id for day in (2, 3, 4, 5)]
    assert taken == ["id-phone1", "id-phone2", "id-phone3", "id-phone1"]


async def test_run_now_runs_once_more_even_when_paused(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        id_ = (await office.schedules.create(unit, ADA, schedule(target="phone:phone1"))).schedule.id
        await office.schedules.pause(unit, ADA, id_)
        await office.schedules.run_now(unit, ADA, id_)
    [run] = await take(database, office, "2026-01-01T12:00:01")
    assert (run.due_at, run.occurrence[:1] if run.occurrence else "") == (datetime(2026, 1, 1, 12, tzinfo=UTC), "n")
    assert await take(database, office, "2026-01-03T08:00") == ()
    async with database.writing(OURS) as unit:
        resumed = await office.schedules.resume(unit, ADA, id_)
        acts = set(await unit.session.scalars(select(AuditRow.act).where(AuditRow.subject_kind == "schedule")))
    assert resumed.schedule.progress.next_at == datetime(2026, 1, 3, 8, tzinfo=UTC)
    assert acts == {"schedule.made", "schedule.paused", "schedule.run", "schedule.resumed"}


async def test_nothing_comes_of_a_cancelled_schedule(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        id_ = (await office.schedules.create(unit, ADA, schedule())).schedule.id
        await office.schedules.cancel(unit, ADA, id_)
        with pytest.raises(IllegalTransition, match="a schedule that is cancelled cannot take: run now"):
            await office.schedules.run_now(unit, ADA, id_)
    assert await take(database, office, "2026-01-02T08:00") == ()
    async with database.reading(OURS) as unit:
        cancelled = ScheduleFilter(frozenset({ScheduleStatus.CANCELLED}))
        assert [each.schedule.id for each in await office.schedules.list(unit, cancelled, None, 10)] == [id_]


async def test_a_change_of_what_somebody_else_changed_is_refused(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        id_ = (await office.schedules.create(unit, ADA, schedule())).schedule.id
        await office.schedules.pause(unit, ADA, id_, revision=1)
        with pytest.raises(ScheduleMoved, match="every day is at revision 2, not 1"):
            await office.schedules.edit(unit, ADA, id_, schedule(), 1)


async def test_what_an_occurrence_takes_is_no_change_that_somebody_made(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        id_ = (await office.schedules.create(unit, ADA, schedule())).schedule.id
    await take(database, office, "2026-01-02T08:00")
    async with database.writing(OURS) as unit:
        assert (await office.schedules.pause(unit, ADA, id_, revision=1)).schedule.progress.taken == 1


async def test_a_schedule_waits_until_the_other_has_been_taken(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        await office.schedules.create(unit, ADA, schedule(name="first"))
        await office.schedules.create(unit, ADA, schedule(name="a second", waits_for=["first"]))
    first = await take(database, office, "2026-01-02T08:00")
    second = await take(database, office, "2026-01-02T08:00")
    assert (len(first), len(second)) == (3, 3)
    assert {run.schedule_id for run in first}.isdisjoint({run.schedule_id for run in second})


async def test_what_waits_for_a_schedule_that_never_ran_is_skipped_and_says_why(
    database: Database, office: Office
) -> None:
    async with database.writing(OURS) as unit:
        first = await office.schedules.create(unit, ADA, schedule(name="first"))
        await office.schedules.create(unit, ADA, schedule(name="second", waits_for=["first"]))
        await office.schedules.cancel(unit, ADA, first.schedule.id)
    assert await take(database, office, "2026-01-02T08:00") == ()
    async with database.reading(OURS) as unit:
        assert await told(unit) == ["skipped: first, which it depends on, is cancelled and was never run"]


async def test_schedules_cannot_wait_in_a_circle(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        first = await office.schedules.create(unit, ADA, schedule(name="first"))
        await office.schedules.create(unit, ADA, schedule(name="second", waits_for=["first"]))
        with pytest.raises(
            BadDocument,
            match=r"would wait for itself: .* waits for first",
        ):
            await office.schedules.edit(unit, ADA, first.schedule.id, schedule(name="first", waits_for=["second"]), 1)
        with pytest.raises(BadDocument, match="there is no schedule third"):
            await office.schedules.create(unit, ADA, schedule(name="x", waits_for=["third"]))


async def test_what_it_waits_for_can_be_changed(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        for name in ("a", "b"):
            await office.schedules.create(unit, ADA, schedule(name=name))
        id_ = (await office.schedules.create(unit, ADA, schedule(name="c", waits_for=["a"]))).schedule.id
        await office.schedules.edit(unit, ADA, id_, schedule(name="c", waits_for=["b"]), 1)
    async with database.reading(OURS) as unit:
        found = await office.schedules.get(unit, id_)
        assert (await office.schedules.document(unit, found))["waits_for"] == ["b"]


async def test_one_that_cannot_be_run_says_why_and_the_others_go_on(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        await office.schedules.create(unit, ADA, schedule(name="a", target="phone:gone"))
        await office.schedules.create(unit, ADA, schedule(name="b"))
    assert len(await take(database, office, "2026-01-02T08:00")) == 3
    assert await take(database, office, "2026-01-02T08:00") == ()
    async with database.reading(OURS) as unit:
        assert (await told(unit))[0].startswith("column 7: no phone is called gone; there are: phone1, phone2, phone3")


async def test_no_targets_is_told(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        await office.definitions.put(unit, ADA, FLOW, "daily look", workflow(account="one"))
        await office.schedules.create(unit, ADA, schedule())
    assert await take(database, office, "2026-01-02T08:00") == ()
    async with database.reading(OURS) as unit:
        assert await told(unit) == ["there are no targets"]


async def test_what_comes_too_late_is_left_out_and_told(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        await office.schedules.create(unit, ADA, schedule(late_s=3600, target="phone:phone1"))
    [run] = await take(database, office, "2026-01-04T08:30")
    assert run.occurrence == "r20260104T0800Z"
    async with database.reading(OURS) as unit:
        assert await told(unit) == [
            f"r2026010{day}T0800Z of 2026-01-0{day} 08:00 UTC was left out: due for more than 1:00:00" for day in (2, 3)
        ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"workflow": "nothing"}, "workflow: there is no workflow nothing"),
        ({"workflow": "draft"}, "workflow: Daily look is a template"),
        ({"workflow": "secretive", "parameters": {"word": "x", "pin": "1234"}}, "parameters.pin: is a secret"),
        ({"workflow": "secretive", "parameters": {"pin": "${account.password}"}}, "parameters.word: .* needs word"),
        ({"parameters": {"wrd": "x"}}, "parameters.wrd: unknown parameter wrd"),
        ({"target": "phone:"}, "target: column"),
        ({"timing": {"kind": "recurring", "rule": "FREQ=DALY"}}, "timing: FREQ=DALY is not kept here"),
    ],
)
async def test_a_schedule_that_cannot_work_is_refused(
    database: Database, office: Office, fields: dict[str, object], reason: str
) -> None:
    params = {"pin": {"secret": True}, "word": {}}
    used = step(parameters={"topic": "${param.word}", "word": "${param.pin}"})
    async with database.writing(OURS) as unit:
        await office.definitions.put(unit, ADA, FLOW, "draft", workflow(template=True))
        await office.definitions.put(unit, ADA, FLOW, "secretive", workflow(used, params=params))
        with pytest.raises(BadDocument, match=reason):
            await office.schedules.create(unit, ADA, schedule(**fields))


async def test_a_name_is_given_once(database: Database, office: Office) -> None:
    async def create() -> None:
        async with database.writing(OURS) as unit:
            await office.schedules.create(unit, ADA, schedule())

    await create()
    with pytest.raises(ScheduleExists, match="there is a schedule every day already"):
        await create()


async def test_another_client_s_schedule_is_not_there(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        id_ = (await office.schedules.create(unit, ADA, schedule())).schedule.id
    async with database.writing(SISTERS) as unit:
        with pytest.raises(UnknownSchedule):
            await office.schedules.get(unit, id_)
        with pytest.raises(UnknownSchedule):
            await office.schedules.pause(unit, ADA, id_)


async def test_the_next_day_is_explained_and_nothing_is_done(database: Database, office: Office) -> None:
    async with database.writing(OURS) as unit:
        made = await office.schedules.create(unit, ADA, schedule(stagger_s=60))
    async with database.reading(OURS) as unit:
        explained = await office.schedules.explain(unit)
        assert await office.schedules.get(unit, made.schedule.id) == made
        with pytest.raises(InvalidInput, match="hours: 0 is out of range"):
            await office.schedules.explain(unit, 0)
    assert [(each.phone, each.due_at.minute, each.workflow) for each in explained.starts] == [
        (f"phone{number}", number - 1, "Daily look") for number in (1, 2, 3)
    ]
    assert explained.starts[1].why == (
        "09:00 Europe/Berlin on Fri 2026-01-02 by FREQ=DAILY, from 2026-01-02 09:00 on",
        "phone:all: all 3 targets",
        "starts 60 s after the first phone, each 60 s later",
    )
