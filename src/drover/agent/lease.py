"""Keeps one play's lease: asks the server whether it is good, again and again, and tells the gate."""

import asyncio
from typing import Final

import structlog

from drover.agent.errors import LeaseLost
from drover.agent.gate import Gate
from drover.agent.rig import Rig
from drover.agent.store import TakenOn
from drover.kernel.errors import DroverError
from drover.protocol.codec import decode, encode
from drover.protocol.messages import LeaseAnswer, LeaseQuestion
from drover.protocol.subjects import LEASE, from_agent

ANSWER_S: Final = 5.0
PAUSES_S: Final = (0.05, 0.1, 0.25, 0.5, 1.0)
"""Pauses after a question that was not answered; the last one from then on."""
SOONEST_S: Final = 0.2

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class LeaseKeeper:
    """Asks for one play. A lease is only ever as long as the server said after it was asked."""

    def __init__(self, play: TakenOn, gate: Gate, rig: Rig) -> None:
        self._order = play.order
        self.token = play.token
        self._gate = gate
        self._rig = rig
        self._nudged = asyncio.Event()
        self._confirmed = asyncio.Event()
        self.trouble = "the server was not asked yet"

    def ask_now(self) -> None:
        """Ask as soon as possible: something has changed."""
        self._nudged.set()

    async def confirmed(self) -> None:
        """Return once the server has answered for the first time, or the gate was closed."""
        await self._confirmed.wait()

    def release(self) -> None:
        """Let whoever waits for the first answer go: there will be none."""
        self._confirmed.set()

    async def keep(self) -> None:
        """Ask until the gate is closed."""
        failures = 0
        while self._gate.refusal is None:
            self._nudged.clear()
            try:
                await self._ask()
            except DroverError as error:
                pause_s = PAUSES_S[min(failures, len(PAUSES_S) - 1)]
                failures += 1
                self._note_failure(error, first=failures == 1)
            else:
                if failures:
                    _log.info("the server answers again", sequence_run=self._order.sequence_run)
                failures = 0
                pause_s = max(SOONEST_S, min(self._rig.options.renew_s, self._gate.left_s / 3))
            await self._pause(pause_s)

    async def _ask(self) -> None:
        token, asked_at = self.token, self._rig.clock.monotonic()
        order = self._order
        question = LeaseQuestion(sequence_run=order.sequence_run, client=order.client, phone=order.phone, token=token)
        subject = from_agent(self._rig.name, LEASE)
        answer = decode(await self._rig.bus.request(subject, encode(question), timeout_s=ANSWER_S), LeaseAnswer)
        if answer.good:
            self._gate.grant(asked_at, answer.remaining_s)
        elif token == self.token:  # otherwise a newer lease was taken meanwhile, which is asked for next
            self._gate.close(LeaseLost(order.phone, answer.reason or "the server says so"))
        else:
            self._nudged.set()
            return
        self._confirmed.set()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._nudged.wait()
        except TimeoutError:
            return

    def _note_failure(self, error: DroverError, *, first: bool) -> None:
        self.trouble = error.message
        if first:
            _log.warning("the lease is not confirmed", sequence_run=self._order.sequence_run, error=error.message)
