"""The engine: bodies made of steps, started under ids that are known beforehand, that outlive the process.

The library below keeps its state in a module, hence one engine in a process. No queue is on the path of a start; the
one queue there is bears the executor's name, and only that executor listens to it: it is what taking over uses.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self, TypeVar

from dbos import (
    DBOS,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    SetWorkflowID,
    StepOptions,
    WorkflowStatus,
    error,
)
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from drover.platform.durable.errors import EngineBusy, EngineClosed, EngineUnusable
from drover.platform.durable.quiet import quiet_library
from drover.platform.durable.store import EngineStore, PostgresStore

Json = Any
"""What JSON can carry: that is what arguments and results of bodies and steps are made of."""

Body = Callable[..., Awaitable[Json]]

R = TypeVar("R")

_APPLICATION = "drover"
_THREADS = 16
_PAGE = 500
_TAKE_OVER_POLL_S = 0.5
_UNFINISHED = ["PENDING", "ENQUEUED"]
_FINISHED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_open: set[str] = set()


@dataclass(frozen=True)
class Pending:
    """A body that is not at its end: under which id, by whom it was worked on last, and when something moved."""

    id: str
    name: str
    executor: str | None
    moved_at: datetime


class DurableEngine:
    """Register bodies, then enter: an async context manager, entered and used on one running loop.

    `executor` names this worker, the same at every start: what it left unfinished goes on by itself when it enters
    again. `version` stands for the bodies' steps and is raised only when their order changes: unfinished work of
    another version is left to the workers of that version.
    """

    def __init__(self, store: EngineStore, *, executor: str, version: str = "1") -> None:
        self._store = store
        self._executor = executor
        self._version = version
        self._bodies: dict[str, Body] = {}
        self._workflows: dict[str, Callable[..., Any]] = {}
        self._running: dict[asyncio.Task[Json], str] = {}
        self._pool: Engine | None = None
        self._accepts = False
        self._drained = False

    @property
    def executor(self) -> str:
        """The name of this worker."""
        return self._executor

    @property
    def active(self) -> frozenset[str]:
        """The ids of the bodies that run in this process now."""
        return frozenset(self._running.values())

    def register(self, name: str, body: Body) -> None:
        """Make `body` known under `name`, before the engine is entered.

        A body does nothing itself but decide which step comes next: it may run again from its beginning, where the
        steps that ended give what they gave. It is called with the arguments it was started with.
        """
        self._bodies[name] = body

    async def __aenter__(self) -> Self:
        """Open the store, and go on with what this executor left. Raises EngineBusy and EngineUnusable."""
        if _open:
            raise EngineBusy
        _open.add(self._executor)
        try:
            await self._launch()
        except BaseException:
            await self._close()
            raise
        self._accepts = True
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave: what runs is given up where it stands, and goes on at the next start."""
        await self.drain(0)
        await self._close()

    async def start(self, run_id: str, name: str, *args: Json) -> None:
        """Start a body here, under `run_id`. Does nothing where that id was ever started. Raises EngineClosed."""
        if not self._accepts:
            raise EngineClosed
        with SetWorkflowID(run_id):
            await self._asked(DBOS.start_workflow_async(self._workflows[name], *args))

    async def step(self, name: str, work: Callable[..., Awaitable[R]], *args: Json) -> R:
        """Do one step of the body that calls; a step that ended before a crash gives its result without being done.

        `work` may be done twice, as a crash can come between its end and the note of it: it must bear that. Where the
        body is cancelled meanwhile, `work` is.
        """
        options: StepOptions = {"name": name, "preemptible": True}

        async def called() -> R:
            return await work(*args)

        return await DBOS.run_step_async(options, called)

    async def cancel(self, run_ids: Sequence[str]) -> None:
        """Let unfinished bodies do no further step; the one they are in is cancelled within about a second."""
        if run_ids:
            await self._asked(DBOS.cancel_workflows_async(list(run_ids)))

    async def pending_of(self, executors: Collection[str] | None = None) -> Sequence[Pending]:
        """Return what is not at its end, of these executors or of all, the oldest first."""
        found = await self._list(status=_UNFINISHED, executor_id=None if executors is None else sorted(executors))
        return [
            Pending(one.workflow_id, one.name, one.executor_id, _at(one.updated_at or one.created_at)) for one in found
        ]

    async def known(self, run_ids: Collection[str]) -> frozenset[str]:
        """Return those of `run_ids` that were ever started and are not swept yet."""
        if not run_ids:
            return frozenset()
        return frozenset(one.workflow_id for one in await self._list(workflow_ids=sorted(run_ids)))

    async def take_over(self, run_ids: Sequence[str]) -> None:
        """Go on here with bodies whose executor is gone. What holds their phones must have been fenced before."""
        if not self._accepts:
            raise EngineClosed
        if run_ids:
            await self._asked(DBOS.resume_workflows_async(list(run_ids), queue_name=self._executor))

    async def sweep(self, before: datetime, *, most: int = _PAGE) -> int:
        """Delete up to `most` bodies that ended before then, with their steps, and return how many it were."""
        found = await self._list(
            status=_FINISHED, completed_before=before.astimezone(UTC).isoformat(), limit=min(most, _PAGE)
        )
        if found:
            await self._asked(DBOS.delete_workflows_async([one.workflow_id for one in found]))
        return len(found)

    async def drain(self, timeout_s: float) -> frozenset[str]:
        """Start nothing more, wait up to `timeout_s` for what runs, then give it up; return the ids given up.

        What is given up stays unfinished in the store, and goes on at the next start.
        """
        self._accepts = False
        self._drained = True
        if timeout_s > 0 and self._running:
            await asyncio.wait(list(self._running), timeout=timeout_s)
        given_up = self.active
        while self._running:
            for task in self._running:
                task.cancel()
            await asyncio.wait(list(self._running), timeout=1)
        return given_up

    async def _launch(self) -> None:
        quiet_library()
        loop = asyncio.get_running_loop()
        try:
            pool = await loop.run_in_executor(None, self._store.engine)
            self._pool = pool
            DBOS(config=self._config(pool))
            for name, body in self._bodies.items():
                self._workflows[name] = DBOS.workflow(name=name, max_recovery_attempts=None)(self._tracked(body))
            DBOS.listen_queues([self._executor])
            DBOS.launch()
            await DBOS.register_queue_async(
                self._executor, polling_interval_sec=_TAKE_OVER_POLL_S, on_conflict="always_update"
            )
        except (SQLAlchemyError, OSError, error.DBOSInitializationError) as failure:
            raise EngineUnusable(str(self._store), str(failure).partition("\n")[0]) from failure

    def _config(self, pool: Engine) -> DBOSConfig:
        config = DBOSConfig(
            name=_APPLICATION,
            system_database_url=self._store.url(),
            system_database_engine=pool,
            executor_id=self._executor,
            application_version=self._version,
            serializer=DBOSPortableJSONSerializer(),
            run_migrations=self._store.migrates,
            max_executor_threads=_THREADS,
            use_listen_notify=False,
            notification_listener_polling_interval_sec=0.2,
            notification_coalesce_sec=1.0,
            scheduler_polling_interval_sec=3600.0,
            enable_otlp=False,
            log_level="WARNING",
        )
        if isinstance(self._store, PostgresStore):
            config["dbos_system_schema"] = self._store.schema
        return config

    def _tracked(self, body: Body) -> Body:
        """Wrap a body so that its task is known while it runs: draining waits for it, and gives it up."""

        async def tracked(*args: Json) -> Json:
            task = asyncio.current_task()
            run_id = DBOS.workflow_id
            assert task is not None and run_id is not None  # noqa: S101, PT018  the library calls it in a task, with an id
            if self._drained:
                raise asyncio.CancelledError
            self._running[task] = run_id
            try:
                return await body(*args)
            finally:
                self._running.pop(task, None)

        return tracked

    async def _list(self, **which: Any) -> list[WorkflowStatus]:  # noqa: ANN401  passed on to the library as they are
        return await self._asked(DBOS.list_workflows_async(**which, load_input=False, load_output=False))

    async def _asked(self, question: Awaitable[R]) -> R:
        try:
            return await question
        except (SQLAlchemyError, OSError) as failure:
            raise EngineUnusable(str(self._store), str(failure).partition("\n")[0]) from failure

    async def _close(self) -> None:
        """Stop the library's threads from a thread, as it waits for them, and give the loop its own pool back."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="durable-close") as closing:
            await loop.run_in_executor(closing, _destroy)
            if self._pool is not None:
                await loop.run_in_executor(closing, self._pool.dispose)
        # The library made its own threads the loop's, and has stopped them.
        loop.set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))
        self._pool = None
        _open.discard(self._executor)


def _destroy() -> None:
    DBOS.destroy(destroy_registry=True)


def _at(epoch_ms: int | None) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=epoch_ms or 0)
