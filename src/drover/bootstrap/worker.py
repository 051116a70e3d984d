"""The duties of a worker: what is done again and again while the process runs, each for itself."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog

from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError

LONGEST_PAUSE_S: Final = 10.0
"""After failures a duty waits twice as long each time, up to this: runs resume within 10 s after an outage."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do every `every_s` seconds, and at once when `wake` is set."""

    name: str
    every_s: float
    turn: Callable[[], Awaitable[object]]
    wake: asyncio.Event = field(default_factory=asyncio.Event)


@asynccontextmanager
async def on_duty(duties: Sequence[Duty], clock: Clock) -> AsyncGenerator[None]:
    """Do the duties while the block lasts; at its end each is cancelled where it stands.

    A turn that fails is done again after a pause; an outage is logged when it begins and when it ends.
    """
    tasks = [asyncio.create_task(_do(duty, clock), name=duty.name) for duty in duties]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _do(duty: Duty, clock: Clock) -> None:
    failures = 0
    while True:
        duty.wake.clear()
        try:
            await duty.turn()
        except DroverError as error:
            failures += 1
            if failures == 1:
                _log.warning("a duty of the worker fails", duty=duty.name, error=error.message)
        except Exception:  # noqa: BLE001  a defect in one duty must not end the others, nor itself
            failures += 1
            if failures == 1:
                _log.exception("a duty of the worker met a defect", duty=duty.name)
        else:
            if failures:
                _log.warning("a duty of the worker is done again", duty=duty.name, failures=failures)
            failures = 0
        await _pause(duty, clock, failures)


async def _pause(duty: Duty, clock: Clock, failures: int) -> None:
    """Wait for the next turn. After a failure nothing wakes it early: it would fail again at once."""
    if failures:
        await clock.sleep(min(LONGEST_PAUSE_S, max(duty.every_s, 0.1) * 2 ** min(failures, 10)))
        return
    sleeper = asyncio.ensure_future(clock.sleep(duty.every_s))
    woken = asyncio.ensure_future(duty.wake.wait())
    try:
        await asyncio.wait((sleeper, woken), return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeper.cancel()
        woken.cancel()
