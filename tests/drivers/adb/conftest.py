import contextlib
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager

import pytest

from drover.drivers.adb.client import AdbServer
from drover.drivers.adb.deadlines import Deadlines
from drover.drivers.adb.driver import AdbDriver
from drover.kernel.clock import FakeClock
from tests.drivers.adb.scripted_server import Script, scripted_server

OpenDriver = Callable[[Script], AbstractAsyncContextManager[AdbDriver]]

QUICK = Deadlines(*[1.0] * 9)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def driver_over(clock: FakeClock) -> OpenDriver:
    @contextlib.asynccontextmanager
    async def open_driver(script: Script) -> AsyncGenerator[AdbDriver, None]:
        async with scripted_server(script) as scripted:
            server = AdbServer(scripted.address, deadline_s=2)
            yield AdbDriver("PHONE1", server, clock, deadlines=QUICK)

    return open_driver
