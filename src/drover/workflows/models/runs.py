"""The tables of runs, all of a client. A workflow run has sequence runs, a sequence run has task runs."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from drover.platform.db.tables import Base, Id, OfClient, TenantTable, Through

_RUNNING = sql("status = 'running'")
_UNFINISHED = sql("status IN ('pending', 'running', 'paused')")


class WorkflowRunRow(TenantTable, Base):
    """A workflow run. `asked` is what somebody wants of it; `lease_token` is set while it has its phone.

    `moved_at` is when it last showed a sign of life, by the database's clock: what stands still is looked after.
    """

    __tablename__ = "workflow_runs"
    placing = (Through("phone_id", "phones"), Through("account_id", "accounts"))
    __table_args__ = (
        UniqueConstraint("client_id", "schedule_id", "occurrence", "phone_id"),
        ForeignKeyConstraint(["client_id", "phone_id"], ["phones.client_id", "phones.id"]),
        ForeignKeyConstraint(["client_id", "account_id"], ["accounts.client_id", "accounts.id"]),
        Index(
            "uq_workflow_runs_running_phone",
            *("client_id", "phone_id"),
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        Index(
            "ix_workflow_runs_unfinished",
            *("client_id", "status", "due_at"),
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
        Index("ix_workflow_runs_id", "id"),
        Index("ix_workflow_runs_listed", "client_id", "created_at", "id"),
        Index("ix_workflow_runs_phone", "client_id", "phone_id", "ended_at"),
        Index("ix_workflow_runs_status", "client_id", "status", "created_at", "id"),
        Index("ix_workflow_runs_workflow", "client_id", "workflow_id", "created_at", "id"),
        Index("ix_workflow_runs_of_phone", "client_id", "phone_id", "created_at", "id"),
        Index("ix_workflow_runs_schedule", "client_id", "schedule_id", "created_at", "id"),
    )

    organization_id: Mapped[Id]
    schedule_id: Mapped[Id | None]
    occurrence: Mapped[str | None]
    workflow_id: Mapped[Id]
    workflow_version: Mapped[int]
    versions: Mapped[dict[str, Any]]
    phone_id: Mapped[Id]
    account_id: Mapped[Id | None]
    priority: Mapped[int]
    parameters: Mapped[dict[str, Any]]
    seed: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str]
    result: Mapped[str | None]
    cause: Mapped[str | None]
    asked: Mapped[str | None]
    reason: Mapped[str]
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    moved_at: Mapped[datetime]
    attempt: Mapped[int]
    executor_id: Mapped[str | None]
    lease_token: Mapped[int | None] = mapped_column(BigInteger)


class RunDependencyRow(OfClient, Base):
    """A run starts only once another has completed."""

    __tablename__ = "run_dependencies"
    placing = (Through("run_id", "workflow_runs"),)
    __table_args__ = (
        ForeignKeyConstraint(["client_id", "run_id"], ["workflow_runs.client_id", "workflow_runs.id"]),
        ForeignKeyConstraint(["client_id", "on_run_id"], ["workflow_runs.client_id", "workflow_runs.id"]),
        Index("ix_run_dependencies_on", "client_id", "on_run_id"),
    )

    run_id: Mapped[Id] = mapped_column(primary_key=True)
    on_run_id: Mapped[Id] = mapped_column(primary_key=True)


class SequenceRunRow(TenantTable, Base):
    """A step of a run, at a position from 1 on; `purpose` tells it from a switch sequence that is played before it.

    `taken` is the number of the last event that was taken in, of attempt `taken_attempt`; `taken_before` counts those
    of journals that are gone. `ended_attempt` is the last attempt whose end was told of. `variables` are what its tasks
    read, `materials` the content that was ordered for it, by digest.
    """

    __tablename__ = "sequence_runs"
    placing = (Through("run_id", "workflow_runs"),)
    __table_args__ = (
        UniqueConstraint("client_id", "run_id", "position", "purpose"),
        Index("ix_sequence_runs_id", "id"),
        ForeignKeyConstraint(["client_id", "run_id"], ["workflow_runs.client_id", "workflow_runs.id"]),
    )

    run_id: Mapped[Id]
    position: Mapped[int]
    purpose: Mapped[str]
    name: Mapped[str]
    sequence: Mapped[str]
    sequence_id: Mapped[Id | None]
    sequence_version: Mapped[int | None]
    status: Mapped[str]
    result: Mapped[str | None]
    code: Mapped[str]
    reason: Mapped[str]
    hint: Mapped[str]
    step: Mapped[int]
    attempt: Mapped[int]
    run_attempt: Mapped[int]
    agent: Mapped[str]
    tries: Mapped[int]
    from_step: Mapped[int | None]
    ended_attempt: Mapped[int]
    record: Mapped[str | None]
    taken: Mapped[int]
    taken_attempt: Mapped[int]
    taken_before: Mapped[int]
    variables: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    materials: Mapped[list[Any]] = mapped_column(server_default=sql("'[]'"))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class TaskRunRow(TenantTable, Base):
    """A task of a sequence run, under the number of the event that told of its end."""

    __tablename__ = "task_runs"
    placing = (Through("sequence_run_id", "sequence_runs"),)
    __table_args__ = (
        UniqueConstraint("client_id", "sequence_run_id", "number"),
        ForeignKeyConstraint(["client_id", "sequence_run_id"], ["sequence_runs.client_id", "sequence_runs.id"]),
        Index("ix_task_runs_listed", "client_id", "started_at", "id"),
    )

    sequence_run_id: Mapped[Id]
    number: Mapped[int]
    step: Mapped[int]
    round: Mapped[list[Any]]
    name: Mapped[str]
    kind: Mapped[str]
    effect: Mapped[str]
    status: Mapped[str]
    attempts: Mapped[int]
    expected: Mapped[str]
    actual: Mapped[str]
    text: Mapped[str]
    parameters: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    error: Mapped[str]
    hint: Mapped[str]
    frame_before: Mapped[str | None]
    frame_after: Mapped[str | None]
    timing: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RecoveryAttemptRow(TenantTable, Base):
    """What was done to bring a run back on its way: after a crash, or when its screen was not the expected one."""

    __tablename__ = "recovery_attempts"
    placing = (Through("run_id", "workflow_runs"),)
    __table_args__ = (
        UniqueConstraint("client_id", "run_id", "number"),
        ForeignKeyConstraint(["client_id", "run_id"], ["workflow_runs.client_id", "workflow_runs.id"]),
        ForeignKeyConstraint(["client_id", "sequence_run_id"], ["sequence_runs.client_id", "sequence_runs.id"]),
    )

    run_id: Mapped[Id]
    sequence_run_id: Mapped[Id | None]
    step: Mapped[int] = mapped_column(server_default=sql("0"))
    number: Mapped[int]
    strategy: Mapped[str]
    acts: Mapped[list[Any]]
    outcome: Mapped[str]
    events: Mapped[list[Any]]
    frame_before: Mapped[str | None]
    frame_after: Mapped[str | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
