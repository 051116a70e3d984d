"""A source of phones that counts how many of them are acted on at once, whatever the player says."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, cast

from drover.devices.ports import Driver
from drover.drivers.adb.source import AdbSource

ACTS = frozenset(
    ("capture", "tap", "long_tap", "swipe", "type_text", "press", "ui_tree", "start_app", "stop_app", "push")
)


@dataclass
class Count:
    """How many acts are under way now, and were at most."""

    now: int = 0
    most: int = 0


class CountedDriver:
    """Any driver, with its acts counted."""

    def __init__(self, driver: Driver, count: Count) -> None:
        self._driver = driver
        self._count = count

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the driver has
        member = getattr(self._driver, name)
        return self._counted(member) if name in ACTS else member

    def _counted(self, call: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Coroutine[Any, Any, Any]]:
        async def counted(*args: object, **kwargs: object) -> object:
            self._count.now += 1
            self._count.most = max(self._count.most, self._count.now)
            try:
                return await call(*args, **kwargs)
            finally:
                self._count.now -= 1

        return counted


class CountedSource:
    """Any source of phones, whose drivers count into `count`."""

    def __init__(self, source: AdbSource, count: Count) -> None:
        self._source = source
        self._count = count

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the source has
        return getattr(self._source, name)

    def driver(self, serial: str) -> Driver:
        """Return the phone's driver, counted."""
        return cast("Driver", CountedDriver(self._source.driver(serial), self._count))
