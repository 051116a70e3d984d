"""Plays the steps of a run on its phone. What each method does, it may do again after a crash without harm.

Waiting for the end of a play holds nothing: no connection, no transaction, no thread. The database is the truth about
it; the news that wakes who waits may get lost.
"""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from typing import Final

import structlog

from drover.fleet.service import Phones
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.platform.db.database import Database
from drover.protocol.messages import Refused, StopOrder
from drover.sequences.helpers import Helper, HelperContext, HelperFailed
from drover.workflows.domain.failures import Ending, Outcome
from drover.workflows.domain.records import StepRun
from drover.workflows.domain.runs import Cause, ResultClass, RunStatus
from drover.workflows.repository import runs
from drover.workflows.service.held import Hands, Held, RunKey
from drover.workflows.service.pace import USUAL, Pace
from drover.workflows.service.ports import AgentAway, PlaysAt
from drover.workflows.service.settling import Settling
from drover.workflows.service.stepping import (
    Call,
    GoesOn,
    Pause,
    Send,
    Stepping,
    Stops,
    code_of,
    failed_with,
    this_attempt,
)

AWAY_PROBE_S: Final = 1.0
"""How often an agent is asked that does not answer."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Playing:
    """Plays steps with the agents that hold the phones."""

    def __init__(
        self,
        database: Database,
        stepping: Stepping,
        plays_at: PlaysAt,
        phones: Phones,
        settling: Settling,
        hands: Hands,
        clock: Clock,
        helpers: Mapping[str, Helper],
        pace: Pace = USUAL,
    ) -> None:
        self._database = database
        self._stepping = stepping
        self._plays_at = plays_at
        self._phones = phones
        self._settling = settling
        self._hands = hands
        self._clock = clock
        self._helpers = helpers
        self._pace = pace

    async def held(self, key: RunKey) -> tuple[AbstractContextManager[None], int] | None:
        """Return what keeps a run's lease renewed while it is entered, and how many steps the run has.

        None: it is not this attempt's any more.
        """
        async with self._database.reading(key.whose) as unit:
            run = await this_attempt(unit, key)
            if run is None or run.lease_token is None:
                return None
            phone = await self._phones.get(unit, run.phone_id)
            count = await runs.step_count(unit, key.run_id)
        agent = phone.agent.name if phone.agent else ""
        return self._hands.holding(Held(key, run.phone_id, phone.serial, agent, run.lease_token)), count

    async def step(self, key: RunKey, position: int) -> bool:
        """Play a step to its end, its switch sequence first where one is needed; return whether the run goes on."""
        while True:
            async with self._database.writing(key.whose) as unit:
                todo = await self._stepping.todo(unit, key, position)
            match todo:
                case GoesOn():
                    return True
                case Stops():
                    return False
                case Pause():
                    await self._clock.sleep(todo.seconds)
                case Send():
                    await self._play(key, todo)
                case Call():
                    await self._call(key, todo)

    async def finish(self, key: RunKey) -> None:
        """End the run with the result that its steps give, unless it was stopped before."""
        async with self._database.writing(key.whose) as unit:
            await self._stepping.finish(unit, key)

    async def _play(self, key: RunKey, send: Send) -> None:
        """Order a play and wait for its end; that it cannot be played is its end."""
        with self._hands.waiting(send.part.id, key) as news:
            away_since: float | None = None
            try:
                answer = await self._plays_at.order(send.agent, send.order)
            except AgentAway as error:
                if not send.known:
                    await self._end(key, send.part, _interrupted(error))
                    return
                away_since = self._clock.monotonic()
            else:
                if isinstance(answer, Refused):
                    await self._refused(key, send, answer)
                    return
            await self._until_ended(key, send, news, away_since)

    async def _until_ended(self, key: RunKey, send: Send, news: asyncio.Event, away_since: float | None) -> None:
        while True:
            try:
                await asyncio.wait_for(news.wait(), self._pace.probe_s if away_since is None else AWAY_PROBE_S)
            except TimeoutError:
                away_since = await self._probe(key, send, away_since)
            news.clear()
            async with self._database.reading(key.whose) as unit:
                part = await runs.step(unit, send.part.id)
                run = await this_attempt(unit, key)
            over = part is None or part.ended_attempt >= send.part.attempt
            if run is None or over:
                return

    async def _probe(self, key: RunKey, send: Send, away_since: float | None) -> float | None:
        """Ask after a play. Return since when its agent has not answered; None: it does.

        Where it has not for long, the run is paused; it keeps its phone, and goes on when the agent is back.
        """
        now = self._clock.monotonic()
        try:
            answer = await self._plays_at.order(send.agent, send.order)
        except AgentAway as error:
            if away_since is not None and now - away_since >= self._pace.away_for_s:
                await self._away(key, error)
                await self._moved(key, send)
            return now if away_since is None else away_since
        if isinstance(answer, Refused):
            await self._refused(key, send, answer)
            return None
        if away_since is not None:
            await self._back(key)
        await self._moved(key, send)
        return None

    async def _moved(self, key: RunKey, send: Send) -> None:
        """Where another agent has the phone by now, see that the run goes on there.

        The agent that was asked stops its play; where it does not answer, it acts no more once its lease has run out.
        """
        async with self._database.writing(key.whose) as unit:
            run = await this_attempt(unit, key, lock=True)
            phone = await self._phones.get(unit, send.run.phone_id)
            if run is None or phone.agent is None or phone.agent.name == send.agent or run.asked is not None:
                return
            why = f"phone {phone.name} has moved from agent {send.agent} to {phone.agent.name}"
            await runs.keep(unit, replace(run, asked=Cause.LEASE_LOST, reason=why))
        stop = StopOrder(scope="run", id=key.run_id, issued_at=self._clock.now(), reason=why)
        with suppress(AgentAway):
            await self._plays_at.stop(send.agent, stop)

    async def _back(self, key: RunKey) -> None:
        async with self._database.writing(key.whose) as unit:
            run = await this_attempt(unit, key, lock=True)
            if run is not None and run.status is RunStatus.PAUSED and run.cause is Cause.AGENT_GONE:
                await runs.keep(unit, run.returned(await unit.now()))
                await self._settling.tell(unit, run, "run_resumed", {"why": "the agent is back"})

    async def _away(self, key: RunKey, error: AgentAway) -> None:
        async with self._database.writing(key.whose) as unit:
            run = await this_attempt(unit, key, lock=True)
            if run is not None and run.status is RunStatus.RUNNING:
                paused = run.paused(Cause.AGENT_GONE, error.message, await unit.now(), keeps_phone=True)
                await runs.keep(unit, paused)
                await self._settling.tell(unit, paused, "run_paused", {"cause": Cause.AGENT_GONE.value})

    async def _refused(self, key: RunKey, send: Send, refused: Refused) -> None:
        """Take a refusal as the end of the attempt; only what this very agent never began is begun now."""
        if refused.code == "run_not_known" and send.same_agent:
            async with self._database.writing(key.whose) as unit:
                await self._stepping.unbegun(unit, key, send.part)
            return
        result = ResultClass.HANDED_OVER if refused.code == "run_not_known" else ResultClass.FAILED
        await self._end(key, send.part, Ending(Outcome.FAILED, result, refused.code, refused.message, refused.hint))

    async def _end(self, key: RunKey, part: StepRun, ending: Ending) -> None:
        async with self._database.writing(key.whose) as unit:
            await self._stepping.end(unit, key, part, ending)

    async def _call(self, key: RunKey, call: Call) -> None:
        """Call a helper; it may be called again after a crash, as everything here."""
        await self._end(key, call.part, await self._called(call))

    async def _called(self, call: Call) -> Ending:
        helper = self._helpers.get(call.work.helper)
        if helper is None:
            return failed_with(HelperFailed(call.work.helper, "is not installed"))
        given = {name: str(value) for name, value in call.run.parameters.items()}
        context = HelperContext(call.phone, None, {**given, **call.read})
        try:
            async with asyncio.timeout(call.work.timeout_s):
                returned = await helper(context, **call.texts)
        except TimeoutError:
            return failed_with(HelperFailed(call.work.helper, f"took more than {call.work.timeout_s:g} s"))
        except DroverError as error:
            return failed_with(error)
        except Exception as error:  # noqa: BLE001  a helper is anybody's code
            _log.warning("helper failed", helper=call.work.helper, run=call.run.id, error=repr(error))
            return failed_with(HelperFailed(call.work.helper, f"raised {type(error).__name__}: {error}"))
        into = call.work.into
        variables = {into: returned or ""} if into and not call.secret else {}
        return Ending(Outcome.COMPLETED, ResultClass.COMPLETED, variables=variables)


def _interrupted(error: AgentAway) -> Ending:
    return Ending(Outcome.INTERRUPTED, ResultClass.FAILED, code_of(error), error.message, error.hint)
