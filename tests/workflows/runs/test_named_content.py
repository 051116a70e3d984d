"""What definitions name stays, and what runs name that are not long over."""

from datetime import timedelta

from drover.platform.blobs import MemoryBlobs
from drover.platform.content import BlobContent
from drover.protocol.messages import PlayOrder, Recovery
from drover.sequences.record_files import digests_in, written
from drover.tenancy.service import Clients
from drover.workflows.domain.definitions import Definition, DefinitionKind, DefinitionStatus, Version
from drover.workflows.domain.runs import RunStatus
from drover.workflows.repository import definitions
from drover.workflows.service.named_content import NamedContent
from tests.databases import OURS
from tests.fleet.racks import TRAIL
from tests.sequences.report.plays import failed_task, phone
from tests.workflows.runs.world import ADA, AT, COMPLETED, WORKFLOW, Rig, Script, World, task_ended, waits

BEFORE, AFTER, SHOWN, TAKEN = "1a" * 32, "2b" * 32, "3c" * 32, "4d" * 32
FRAMES = {BEFORE, AFTER, SHOWN, TAKEN}
DAY = timedelta(days=1)


def content_of(world: World, content: BlobContent) -> NamedContent:
    return NamedContent(world.database, Clients(TRAIL, TRAIL.clock, TRAIL.new_id), content)


def shows(record: str | None = None) -> Script:
    async def script(rig: Rig, order: PlayOrder) -> None:
        tried = Recovery(
            strategy="retry", recovered=True, frame_before=SHOWN, frame_after=TAKEN, started_at=AT, ended_at=AT
        )
        frames = {"frame_before": BEFORE, "frame_after": AFTER, "recoveries": (tried,)}
        await rig.say(order, task_ended().model_copy(update=frames))
        await rig.say(order, COMPLETED.model_copy(update={"record": record}))

    return script


async def test_what_a_run_names_stays_until_it_is_long_over(world: World) -> None:
    blobs = MemoryBlobs()
    content = BlobContent(blobs)
    document = written(phone(1, (failed_task(2, blobs),)))
    record = blobs.put(document)
    world.rig.script = shows(record)
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await world.until(run.id, RunStatus.COMPLETED)
    named = content_of(world, content)
    order = world.rig.orders[0]
    lasting = await named.older_than(run.created_at + timedelta(microseconds=1))
    assert digests_in(document)
    assert lasting == FRAMES | {order.sequence, order.screens, record} | digests_in(document)
    assert await named.older_than(run.created_at) == frozenset(), "nothing of it can be older than it is"
    assert await named.older_than(run.created_at + DAY) == frozenset(), "it ended before that"


async def test_what_a_run_was_ordered_with_stays_as_long_as_it_goes_on(world: World) -> None:
    world.rig.script = waits
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await world.until(run.id, RunStatus.RUNNING)
        while not world.rig.orders:
            await made.dispatcher.turn()
        found = await content_of(world, BlobContent(MemoryBlobs())).older_than(run.created_at + 90 * DAY)
    assert found == {world.rig.orders[0].sequence, world.rig.orders[0].screens}


async def test_a_record_that_was_never_handed_over_names_nothing(world: World) -> None:
    world.rig.script = shows("5e" * 32)
    async with world.worker() as made:
        run = await made.runs.start_now(OURS, ADA, WORKFLOW, world.phones[0].id)
        await world.until(run.id, RunStatus.COMPLETED)
    named = content_of(world, BlobContent(MemoryBlobs()))
    assert await named.older_than(run.created_at + timedelta(microseconds=1)) > FRAMES


async def test_what_any_version_of_a_definition_names_stays(world: World) -> None:
    kept = {
        DefinitionKind.SCREENS: {"content": BEFORE},
        DefinitionKind.SEQUENCE: {"files": {"cat.jpg": AFTER}},
        DefinitionKind.WORKFLOW: {"content": SHOWN},
    }
    async with world.database.writing(OURS) as unit:
        for kind, body in kept.items():
            made = Definition(TRAIL.new_id(), kind, kind.value, 1, DefinitionStatus.RETIRED, AT)
            await definitions.keep(unit, made, Version(made.id, 1, body, "", "ada", AT))
            newer = {"content": TAKEN} if kind is DefinitionKind.SCREENS else {}
            await definitions.keep(unit, made, Version(made.id, 2, newer, "", "ada", AT))
    assert await content_of(world, BlobContent(MemoryBlobs())).older_than(AT) == {BEFORE, AFTER, TAKEN}
