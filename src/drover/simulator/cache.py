"""A cache bounded by bytes; the least recently used entries go first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class ByteCache(Generic[Value]):
    """Values by key, at most `limit_bytes` of them as `weigh` counts. Safe to use from several threads."""

    def __init__(self, limit_bytes: int, weigh: Callable[[Value], int]) -> None:
        self._limit_bytes = limit_bytes
        self._weigh = weigh
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._held_bytes = 0
        self._lock = threading.Lock()

    @property
    def held_bytes(self) -> int:
        """How much is held now."""
        return self._held_bytes

    def find(self, key: Hashable) -> Value | None:
        """Return the value of `key`, or None where it is not held."""
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def keep(self, key: Hashable, value: Value) -> None:
        """Hold `value`, dropping older ones; a value heavier than the whole cache is not held."""
        weight = self._weigh(value)
        with self._lock:
            old = self._values.pop(key, None)
            self._held_bytes -= 0 if old is None else self._weigh(old)
            if weight > self._limit_bytes:
                return
            self._values[key] = value
            self._held_bytes += weight
            while self._held_bytes > self._limit_bytes:
                _, dropped = self._values.popitem(last=False)
                self._held_bytes -= self._weigh(dropped)
