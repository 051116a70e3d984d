"""What was stopped, and which orders and plays that concerns. Pure."""

from datetime import timedelta
from typing import Final

from drover.agent.errors import GateClosed, Halted, StopAsked
from drover.protocol.messages import PlayOrder, StopOrder

UNDER_WAY: Final = timedelta(seconds=30)
"""An order that is older has been given up by whoever sent it. More would void new orders of a clock that was set back.
"""


def concerns(stop: StopOrder, order: PlayOrder) -> bool:
    """Return whether an order is among those that `stop` stops."""
    match stop.scope:
        case "all":
            return True
        case "client":
            return order.client == stop.id
        case "run":
            return order.run == stop.id


def refusal(stop: StopOrder, serial: str) -> GateClosed:
    """Return why a play that `stop` concerns does no more."""
    return StopAsked(serial, stop.reason) if stop.scope == "run" else Halted(serial, stop.reason)


class Stops:
    """The latest stop of each scope and id. They are for orders that were under way when something was stopped.

    Whatever is ordered, the server is asked before the first act whether it may be played: that is what keeps a halt.
    """

    def __init__(self) -> None:
        self._stops: dict[tuple[str, str], StopOrder] = {}

    def add(self, stop: StopOrder) -> None:
        """Take one in."""
        known = self._stops.get((stop.scope, stop.id))
        if known is None or known.issued_at <= stop.issued_at:
            self._stops[stop.scope, stop.id] = stop
        newest = max(each.issued_at for each in self._stops.values())
        self._stops = {key: each for key, each in self._stops.items() if newest - each.issued_at <= UNDER_WAY}

    def void(self, order: PlayOrder) -> StopOrder | None:
        """Return what stopped an order while it was under way: a stop issued at the same time, or soon after."""
        found = (
            stop
            for stop in self._stops.values()
            if concerns(stop, order) and timedelta(0) <= stop.issued_at - order.issued_at <= UNDER_WAY
        )
        return next(found, None)
