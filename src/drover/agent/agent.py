"""The agent: answers orders, keeps its plays going through crashes, tells how it is, and ends without leaving any."""

import asyncio
import fcntl
import os
from collections.abc import AsyncGenerator, Coroutine, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn

import cv2
import structlog

from drover.agent.cameras import Cameras
from drover.agent.errors import AgentEnding, AgentNotReady, AgentRuns, LeaseLost, OrderRefused, PhoneBusy, StoreUnusable
from drover.agent.gated_driver import Acting
from drover.agent.live import Live
from drover.agent.materials import Materials
from drover.agent.orders import Orders
from drover.agent.outbox import Outbox
from drover.agent.play import Play
from drover.agent.rig import AgentOptions, Rig
from drover.agent.secrets import own_key
from drover.agent.state import learn_models, state_of
from drover.agent.stops import Stops, concerns, refusal
from drover.agent.store import KEPT, AgentStore, TakenOn
from drover.agent.streaming import Streams
from drover.devices.ports import DeviceSource
from drover.fleet.monitor import PhoneMonitor
from drover.fleet.phonebook import PhoneBook
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.kernel.ids import NewId
from drover.platform.blobs import FolderBlobs
from drover.platform.bus.ports import Bus, Message
from drover.platform.collecting import collect
from drover.platform.content import Content
from drover.protocol.codec import decode, encode, snake
from drover.protocol.fields import line, name
from drover.protocol.messages import Accepted, LeaseExtended, PlayOrder, Refused, StopOrder, Stopped
from drover.protocol.subjects import LEASE, PLAY, STATE, STOP, from_agent, to_agent
from drover.sequences.journal import Journal
from drover.sequences.player.frame_budget import FrameBudget

STATE_S: Final = 1.0
STOP_S: Final = 0.7
"""How long a stop may take until it is confirmed: it is promised within a second, and whoever asks waits for 0.8 s."""
HOUSEKEEPING_S: Final = 3600.0
LAST_WORDS_S: Final = 2.0
"""How long an ending agent waits for acknowledgements of what was told last."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class StillActing(DroverError):
    """A stop is not confirmed: a call to a phone has not come to its end in time. No other one begins."""

    def __init__(self, sequence_runs: list[str]) -> None:
        super().__init__(f"calls of {', '.join(sequence_runs)} have not ended yet", hint="ask again")


class Agent:
    """One host's agent. `running` it is the only way to use it, on the loop that it is run on."""

    def __init__(
        self,
        agent: str,
        source: DeviceSource,
        bus: Bus,
        content: Content,
        options: AgentOptions,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        """Make ready: `agent` is its name, `clock` one whose seconds go on while the machine sleeps."""
        self._name = agent
        self._source = source
        self._bus = bus
        self._content = content
        self._options = options
        self._clock = clock
        self._new_id = new_id
        self.boot = new_id()
        self._plays: dict[str, Play] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._deciding = asyncio.Lock()
        self._stops = Stops()
        self._acting = Acting()
        self._ending = False
        self._live: Live | None = None

    @property
    def plays(self) -> Sequence[str]:
        """The sequence runs that are being played."""
        return [play.order.sequence_run for play in self._plays.values()]

    @property
    def driven(self) -> frozenset[str]:
        """The phones that a person drives by hand."""
        return self._live.driven if self._live is not None else frozenset()

    @property
    def acting(self) -> int:
        """How many calls to phones are under way."""
        return self._acting.count

    @asynccontextmanager
    async def running(self) -> AsyncGenerator["Agent", None]:
        """Be there while the block lasts: first go on with what an earlier agent of this folder left.

        At the end plays stop between two tasks, or are abandoned after the time that is given to them; the next agent
        goes on with them. Raises AgentRuns, StoreUnusable, JournalUnusable, LedgerUnusable; an error of the agent
        itself ends the block.
        """
        cv2.setNumThreads(1)  # one picture is small; more threads only fight with the other phones'
        async with AsyncExitStack() as stack:
            stack.enter_context(_alone(self._options.data_dir))
            rig = await self._rigged(stack)
            orders, live = Orders(rig, self._stops), Live(rig, self._shut_out)
            background = (self._hear_of_leases(), self._tell_state(rig), self._learn_models(rig), self._keep_house(rig))
            await stack.enter_async_context(_beside(*background))
            await stack.enter_async_context(Streams(rig).running())
            await self._go_on(rig)
            self._live = live
            await stack.enter_async_context(live.running())
            try:
                async with (
                    self._bus.answer(to_agent(self._name, STOP), self._stop),
                    self._bus.answer(to_agent(self._name, PLAY), lambda message: self._order(message, rig, orders)),
                ):
                    try:
                        yield self
                    finally:
                        await self._wind_up(rig)
            finally:
                await self._abandon()

    async def _rigged(self, stack: AsyncExitStack) -> Rig:
        options, clock, folder = self._options, self._clock, self._options.data_dir
        blobs = FolderBlobs(folder / "blobs")
        journal = await stack.enter_async_context(Journal(folder / "journal.sqlite", clock))
        book = await stack.enter_async_context(PhoneBook(folder, clock))
        store = await stack.enter_async_context(AgentStore(folder / "agent.sqlite", clock))
        images = stack.enter_context(ThreadPoolExecutor(options.image_threads, thread_name_prefix="images"))
        monitor = PhoneMonitor(self._source, clock, ledger=book, power=options.power)
        await stack.enter_async_context(monitor.running())
        with suppress(DroverError):  # the monitor follows the source from now on, and tells of its failure
            monitor.see(await self._source.sightings())
        materials = Materials(self._content, folder / "agent", options.text_reader, images)
        await materials.begin()
        outbox = Outbox(self._name, store, self._bus, self._content, blobs, clock)
        stack.push_async_callback(outbox.end)
        await outbox.begin()
        return Rig(
            name=self._name,
            options=options,
            source=self._source,
            bus=self._bus,
            clock=clock,
            new_id=self._new_id,
            store=store,
            outbox=outbox,
            materials=materials,
            journal=journal,
            book=book,
            monitor=monitor,
            blobs=blobs,
            images=images,
            turns=asyncio.Semaphore(options.acting),
            attaching=asyncio.Semaphore(options.attaching),
            frames=FrameBudget(options.acting),
            acting=self._acting,
            key=await asyncio.to_thread(own_key, folder),
            cameras=Cameras(self._source, clock),
        )

    async def _go_on(self, rig: Rig) -> None:
        """Go on with the plays that were cut off, as soon as their leases are known to be good."""
        for unfinished in await rig.store.unfinished():
            _log.info("a play was cut off, and is looked at again", sequence_run=unfinished.order.sequence_run)
            self._begin(unfinished, rig, confirm_s=None)

    def _begin(self, play: TakenOn, rig: Rig, *, confirm_s: float | None) -> None:
        serial = play.order.phone
        begun = Play(play, rig, after=self._plays.get(serial), confirm_s=confirm_s)
        if (stop := self._stops.void(play.order)) is not None:  # it came while the order was being written down
            begun.gate.close(refusal(stop, serial))
        self._plays[serial] = begun
        task = asyncio.ensure_future(begun.run())
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._over(begun, task))

    def _over(self, play: Play, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if self._plays.get(play.order.phone) is play:
            del self._plays[play.order.phone]
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("a play was lost; it is gone on with at the next start", exc_info=error)

    async def _order(self, message: Message, rig: Rig, orders: Orders) -> bytes:
        order = decode(message.payload, PlayOrder)
        async with self._deciding:
            try:
                if self._ending:
                    raise AgentNotReady
                current = self._plays.get(order.phone)
                play = await orders.decide(order, current)
                if isinstance(play, TakenOn):
                    if self._live is not None:
                        await self._live.give_way(order.phone)
                    self._begin(play, rig, confirm_s=self._options.confirm_s)
                    return encode(Accepted(sequence_run=order.sequence_run, attempt=order.attempt))
                return encode(play)
            except OrderRefused as error:
                return encode(
                    Refused(
                        sequence_run=order.sequence_run,
                        code=name(snake(type(error).__name__)),
                        message=line(error.message),
                        hint=line(error.hint),
                    )
                )

    async def _shut_out(self, serial: str, token: int) -> None:
        """Stop a play that has the phone under an older lease. Raises PhoneBusy under a newer one."""
        current = self._plays.get(serial)
        if current is None or current.over:
            return
        if current.lease.token >= token:
            raise PhoneBusy(serial, current.order.sequence_run)
        await current.stop(LeaseLost(serial, "a person has the phone by now"))
        await current.done()

    async def _stop(self, message: Message) -> bytes:
        stop = decode(message.payload, StopOrder)
        self._stops.add(stop)
        if self._live is not None:
            await self._live.stop(stop)
        concerned = [play for play in self._plays.values() if concerns(stop, play.order) and not play.over]
        stopping = [asyncio.ensure_future(play.stop(refusal(stop, play.order.phone))) for play in concerned]
        if stopping:
            _, acting = await asyncio.wait(stopping, timeout=STOP_S)
            if acting:
                raise StillActing([play.order.sequence_run for play in concerned])
        return encode(Stopped(sequence_runs=tuple(play.order.sequence_run for play in concerned)))

    async def _hear_of_leases(self) -> NoReturn:
        async with self._bus.subscribe(to_agent(self._name, LEASE)) as messages:
            async for message in messages:
                with suppress(DroverError):
                    extended = decode(message.payload, LeaseExtended)
                    play = self._plays.get(extended.phone)
                    # What it says may be old by now: the server is asked how long the lease really is.
                    if play is not None and play.lease.token == extended.token:
                        play.lease.ask_now()
        raise AssertionError  # a subscription has no end

    async def _tell_state(self, rig: Rig) -> NoReturn:
        subject = from_agent(self._name, STATE)
        while True:
            with suppress(DroverError):
                await self._bus.publish(subject, encode(await state_of(self.boot, rig, self.plays)))
            await self._clock.sleep(STATE_S)

    async def _learn_models(self, rig: Rig) -> NoReturn:
        while True:
            await learn_models(rig)
            await self._clock.sleep(STATE_S)

    async def _keep_house(self, rig: Rig) -> NoReturn:
        while True:
            await self._clock.sleep(HOUSEKEEPING_S)
            with suppress(DroverError):
                await rig.store.forget()
                await rig.journal.forget(self._clock.now() - KEPT)
                if not self._options.shares_content:
                    await collect(rig.blobs, rig.store.evidence, self._clock.now() - KEPT)

    async def _wind_up(self, rig: Rig) -> None:
        """Stop all plays: between two tasks, or after the time that is given to them, in the middle of one."""
        self._ending = True
        async with self._deciding:
            tasks = tuple(self._tasks)
        for play in self._plays.values():
            play.gate.stop_at_boundary(AgentEnding(play.order.phone))
            if not play.gate.opened:
                play.gate.close(AgentEnding(play.order.phone))
        if tasks:
            await asyncio.wait(tasks, timeout=self._options.drain_s)
        await self._abandon()
        await rig.outbox.flush(LAST_WORDS_S)

    async def _abandon(self) -> None:
        """Leave no play: each is in its journal, and the next agent goes on with it."""
        for play in tuple(self._plays.values()):
            await play.stop(AgentEnding(play.order.phone))
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _beside(*work: Coroutine[Any, Any, NoReturn]) -> AsyncGenerator[None, None]:
    """Run work without end beside the block; where one of it fails, the block is cancelled, and raises its error."""
    body, errors = asyncio.current_task(), list[BaseException]()
    assert body is not None  # noqa: S101  a coroutine runs in a task

    def ended(task: asyncio.Task[NoReturn]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            errors.append(error)
            body.cancel()

    tasks = [asyncio.ensure_future(each) for each in work]
    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    except asyncio.CancelledError:
        if not errors:
            raise
        body.uncancel()
        raise errors[0] from None
    finally:
        for task in tasks:
            task.remove_done_callback(ended)
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def _alone(folder: Path) -> Generator[None, None, None]:
    """Have the folder alone, as long as this process lives. Raises AgentRuns, StoreUnusable."""
    path = folder / "agent.lock"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreUnusable(path, error.strerror or str(error)) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise AgentRuns(folder) from None
    try:
        yield
    finally:
        os.close(file)
