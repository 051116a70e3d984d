"""A simulated phone on which uiautomator2's service is far faster than the commands of Android, or far slower."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from drover.drivers.adb.driver import AdbDriver
from drover.drivers.adb.jar import Jar, installed_jar
from drover.drivers.adb.phone_ways import WayOptions
from drover.drivers.adb.server import private_server
from drover.drivers.adb.source import AdbSource
from drover.kernel.clock import SystemClock
from drover.simulator.phone import SimulatedPhone
from drover.simulator.profiles import Slowdown
from drover.simulator.rack import Rack, RackOptions
from tests.drivers.adb.field_handset import FieldHandset, field_handset

# Milliseconds far enough apart that a busy machine does not turn them round.
FAST: Mapping[str, float] = {"capture": 0.8, "fast_capture": 0.05, "input": 2.0, "fast_input": 0.1, "app_start": 0.1}
SLOW: Mapping[str, float] = {"capture": 0.1, "fast_capture": 2.0, "input": 0.2, "fast_input": 10.0, "app_start": 0.1}
SERVICE = "tcp:9008"


def jar() -> Jar:
    """Return the jar of the installed package."""
    path = installed_jar()
    assert path is not None
    return Jar.read(path)


@dataclass(frozen=True)
class FastPhone:
    """The phone, a driver that is not yet attached, and where drivers come from."""

    phone: SimulatedPhone
    driver: AdbDriver
    source: AdbSource

    @property
    def handset(self) -> FieldHandset:
        """The phone's inside."""
        assert isinstance(self.phone.handset, FieldHandset)
        return self.phone.handset

    @property
    def programs(self) -> list[str]:
        """What shells have started and what still runs."""
        return [process.name for process in self.phone.processes.listed() if process.user == "shell"]

    def end_service(self) -> None:
        """Kill the service's process."""
        for process in self.phone.processes.listed():
            self.phone.processes.kill(process.pid)


@asynccontextmanager
async def fast_phone(
    factors: Mapping[str, float] = FAST,
    *,
    options: WayOptions | None = None,
    adb_keyboard: bool = False,
    users: int = 1,
) -> AsyncGenerator[FastPhone, None]:
    """Serve one phone with an adb server of its own."""
    made = RackOptions(profile="typical", width=720, adb_keyboard=adb_keyboard, users=users)
    async with Rack(made, field_handset) as rack, private_server() as server:
        (phone,) = rack.phones
        phone.delays.slowed = Slowdown("typical", factors)
        ways = WayOptions(jar(), measured=True) if options is None else options
        source = AdbSource(server, SystemClock(), options=ways)
        assert await source.connect(rack.serials) == {}
        driver = source.driver(phone.line.serial)
        try:
            yield FastPhone(phone, driver, source)
        finally:
            phone.faults.clear_all()
            await driver.detach()
