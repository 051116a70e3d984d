"""Bringing what is nearly in the order of time into it. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Protocol, TypeVar


class Timed(Protocol):
    """What has a moment."""

    @property
    def at(self) -> datetime:
        """The moment."""
        ...


T = TypeVar("T", bound=Timed)


def in_order(items: Iterable[T], lag: timedelta) -> Iterator[T]:
    """Yield what comes with moments that fall by less than `lag` in their order; of several at one moment the first."""
    waiting: list[tuple[datetime, int, T]] = []
    latest: datetime | None = None
    for number, item in enumerate(items):
        heappush(waiting, (item.at, number, item))
        while waiting[0][0] + lag <= item.at:
            latest, fresh = _popped(waiting, latest)
            yield from fresh
    while waiting:
        latest, fresh = _popped(waiting, latest)
        yield from fresh


def _popped(waiting: list[tuple[datetime, int, T]], latest: datetime | None) -> tuple[datetime, tuple[T, ...]]:
    at, _, item = heappop(waiting)
    return at, () if at == latest else (item,)
