"""A run as one HTML file that needs nothing else: the report of a play, made of what the database knows."""

import asyncio
import io
from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from PIL import Image
from starlette.responses import Response

from drover import __version__
from drover.console.door import services_of, visitor_of
from drover.console.tracing import Told, told
from drover.console.visit import visit_of
from drover.devices.geometry import Size
from drover.platform.blobs import BlobMissing, MemoryBlobs
from drover.platform.content import Content
from drover.screens.domain import Registry
from drover.sequences.record import Evidence, PhoneRecord, PlayRecord, Sight, Status, TaskRecord, Timing
from drover.sequences.report.page import render_report
from drover.tenancy.service import Act
from drover.workflows.domain.records import StepRun, TaskRun
from drover.workflows.domain.runs import RunStatus

router = APIRouter(include_in_schema=False)
RunId = Annotated[str, Path(max_length=64)]
_STATUSES: Final = {
    RunStatus.COMPLETED: Status.COMPLETED,
    RunStatus.FAILED: Status.FAILED,
    RunStatus.RUNNING: Status.RUNNING,
}


@router.get("/runs/{run_id}/export")
async def export(run_id: RunId, request: Request) -> Response:
    """Answer with the file. Raises UnknownRun, UnknownClient."""
    visit = await visit_of(request, request.query_params.get("client"))
    visitor_of(request.scope).caller.require(Act.SEE, visit.client)
    found, services = await told(visit, run_id), services_of(request.scope)
    registry = await services.screens.registry(found.screens) if found.screens else Registry({}, {})
    blobs, sizes = await _frames(services.content, found)
    play = play_of(found, visit.clients[visit.client], sizes)
    page = await asyncio.to_thread(render_report, play, registry, blobs)
    headers = {"Content-Disposition": f'attachment; filename="drover-run-{run_id[:8]}.html"'}
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


async def _frames(content: Content, found: Told) -> tuple[MemoryBlobs, dict[str, Size]]:
    """Return the run's frames and their sizes; one that is gone is left out, and the report says so."""
    blobs, sizes = MemoryBlobs(), dict[str, Size]()
    tasks = [task for tasks in found.tasks.values() for task in tasks]
    for digest in {digest for task in tasks if (digest := _shown(task)) is not None}:
        try:
            picture = await content.get(digest)
        except BlobMissing:
            continue
        blobs.put(picture)
        sizes[digest] = _size(picture)
    return blobs, sizes


def _size(picture: bytes) -> Size:
    with Image.open(io.BytesIO(picture)) as opened:  # reads the header alone
        return Size(width=opened.width, height=opened.height)


def play_of(found: Told, client: str, sizes: dict[str, Size]) -> PlayRecord:
    """Return a run as the record of a play on one phone; its steps follow one another in one numbering."""
    run, now = found.run, found.run.ended_at or found.run.moved_at
    began = run.started_at or run.created_at
    wall_s = max(0.0, (now - began).total_seconds())
    versions = {f"version of {name}": str(version) for name, version in run.versions.items()}
    failed = run.status is RunStatus.FAILED
    phone = PhoneRecord(
        name=found.phone.name,
        serial=found.phone.serial,
        model=found.phone.model,
        size=next(iter(sizes.values()), None),
        status=_STATUSES.get(run.status, Status.PENDING),
        started_at=began,
        wall_s=wall_s,
        tasks=tuple(_tasks(found, sizes)),
        error=run.reason if failed else "",
        hint=next((step.hint for step in found.steps if step.hint), "") if failed else "",
        run=run.id,
        attempt=max(1, run.attempt),
        note="" if failed else run.reason,
    )
    return PlayRecord(
        sequence=found.names.workflow(run.workflow_id),
        description=f"Run {run.id}, {run.status.value}",
        app=client,
        file=f"version {run.workflow_version}",
        parameters={**{name: str(value) for name, value in run.parameters.items()}, **versions},
        started_at=began,
        wall_s=wall_s,
        phones=(phone,),
        drover_version=__version__,
    )


def _tasks(found: Told, sizes: dict[str, Size]) -> Iterator[TaskRecord]:
    first = 0
    for step in found.steps:
        tasks: Sequence[TaskRun] = found.tasks[step.id]
        for task in tasks:
            yield _task(step, task, first, sizes, several=len(found.steps) > 1)
        first += max((task.step for task in tasks), default=0)


def _task(step: StepRun, task: TaskRun, first: int, sizes: dict[str, Size], *, several: bool) -> TaskRecord:
    timing = task.timing
    return TaskRecord(
        index=first + task.step,
        name=f"{step.name}: {task.name}" if several else task.name,
        kind=task.kind,
        effect=task.effect,
        status=Status(task.status.value),
        parameters={**task.parameters, **({"text": task.text} if task.text else {})},
        started_at=task.started_at,
        timing=Timing(timing.get("wall_ms", 0.0), timing.get("device_ms", 0.0), timing.get("waited_ms", 0.0)),
        captures=0,
        attempts=task.attempts,
        before=None,
        after=_sight(task, sizes),
        error=task.error,
        hint=task.hint,
        rounds=task.rounds,
    )


def _shown(task: TaskRun) -> str | None:
    """Return the frame that `expected` and `actual` are about: the one after the act, where it came to it."""
    return task.frame_after or task.frame_before


def _sight(task: TaskRun, sizes: dict[str, Size]) -> Sight | None:
    digest = _shown(task)
    if digest is None and not task.expected:
        return None
    evidence = Evidence(digest, sizes.get(digest, Size(width=1080, height=2400))) if digest is not None else None
    return Sight(
        expected=task.expected or None,
        expected_variant=None,
        actual=task.actual or None,
        passed=task.status.value == Status.COMPLETED.value,
        reason=task.error,
        checks=(),
        frame=evidence,
    )
