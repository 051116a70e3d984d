"""Durable execution: bodies of steps that a crash interrupts and the next start goes on with."""

from drover.platform.durable.engine import DurableEngine, Pending
from drover.platform.durable.errors import EngineBusy, EngineClosed, EngineUnusable
from drover.platform.durable.store import EngineStore, PostgresStore, SqliteStore

__all__ = [
    "DurableEngine",
    "EngineBusy",
    "EngineClosed",
    "EngineStore",
    "EngineUnusable",
    "Pending",
    "PostgresStore",
    "SqliteStore",
]
