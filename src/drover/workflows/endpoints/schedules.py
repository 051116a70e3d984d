"""The HTTP routes of a client's schedules, and of what comes of them in the next hours."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Literal, cast

from fastapi import Depends, Query, status
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from drover.platform.db.database import Database, Unit
from drover.platform.web.pages import Page, PageWanted, page_of
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.tenancy.entering import Entered, entering
from drover.tenancy.service import Act, Caller
from drover.workflows.domain.conflicts import Conflict
from drover.workflows.domain.explaining import Explanation, Start
from drover.workflows.domain.status import ScheduleStatus
from drover.workflows.service.schedules import MOST_HOURS, Kept, ScheduleFilter, Schedules

router = capability_router("schedules")

Data = Annotated[Database, Depends(provided(Database))]
Seeing = Annotated[Entered, Depends(entering(Act.SEE))]
Running = Annotated[Entered, Depends(entering(Act.RUN))]
Wanted = Annotated[PageWanted, Depends()]
Service = Annotated[Schedules, Depends(provided(Schedules))]
Revision = Annotated[int | None, Query(ge=1, description="The revision that was looked at; 409 where it has moved.")]
Asked = Literal["pause", "resume", "cancel", "run-now"]

_LIST = "/clients/{client_id}/schedules"
_ONE = _LIST + "/{schedule_id}"


class ScheduleShown(BaseModel):
    """A schedule: what is wanted of it, and how far it has come."""

    id: str
    document: dict[str, JsonValue]
    status: ScheduleStatus
    next_at: datetime | None
    taken: int
    taken_at: datetime | None
    seed: int
    revision: int
    created_by: str
    created_at: datetime

    @classmethod
    async def of(cls, unit: Unit, schedules: Schedules, kept: Kept) -> "ScheduleShown":
        """Return how a schedule is shown."""
        progress = kept.schedule.progress
        return cls(
            id=kept.schedule.id,
            document=cast("dict[str, JsonValue]", await schedules.document(unit, kept)),
            status=progress.status,
            next_at=progress.next_at,
            taken=progress.taken,
            taken_at=progress.taken_at,
            seed=kept.schedule.seed,
            revision=kept.schedule.revision,
            created_by=kept.created_by,
            created_at=kept.created_at,
        )


class ScheduleWanted(BaseModel):
    """A schedule's document: see its JSON Schema."""

    model_config = ConfigDict(extra="forbid")

    document: dict[str, JsonValue]


class ScheduleEdit(ScheduleWanted):
    """The document that takes the place of the one that was looked at, at that revision."""

    revision: int = Field(ge=1)


class StepShown(BaseModel):
    """A step, and whether it will be played; null where that is only known in the run."""

    id: str
    name: str
    played: bool | None
    why: str


class StartShown(BaseModel):
    """One run that is to come, and why there, then and so."""

    schedule: str
    workflow: str
    version: int
    occurrence: str
    due_at: datetime
    expected_at: datetime
    phone: str
    account: str
    priority: int
    steps: list[StepShown]
    why: list[str]

    @classmethod
    def of(cls, start: Start) -> "StartShown":
        """Return how a start is shown."""
        return cls(
            schedule=start.schedule,
            workflow=start.workflow,
            version=start.version,
            occurrence=start.occurrence,
            due_at=start.due_at,
            expected_at=start.expected_at,
            phone=start.phone,
            account=start.account,
            priority=start.priority,
            steps=[StepShown(id=s.id, name=s.name, played=s.played, why=s.why) for s in start.steps],
            why=list(start.why),
        )


class ConflictShown(BaseModel):
    """A run that will have to wait for another one on its phone."""

    phone: str
    schedule: str
    due_at: datetime
    expected_at: datetime
    waits_for: str
    why: str

    @classmethod
    def of(cls, conflict: Conflict) -> "ConflictShown":
        """Return how a conflict is shown."""
        waits = conflict.waits
        return cls(
            phone=conflict.phone,
            schedule=waits.schedule,
            due_at=waits.due_at,
            expected_at=waits.begins,
            waits_for=conflict.for_.schedule,
            why=conflict.why,
        )


class Told(BaseModel):
    """Something that does not come, and why."""

    name: str
    why: str


class Explained(BaseModel):
    """What is to come, what waits for what, of which schedules nothing comes, and which targets each leaves out."""

    starts: list[StartShown]
    conflicts: list[ConflictShown]
    silent: list[Told]
    left_out: dict[str, list[Told]]

    @classmethod
    def of(cls, explanation: Explanation) -> "Explained":
        """Return how an explanation is shown."""
        return cls(
            starts=[StartShown.of(start) for start in explanation.starts],
            conflicts=[ConflictShown.of(conflict) for conflict in explanation.conflicts],
            silent=[Told(name=each.schedule, why=each.why) for each in explanation.silent],
            left_out={
                name: [Told(name=each.name, why=each.reason) for each in left]
                for name, left in explanation.left_out.items()
            },
        )


@router.get(_LIST, summary="The client's schedules, by name")
async def list_schedules(
    entered: Seeing,
    wanted: Wanted,
    data: Data,
    schedules: Service,
    statuses: Annotated[list[ScheduleStatus] | None, Query(alias="status")] = None,
) -> Page[ScheduleShown]:
    """Return a page of them."""
    after = cast("tuple[str, str] | None", wanted.position(str, str))
    chosen = ScheduleFilter(frozenset(statuses) if statuses is not None else None)
    async with data.reading(entered.whose) as unit:
        found = await schedules.list(unit, chosen, after, wanted.rows)
        shown = {kept.schedule.id: await ScheduleShown.of(unit, schedules, kept) for kept in found}
    return page_of(
        found, wanted, lambda kept: (kept.schedule.plan.name, kept.schedule.id), lambda kept: shown[kept.schedule.id]
    )


@router.get(_LIST + "/explain", summary="What comes in the next hours, and why")
async def explain_schedules(
    entered: Seeing, data: Data, schedules: Service, hours: Annotated[int, Query(ge=1, le=MOST_HOURS)] = 24
) -> Explained:
    """Which phone, account, sequences and minute, with the reason of each choice. Nothing is changed."""
    async with data.reading(entered.whole) as unit:
        explained = await schedules.explain(unit, hours)
    if entered.whose != entered.whole:
        async with data.reading(entered.whose) as unit:
            explained = await schedules.within(unit, explained)
    return Explained.of(explained)


@router.post(_LIST, status_code=status.HTTP_201_CREATED, summary="Make a schedule")
async def create_schedule(wanted: ScheduleWanted, entered: Running, data: Data, schedules: Service) -> ScheduleShown:
    """422 with every fault of the document; 409 where the name is taken."""
    async with data.writing(entered.whose) as unit:
        return await ScheduleShown.of(unit, schedules, await schedules.create(unit, entered.caller, wanted.document))


@router.get(_ONE, summary="A schedule")
async def get_schedule(schedule_id: str, entered: Seeing, data: Data, schedules: Service) -> ScheduleShown:
    """Return it with its document, complete."""
    async with data.reading(entered.whose) as unit:
        return await ScheduleShown.of(unit, schedules, await schedules.get(unit, schedule_id))


@router.put(_ONE, summary="Change a schedule")
async def edit_schedule(
    schedule_id: str, wanted: ScheduleEdit, entered: Running, data: Data, schedules: Service
) -> ScheduleShown:
    """Give it another document. 409 where somebody else has changed it since."""
    async with data.writing(entered.whose) as unit:
        kept = await schedules.edit(unit, entered.caller, schedule_id, wanted.document, wanted.revision)
        return await ScheduleShown.of(unit, schedules, kept)


@router.post(_ONE + "/{act}", summary="Pause, resume, cancel a schedule, or run it now")
async def ask_of_schedule(
    schedule_id: str, act: Asked, entered: Running, data: Data, schedules: Service, revision: Revision = None
) -> ScheduleShown:
    """409 where its status does not allow it."""
    acts: dict[Asked, Callable[[Unit, Caller, str, int | None], Awaitable[Kept]]] = {
        "pause": schedules.pause,
        "resume": schedules.resume,
        "cancel": schedules.cancel,
        "run-now": schedules.run_now,
    }
    async with data.writing(entered.whose) as unit:
        kept = await acts[act](unit, entered.caller, schedule_id, revision)
        return await ScheduleShown.of(unit, schedules, kept)
