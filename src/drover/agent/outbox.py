"""Sends what plays tell until it is acknowledged: in order for each sequence run, whatever becomes of the others."""

import asyncio
from typing import Final

import structlog

from drover.agent.store import AgentStore, Unsent
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.platform.blobs import BlobMissing, Blobs
from drover.platform.bus.ports import Bus
from drover.platform.content import Content
from drover.protocol.codec import decode, encode
from drover.protocol.messages import Ack, PlayEvent
from drover.protocol.subjects import EVENT, from_agent

ANSWER_S: Final = 10.0
"""How long an acknowledgement is waited for; a database may be stopped for a moment."""
PAUSES_S: Final = (0.1, 0.25, 0.5, 1.0, 2.0)
"""Pauses before an event is sent again; the last one from then on."""
AT_ONCE: Final = 16
"""So many sequence runs' events are sent at once."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Outbox:
    """Sends events from the store over the bus."""

    def __init__(self, agent: str, store: AgentStore, bus: Bus, content: Content, blobs: Blobs, clock: Clock) -> None:
        self._subject = from_agent(agent, EVENT)
        self._store = store
        self._bus = bus
        self._content = content
        self._blobs = blobs
        self._clock = clock
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._senders: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._failing = 0

    async def begin(self) -> None:
        """Begin to send what an earlier agent left."""
        for sequence_run in await self._store.unsent_runs():
            self.send(sequence_run)

    def send(self, sequence_run: str) -> None:
        """Send the events of a sequence run, now or as soon as they can be."""
        self._again.add(sequence_run)
        if sequence_run not in self._senders:
            sender = asyncio.ensure_future(self._send_all(sequence_run))
            self._senders[sequence_run] = sender
            sender.add_done_callback(lambda _: self._ended(sequence_run))

    async def flush(self, timeout_s: float) -> bool:
        """Return whether everything has been acknowledged, which is waited for that long."""
        senders = tuple(self._senders.values())
        if senders:
            await asyncio.wait(senders, timeout=timeout_s)
        return not self._senders

    async def end(self) -> None:
        """Send no more; what is left is sent by the next agent of this folder."""
        senders = tuple(self._senders.values())
        self._again.clear()
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)

    def _ended(self, sequence_run: str) -> None:
        del self._senders[sequence_run]
        if sequence_run in self._again:
            self.send(sequence_run)

    async def _send_all(self, sequence_run: str) -> None:
        tries = 0
        while True:
            self._again.discard(sequence_run)
            try:
                unsent = await self._store.next_unsent(sequence_run)
                if unsent is None:
                    return
                async with self._turns:
                    await self._send(unsent)
            except DroverError as error:
                self._note_failure(error, first=tries == 0)
                await self._clock.sleep(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
                tries += 1
            else:
                self._note_success(again=tries > 0)
                tries = 0

    async def _send(self, unsent: Unsent) -> None:
        event = unsent.event
        for digest in unsent.evidence:
            await self._hand_over(digest)
        ack = await self._asked(event)
        if ack.number < event.number - 1:
            # What came before was acknowledged, hence is gone here, and was lost there: a database that lost commits.
            ack = await self._asked(event.model_copy(update={"alone": True}))
        if ack.sequence_run != event.sequence_run or ack.number < event.number:
            raise NotAcknowledged(event.sequence_run, event.number, ack.number)
        await self._store.acknowledge(event.sequence_run, event.number)

    async def _asked(self, event: PlayEvent) -> Ack:
        return decode(await self._bus.request(self._subject, encode(event), timeout_s=ANSWER_S), Ack)

    async def _hand_over(self, digest: str) -> None:
        try:
            content = await asyncio.to_thread(self._blobs.get, digest)
        except BlobMissing as error:  # somebody emptied the folder; what happened is told without it
            _log.warning("evidence is missing", error=error.message)
        else:
            await self._content.put(content)

    def _note_failure(self, error: DroverError, *, first: bool) -> None:
        self._failing += first
        if first and self._failing == 1:
            _log.warning("events are not acknowledged; they are kept", error=error.message)

    def _note_success(self, *, again: bool) -> None:
        self._failing -= again
        if again and self._failing == 0:
            _log.info("events are acknowledged again")


class NotAcknowledged(DroverError):
    """The server has taken an event, but has not kept it."""

    def __init__(self, sequence_run: str, number: int, kept: int) -> None:
        super().__init__(f"event {number} of sequence run {sequence_run} is not kept, only up to {kept}")
