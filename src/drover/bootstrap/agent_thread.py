"""Composes an agent, and runs it on an event loop of its own in a thread of its own, beside a server's loop."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Final, Self

from drover.agent.agent import Agent
from drover.agent.rig import AgentOptions
from drover.bootstrap.power import power_cycle
from drover.bootstrap.texts import provided_categories, text_source
from drover.bootstrap.values import load_values
from drover.devices.ports import DeviceSource
from drover.kernel.clock import Clock, SleeplessClock
from drover.kernel.ids import random_id
from drover.platform.bus.ports import Bus
from drover.platform.content import Content
from drover.platform.memory import return_large_blocks
from drover.platform.settings import Settings
from drover.screens.ocr import RapidOcrReader, TextReader
from drover.screens.unknown.queue import UnknownQueue
from drover.sequences.helpers import load_helpers
from drover.sequences.plan import Plan
from drover.sequences.player.retries import Retries
from drover.sequences.resolving import TextSource, needed

IMAGE_THREADS: Final = 2
ATTACHING: Final = 4
"""So many times fewer phones are attached at once than may act: each then holds several frames."""

Source = Callable[[], AbstractAsyncContextManager[DeviceSource]]
"""Opens where the agent's phones come from, on the agent's loop."""


class SettingsTexts:
    """What texts are resolved with: an order's values, this computer's counters, the AI of the settings."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock

    def categories(self, values: Path | None) -> frozenset[str]:
        """Return the categories of variables that there are values of. Raises BadDocument."""
        return provided_categories(load_values(values) if values is not None else None, self._settings)

    @asynccontextmanager
    async def source(self, values: Path | None, plan: Plan, seed: int) -> AsyncGenerator[TextSource, None]:
        """Give what the plan's texts are resolved with."""
        given = load_values(values) if values is not None else None
        async with text_source(given, self._settings, self._clock, seed=seed, needed=needed(plan)) as source:
            yield source


def agent_options(settings: Settings, clock: Clock, reader: TextReader | None = None) -> AgentOptions:
    """Return how an agent of these settings works. Raises InvalidInput for a setting or helper that is unusable."""
    return AgentOptions(
        data_dir=settings.data_dir,
        texts=SettingsTexts(settings, clock),
        text_reader=reader or RapidOcrReader(),
        acting=settings.acting,
        attaching=-(-settings.acting // ATTACHING),
        image_threads=IMAGE_THREADS,
        retries=Retries(
            tries=settings.task_retries,
            pause_s=settings.task_retry_pause_s,
            connection_tries=settings.connection_retries,
            connection_pause_s=settings.connection_retry_pause_s,
            away_s=settings.away_s,
        ),
        helpers=load_helpers(None),
        power=power_cycle(settings),
        unknowns=UnknownQueue(settings.unknown_folder),
    )


@asynccontextmanager
async def running_agent(
    agent: str, source: Source, bus: Bus, content: Content, options: AgentOptions, clock: Clock | None = None
) -> AsyncGenerator[Agent, None]:
    """Run an agent of that name on this loop while the block lasts. Raises what `Agent.running` and the source do."""
    return_large_blocks()
    async with source() as phones:
        made = Agent(agent, phones, bus, content, options, clock or SleeplessClock(), random_id)
        async with made.running():
            yield made


class AgentThread:
    """Runs what `compose` opens on a loop and thread of its own. An async context manager, made on another loop.

    Entering returns when it is open, or raises what opening it raised. Leaving closes it, and returns when that is done
    and the thread has ended. `ended` is done when it ended by itself, with the error that it ended with.
    """

    def __init__(self, compose: Callable[[], AbstractAsyncContextManager[object]], *, name: str = "agent") -> None:
        self._compose = compose
        self._outer = asyncio.get_running_loop()
        self._opened: asyncio.Future[None] = self._outer.create_future()
        self.ended: asyncio.Future[None] = self._outer.create_future()
        self._thread = threading.Thread(target=self._run, name=name)
        self._stopping = threading.Event()
        self._inner: asyncio.AbstractEventLoop | None = None
        self._stirred = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Start the thread, and return when the agent is there."""
        self._thread.start()
        try:
            await asyncio.shield(self._opened)
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the agent, and wait for its thread. Raises the error that it failed with, if it did."""
        await self._end()
        await self.ended

    async def _end(self) -> None:
        self._stopping.set()
        if self._inner is not None:
            _on(self._inner, self._stirred.set)
        await asyncio.shield(asyncio.wait([self.ended]))
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            asyncio.run(self._main())
        except BaseException as failure:  # noqa: BLE001  it is handed to the loop that waits for it
            error = failure
        _on(self._outer, lambda: self._settle(error))

    async def _main(self) -> None:
        self._inner = asyncio.get_running_loop()
        async with self._compose():
            _on(self._outer, lambda: _settle(self._opened, None))
            while not self._stopping.is_set():
                await self._stirred.wait()

    def _settle(self, error: BaseException | None) -> None:
        _settle(self._opened, error)
        _settle(self.ended, error)


def _on(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    """Have `call` run on another thread's loop; where that is closed by now, nobody waits for it."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(call)


def _settle(future: asyncio.Future[None], error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
        future.exception()  # whoever leaves raises it; nobody need have looked at it before
