"""The one body of the engine: a run, step by step. It interprets data, so a deploy never strands a run."""

from typing import Final

from drover.platform.durable import DurableEngine
from drover.workflows.domain.records import engine_id
from drover.workflows.service.held import RunKey
from drover.workflows.service.playing import Playing

RUN: Final = "run"
VERSION: Final = "1"
"""Raised only when the order of the engine's steps below changes: unfinished runs of another one wait for its workers."""


def register(engine: DurableEngine, playing: Playing) -> None:
    """Make the body known to an engine, before it is entered. It is started with the fields of a RunKey."""

    async def run(organization: str, client: str, run_id: str, attempt: int) -> str:
        key = RunKey(organization, client, run_id, attempt)
        holding = await playing.held(key)
        if holding is None:
            return "not this attempt's any more"
        with holding:
            positions = await engine.step("positions", playing.positions, key)
            for position in positions:
                if not await engine.step(f"step {position}", playing.step, key, position):
                    return "stopped"
            await engine.step("finish", playing.finish, key)
        return "finished"

    engine.register(RUN, run)


async def start(engine: DurableEngine, key: RunKey) -> None:
    """Start the body of an attempt here; nothing, where it was ever started. Raises EngineClosed, EngineUnusable."""
    await engine.start(engine_id(key.run_id, key.attempt), RUN, key.organization, key.client, key.run_id, key.attempt)
