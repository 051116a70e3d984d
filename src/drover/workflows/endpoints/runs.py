"""The HTTP routes of runs."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from fastapi import Depends, Query, Request, status
from pydantic import BaseModel, ConfigDict, Field

from drover.accounts.service import Accounts
from drover.platform.db.database import Database
from drover.platform.db.whose import OneClient
from drover.platform.web.idempotency import same_id
from drover.platform.web.pages import Page, PageWanted, page_of
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.tenancy.entering import Entered, entering, entering_for_some
from drover.tenancy.service import Act, Caller
from drover.workflows.domain.records import RecoveryAttempt, Run, StepRun, TaskRun
from drover.workflows.domain.runs import Cause, PartStatus, ResultClass, RunStatus
from drover.workflows.domain.summary import Report
from drover.workflows.service.runs import Asked, RunFilter, Runs

router = capability_router("runs")

Data = Annotated[Database, Depends(provided(Database))]
Seeing = Annotated[Entered, Depends(entering(Act.SEE))]
Running = Annotated[Entered, Depends(entering_for_some(Act.RUN))]
Wanted = Annotated[PageWanted, Depends()]
Service = Annotated[Runs, Depends(provided(Runs))]
AccountService = Annotated[Accounts, Depends(provided(Accounts))]
Reason = Annotated[str, Field(max_length=500)]

_LIST = "/clients/{client_id}/runs"
_ONE = _LIST + "/{run_id}"


class RunShown(BaseModel):
    """A run; `versions` are those of the definitions that it names, `cause` why it is paused.

    `confirmed` is false where it was asked to stop and its agent did not say that it has: it stops at its deadline.
    """

    id: str
    schedule_id: str | None
    occurrence: str | None
    workflow_id: str
    workflow_version: int
    versions: dict[str, int]
    phone_id: str
    account_id: str | None
    priority: int
    parameters: dict[str, Any]
    seed: int
    status: RunStatus
    result: ResultClass | None
    cause: Cause | None
    reason: str
    due_at: datetime
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    attempt: int
    confirmed: bool = True

    @classmethod
    def of(cls, run: Run, *, confirmed: bool = True) -> "RunShown":
        """Return how a run is shown."""
        return cls.model_validate({**_same(cls, run), "confirmed": confirmed})


class StepShown(BaseModel):
    """A step of a run, or a switch sequence before one; `variables` are what it read."""

    id: str
    position: int
    purpose: str
    name: str
    sequence: str
    sequence_version: int | None
    status: PartStatus
    result: ResultClass | None
    reason: str
    hint: str
    attempt: int
    variables: dict[str, str]
    started_at: datetime | None
    ended_at: datetime | None


class TaskShown(BaseModel):
    """A task of a step, as it ended; frames are digests of pictures."""

    number: int
    step: int
    rounds: list[int]
    name: str
    kind: str
    effect: str
    status: PartStatus
    attempts: int
    expected: str
    actual: str
    text: str
    parameters: dict[str, str]
    error: str
    hint: str
    frame_before: str | None
    frame_after: str | None
    timing: dict[str, Any]
    started_at: datetime
    ended_at: datetime | None


class RecoveryShown(BaseModel):
    """What was done to bring a run back on its way, at which task of which step; frames are digests of pictures."""

    number: int
    sequence_run_id: str | None
    step: int
    strategy: str
    acts: list[dict[str, Any]]
    outcome: str
    events: list[dict[str, Any]]
    frame_before: str | None
    frame_after: str | None
    started_at: datetime
    ended_at: datetime | None


class RunWhole(RunShown):
    """A run with its steps and what was done to bring it back on its way."""

    steps: list[StepShown]
    recoveries: list[RecoveryShown]


class RunWanted(BaseModel):
    """A run of a workflow on a phone, now. `version` null: the one in use; `priority` null: the workflow's."""

    model_config = ConfigDict(extra="forbid")

    workflow_id: str
    phone_id: str
    account_id: str | None = None
    version: Annotated[int, Field(ge=1)] | None = None
    parameters: dict[str, str] = {}
    priority: Annotated[int, Field(ge=-100, le=100)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0


class Why(BaseModel):
    """Why a run is to stop."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = ""


class Continuing(BaseModel):
    """From which step of the run, and from which task of it, it is to go on."""

    model_config = ConfigDict(extra="forbid")

    step: Annotated[int, Field(ge=1)]
    task: Annotated[int, Field(ge=1)] = 1


class ReportShown(BaseModel):
    """The summary of a run: how many steps and tasks ended how, and where and why it failed, if it did."""

    status: RunStatus
    result: ResultClass | None
    sequences: dict[str, int]
    tasks: dict[str, int]
    recoveries: int
    strategies: dict[str, int]
    attempts: int
    seconds: float | None
    failed_at: str
    error: str
    hint: str

    @classmethod
    def of(cls, report: Report) -> "ReportShown":
        """Return how a summary is shown."""
        return cls.model_validate(_same(cls, report))


@router.get(_LIST, summary="The client's runs, the latest first")
async def list_runs(
    entered: Seeing,
    wanted: Wanted,
    data: Data,
    runs: Service,
    statuses: Annotated[list[RunStatus] | None, Query(alias="status")] = None,
    workflow_id: Annotated[str | None, Query(max_length=32)] = None,
    phone_id: Annotated[str | None, Query(max_length=32)] = None,
    schedule_id: Annotated[str | None, Query(max_length=32)] = None,
) -> Page[RunShown]:
    """List runs, by when they were made."""
    after = cast("tuple[datetime, str] | None", wanted.position(datetime, str))
    chosen = frozenset(statuses) if statuses is not None else None
    which = RunFilter(chosen, phone_id=phone_id, workflow_id=workflow_id, schedule_id=schedule_id)
    async with data.reading(entered.whose) as unit:
        found = await runs.list(unit, which, after=after, limit=wanted.rows)
    return page_of(found, wanted, lambda run: (run.created_at, run.id), RunShown.of)


@router.post(_LIST, status_code=status.HTTP_201_CREATED, summary="Run a workflow on a phone, now")
async def start_run(
    wanted: RunWanted, entered: Running, data: Data, accounts: AccountService, runs: Service, request: Request
) -> RunShown:
    """Make a run, which starts as soon as its phone is free. Under one `Idempotency-Key` it is always the same run."""
    if wanted.account_id is not None:
        async with data.reading(entered.whose) as unit:
            await accounts.get(unit, wanted.account_id)
    run = await runs.start_now(
        entered.whose,
        entered.caller,
        wanted.workflow_id,
        wanted.phone_id,
        version=wanted.version,
        account_id=wanted.account_id,
        parameters=wanted.parameters,
        priority=wanted.priority,
        seed=wanted.seed,
        run_id=same_id(request),
    )
    return RunShown.of(run)


@router.get(_ONE, summary="A run, with its steps")
async def get_run(run_id: str, entered: Seeing, data: Data, runs: Service) -> RunWhole:
    """Show how far it is."""
    async with data.reading(entered.whose) as unit:
        run = await runs.get(unit, run_id)
        steps = await runs.steps(unit, run_id)
        recoveries = await runs.recoveries(unit, run_id)
    whole = {"steps": [_step(step) for step in steps], "recoveries": [_recovery(one) for one in recoveries]}
    return RunWhole.model_validate({**RunShown.of(run).model_dump(), **whole})


@router.get(_ONE + "/report", summary="A run's summary")
async def get_report(run_id: str, entered: Seeing, data: Data, runs: Service) -> ReportShown:
    """Sum a run up."""
    async with data.reading(entered.whose) as unit:
        return ReportShown.of(await runs.report(unit, run_id))


@router.get(_ONE + "/recoveries", summary="What was done to bring a run back on its way, in order")
async def list_recoveries(
    run_id: str, entered: Seeing, wanted: Wanted, data: Data, runs: Service
) -> Page[RecoveryShown]:
    """List the attempts, each with its strategy and its outcome."""
    position = cast("tuple[int] | None", wanted.position(int))
    async with data.reading(entered.whose) as unit:
        await runs.get(unit, run_id)
        after = position[0] if position is not None else 0
        found = await runs.recoveries(unit, run_id, after=after, limit=wanted.rows)
    return page_of(found, wanted, lambda attempt: (attempt.number,), _recovery)


@router.get(_ONE + "/steps/{step_id}/tasks", summary="The tasks of a run's step, in order")
async def list_tasks(
    run_id: str, step_id: str, entered: Seeing, wanted: Wanted, data: Data, runs: Service
) -> Page[TaskShown]:
    """List what was done, and how it ended."""
    position = cast("tuple[int] | None", wanted.position(int))
    async with data.reading(entered.whose) as unit:
        known = {step.id for step in await runs.steps(unit, run_id)}
        after = position[0] if position is not None else 0
        tasks = await runs.tasks(unit, step_id, after=after, limit=wanted.rows) if step_id in known else ()
    return page_of(tasks, wanted, lambda task: (task.number,), _task)


@router.get("/clients/{client_id}/tasks", summary="The tasks of all runs, the latest begun first")
async def list_all_tasks(entered: Seeing, wanted: Wanted, data: Data, runs: Service) -> Page[TaskShown]:
    """List what was done on all phones."""
    after = cast("tuple[datetime, str] | None", wanted.position(datetime, str))
    async with data.reading(entered.whose) as unit:
        tasks = await runs.all_tasks(unit, after=after, limit=wanted.rows)
    return page_of(tasks, wanted, lambda task: (task.started_at, task.id), _task)


@router.post(_ONE + "/{act}", summary="Pause or cancel a run")
async def stop_run(run_id: str, act: Literal["pause", "cancel"], why: Why, entered: Running, runs: Service) -> RunShown:
    """Have a run stop; `confirmed` tells whether its agent said that it has."""
    acts: dict[str, Callable[[OneClient, Caller, str, str], Awaitable[Asked]]] = {
        "pause": runs.pause,
        "cancel": runs.cancel,
    }
    asked = await acts[act](entered.whose, entered.caller, run_id, why.reason)
    return RunShown.of(asked.run, confirmed=asked.confirmed)


@router.put(_ONE + "/resumption", summary="Resume a paused run")
async def resume_run(run_id: str, entered: Running, runs: Service) -> RunShown:
    """Have it go on from where it was, once its phone is free."""
    return RunShown.of(await runs.resume(entered.whose, entered.caller, run_id))


@router.put(_ONE + "/continuation", summary="Go on with a run that failed or was cancelled")
async def continue_run(run_id: str, wanted: Continuing, entered: Running, runs: Service) -> RunShown:
    """Have it go on from a task of a step; what comes after is played anew."""
    run = await runs.continue_from(entered.whose, entered.caller, run_id, wanted.step, wanted.task)
    return RunShown.of(run)


def _same(shape: type[BaseModel], value: object) -> dict[str, Any]:
    """Return the fields that a value and the shape it is shown in have in common."""
    return {name: getattr(value, name) for name in shape.model_fields if hasattr(value, name)}


def _step(step: StepRun) -> StepShown:
    return StepShown.model_validate(_same(StepShown, step))


def _recovery(attempt: RecoveryAttempt) -> RecoveryShown:
    return RecoveryShown.model_validate(_same(RecoveryShown, attempt))


def _task(task: TaskRun) -> TaskShown:
    return TaskShown.model_validate(_same(TaskShown, task))
