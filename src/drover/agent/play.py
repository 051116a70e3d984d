"""One play: from an order that was taken on to the event that it has ended, whatever happens on the way."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import structlog

from drover.agent.errors import AgentEnding, GateClosed, Halted, LeaseUnconfirmed, StopAsked, StoreUnusable
from drover.agent.gate import Gate
from drover.agent.gated_driver import GatedDriver
from drover.agent.lease import LeaseKeeper
from drover.agent.materials import Screens, Script
from drover.agent.rig import Rig
from drover.agent.secrets import SealedInputs
from drover.agent.store import TakenOn
from drover.agent.telling import Told, ended, evidence_of, never_begun, stopped, told
from drover.fleet.taking import taken
from drover.kernel.errors import DroverError
from drover.platform.blobs import BlobNotKept
from drover.protocol.messages import EventBody, PlayEnded
from drover.sequences.plan import Plan, make_plan
from drover.sequences.player.events import Event, StepBegan
from drover.sequences.player.lifeline import MonitorPresence
from drover.sequences.player.rack import PlayPhone, Stage, play_on
from drover.sequences.record import PhoneRecord
from drover.sequences.record_files import written
from drover.sequences.resolving import TextSource
from drover.sequences.ways import with_ways

GRACE_S: Final = 2.0
"""How long a call that has begun may take to its end once the lease has run out; the gate's margin covers it."""
WINDING_UP_S: Final = 5.0
"""How long a play may take to end by itself once it can act no more."""
_LOOK_S: Final = 1.0
_STORE_PAUSE_S: Final = 1.0
_AT_ONCE: Final = (Halted, StopAsked)

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Line:
    """What is to be told, with the acts that were spent by then."""

    told: Told
    spent: Mapping[str, int]


class Play:
    """Plays one order on one phone, behind a gate of its own."""

    def __init__(self, play: TakenOn, rig: Rig, *, after: "Play | None" = None, confirm_s: float | None) -> None:
        """Make ready. `after` is another play on the same phone, whose end is awaited first.

        `confirm_s` is how long the lease's first confirmation is waited for; None: as long as it takes.
        """
        order = play.order
        self.order = order
        self.over = False
        self._play = play
        self._rig = rig
        self._after = after
        self._confirm_s = confirm_s
        self._shut = asyncio.Event()
        self.gate = Gate(order.phone, rig.clock, order.budget, play.spent, self._shut.set)
        self.lease = LeaseKeeper(play, self.gate, rig)
        self._driver = GatedDriver(
            rig.source.driver(order.phone), self.gate, rig.acting, lambda frame: rig.cameras.offer(order.phone, frame)
        )
        self._evidence: Sequence[str] = ()
        self._lines: asyncio.Queue[_Line | None] = asyncio.Queue()
        self._done = asyncio.Event()

    async def run(self) -> None:
        """Play, and tell how it ended, unless the agent is ending: then nothing is told, and the next agent goes on."""
        try:
            body = await self._run()
            if not isinstance(self.gate.refusal, AgentEnding) or body.status == "completed":
                self.over = True
                await self._write(body, self._evidence, self.gate.spent)
        finally:
            self.over = True
            self._done.set()

    async def stop(self, refusal: GateClosed) -> None:
        """Stop at once; return when nothing is being done to the phone any more."""
        self.gate.close(refusal)
        await self._driver.cut()

    async def done(self) -> None:
        """Return when it is over."""
        await self._done.wait()

    async def _run(self) -> PlayEnded:
        keeping = asyncio.ensure_future(self.lease.keep())
        telling = asyncio.ensure_future(self._tell_all())
        playing = asyncio.ensure_future(self._guarded())
        guarding = asyncio.ensure_future(self._guard(playing))
        try:
            body = await playing
            self._lines.put_nowait(None)
            await telling
        finally:
            others = (playing, keeping, telling, guarding)
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        return body

    async def _guarded(self) -> PlayEnded:
        """Play, and return how it ended, also where the guard has cut it off."""
        try:
            return await self._to_the_end()
        except asyncio.CancelledError:
            if self.gate.refusal is None:
                raise
            return stopped(self.gate.refusal)
        except GateClosed as refusal:
            return stopped(refusal)
        except DroverError as error:
            return never_begun(error)
        except Exception as error:  # noqa: BLE001  a defect met in one play must not stop the others
            _log.exception("a play failed unexpectedly", sequence_run=self.order.sequence_run)
            return never_begun(DroverError(f"unexpected error: {error!r}", hint="the agent's log says more"))

    async def _guard(self, playing: asyncio.Task[PlayEnded]) -> None:
        """See that the phone is left alone once the gate is closed, and that the play then ends."""
        while self.gate.refusal is None:
            left_s = self.gate.left_s if self.gate.opened else _LOOK_S
            if left_s <= 0:
                with suppress(GateClosed):
                    self.gate.check()
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(min(left_s, _LOOK_S)):
                    await self._shut.wait()
        self.lease.release()
        if self.gate.left_s <= 0 and not isinstance(self.gate.refusal, _AT_ONCE):
            await asyncio.wait([playing], timeout=GRACE_S)
        elif self.gate.refusal.resumable and not isinstance(self.gate.refusal, AgentEnding):
            await self._driver.cut()
        await asyncio.wait([playing], timeout=WINDING_UP_S)
        await self._driver.cut()
        playing.cancel()

    async def _to_the_end(self) -> PlayEnded:
        if self._after is not None:
            await self._after.done()
        order, rig = self.order, self._rig
        try:
            screens, script = await self._materials()
            loop = asyncio.get_running_loop()
            plan = await loop.run_in_executor(rig.images, self._plan, screens, script)
            async with rig.options.texts.source(script.values, plan, order.seed) as texts:
                return await self._on_stage(self._stage(plan, screens, texts))
        finally:
            await rig.materials.forget(order)

    async def _materials(self) -> tuple[Screens, Script]:
        """Fetch what is played while the lease is confirmed."""
        materials, order = self._rig.materials, self.order
        try:
            async with asyncio.TaskGroup() as group:
                screens = group.create_task(materials.screens(order.screens))
                script = group.create_task(materials.script(order))
                group.create_task(self._see_lease())
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return screens.result(), script.result()

    async def _see_lease(self) -> None:
        try:
            async with asyncio.timeout(self._confirm_s):
                await self.lease.confirmed()
        except TimeoutError:
            raise LeaseUnconfirmed(self.order.phone, self.lease.trouble) from None
        self.gate.check()

    def _plan(self, screens: Screens, script: Script) -> Plan:
        options = self._rig.options
        plan = make_plan(
            with_ways(script.sequence, screens.registry),
            screens.registry,
            {**self.order.parameters, **dict.fromkeys(self.order.sealed, "")},
            file=script.file.name,
            helpers=options.helpers,
            categories=options.texts.categories(script.values),
        )
        return replace(plan, secrets=SealedInputs(plan.secrets, self.order, self._rig.key))

    async def _on_stage(self, stage: Stage) -> PlayEnded:
        order, rig = self.order, self._rig
        work = f"playing “{stage.sequence}”"
        phone = PlayPhone(order.phone_name, self._driver, taken(order.phone, work, rig.monitor, rig.book))
        (record,) = await play_on([phone], stage, self._progress)
        with suppress(GateClosed):
            self.gate.check()  # whatever a play failed with that was frozen past its lease, that is why
        return ended(record, self.gate.refusal).model_copy(update={"record": await self._keep(record)})

    async def _keep(self, record: PhoneRecord) -> str | None:
        """Keep the whole record to be handed over, and return its digest; a full disk changes nothing of the play."""
        try:
            digest = await asyncio.to_thread(lambda: self._rig.blobs.put(written(record)))
        except BlobNotKept as error:
            _log.warning("the record of a play is not kept", error=error.message)
            return None
        self._evidence = (digest, *evidence_of(record))
        return digest

    def _stage(self, plan: Plan, screens: Screens, texts: TextSource) -> Stage:
        rig = self._rig
        return Stage(
            plan=plan,
            registry=screens.registry,
            matcher=screens.matcher,
            text_reader=rig.options.text_reader,
            journal=rig.journal,
            blobs=rig.blobs,
            images=rig.images,
            clock=rig.clock,
            new_id=rig.new_id,
            retries=rig.options.retries,
            presence=MonitorPresence(rig.monitor),
            turns=rig.turns,
            frames=rig.frames,
            attaching=rig.attaching,
            from_step=self._play.from_step,
            helpers=rig.options.helpers,
            unknowns=rig.options.unknowns,
            texts=texts,
            run=self._play.journal_run,
        )

    def _progress(self, event: Event) -> None:
        """Take what the player tells. A task that may not begin any more ends the play between two tasks."""
        spent = dict(self.gate.spent)
        if isinstance(event, StepBegan):
            kind = event.step.task.kind
            self.gate.begin_task(kind)
            spent[kind] = spent.get(kind, 0) + 1  # as if it had acted: a crash must not give an act away
        line = told(event)
        if line is not None:
            self._lines.put_nowait(_Line(line, spent))

    async def _tell_all(self) -> None:
        while (line := await self._lines.get()) is not None:
            await self._write(line.told.body, line.told.evidence, line.spent)

    async def _write(self, body: EventBody, evidence: Sequence[str], spent: Mapping[str, int]) -> None:
        """Write an event down, however long its disk may be full."""
        failed = False
        while True:
            try:
                await self._rig.store.tell(self._play, self.lease.token, body, evidence=evidence, spent=spent)
            except StoreUnusable as error:
                if not failed:
                    _log.error("an event cannot be written down; it waits", error=error.message)
                failed = True
                await self._rig.clock.sleep(_STORE_PAUSE_S)
            else:
                break
        self._rig.outbox.send(self.order.sequence_run)
