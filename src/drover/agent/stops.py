"""What was stopped, and which orders and plays that concerns. Pure."""

from collections.abc import Iterable

from drover.agent.errors import GateClosed, Halted, StopAsked
from drover.protocol.messages import PlayOrder, StopOrder


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
    """The latest stop of each scope and id."""

    def __init__(self, stops: Iterable[StopOrder] = ()) -> None:
        self._stops = {(stop.scope, stop.id): stop for stop in stops}

    def add(self, stop: StopOrder) -> StopOrder:
        """Take one in, and return the latest of its scope and id."""
        known = self._stops.get((stop.scope, stop.id))
        latest = stop if known is None or known.issued_at <= stop.issued_at else known
        self._stops[stop.scope, stop.id] = latest
        return latest

    def void(self, order: PlayOrder) -> StopOrder | None:
        """Return what stopped an order before it came: it was issued when that was stopped, or earlier."""
        found = (stop for stop in self._stops.values() if concerns(stop, order) and order.issued_at <= stop.issued_at)
        return next(found, None)
