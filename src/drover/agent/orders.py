"""Whether an order is taken on: once for each sequence run and attempt, and never on a stale lease."""

from dataclasses import replace

from drover.agent.errors import LeaseLost, OrderVoid, PhoneBusy, PhoneUnknown, RunNotKnown, StaleToken
from drover.agent.play import Play
from drover.agent.rig import Rig
from drover.agent.stops import Stops
from drover.agent.store import TakenOn
from drover.protocol.messages import Accepted, PlayOrder


class Orders:
    """Decides on orders, one at a time, and writes down what is taken on."""

    def __init__(self, rig: Rig, stops: Stops) -> None:
        self._rig = rig
        self._stops = stops

    async def decide(self, order: PlayOrder, current: Play | None) -> TakenOn | Accepted:
        """Return what is to be begun, or the answer to an order that was taken on before.

        `current` is the play on the order's phone, if there is one; one under an older lease is shut out.
        Raises OrderRefused.
        """
        known = await self._rig.store.find(order.sequence_run, order.attempt)
        if known is not None:
            return await self._again(order, known, current)
        stop = self._stops.void(order)
        if stop is not None:
            raise OrderVoid(stop.reason)
        newest = self._rig.store.newest_token(order.phone)
        if order.token < newest:
            raise StaleToken(order.phone, order.token, newest)
        earlier = await self._earlier(order)
        if order.phone not in {phone.serial for phone in self._rig.monitor.phones()}:
            raise PhoneUnknown(order.phone)
        if current is not None and not current.over:
            if current.lease.token >= order.token:
                raise PhoneBusy(order.phone, current.order.sequence_run)
            current.gate.close(LeaseLost(order.phone, "somebody else has the phone by now"))
        if earlier is not None:
            return await self._rig.store.accept(order, earlier.journal_run, earlier.from_step)
        return await self._rig.store.accept(order, self._rig.new_id(), order.from_step)

    async def _earlier(self, order: PlayOrder) -> TakenOn | None:
        """Return the attempt that is gone on with, or None where the order begins anew. Raises RunNotKnown."""
        if not order.resume:
            return None
        earlier = await self._rig.store.newest(order.sequence_run)
        if earlier is None or earlier.order.phone != order.phone:
            raise RunNotKnown(order.sequence_run, order.phone)
        return earlier

    async def _again(self, order: PlayOrder, known: TakenOn, current: Play | None) -> TakenOn | Accepted:
        """Answer an order that came before: whoever sends it does not know, or has the phone anew."""
        if known.ended:
            await self._rig.store.send_end_again(order.sequence_run, order.attempt)
            self._rig.outbox.send(order.sequence_run)
            return Accepted(sequence_run=order.sequence_run, attempt=order.attempt, standing="ended")
        if order.token > known.token:
            await self._rig.store.renew_token(order, order.token)
            known = replace(known, token=order.token)
        if current is None or current.order.sequence_run != order.sequence_run:
            return known  # it was lost by a defect; what it was taken on for still holds
        current.lease.token = known.token
        current.lease.ask_now()
        return Accepted(sequence_run=order.sequence_run, attempt=order.attempt)
