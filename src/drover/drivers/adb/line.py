"""The way to one phone through its adb server: every call with a slot, a deadline, a typed error, and the backoff."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from drover.devices.errors import DeviceError, DeviceGarbage, DeviceTimeout, PhoneOffline
from drover.drivers.adb.backoff import Backoff
from drover.drivers.adb.client import AdbServer
from drover.drivers.adb.connection import Connection
from drover.drivers.adb.faults import AdbBrokenOff, AdbRefused, phone_error
from drover.drivers.adb.wire import ShellOutput
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError


class PhoneLine:
    """Opens services of one phone, and says what a failure means for that phone."""

    def __init__(self, serial: str, server: AdbServer, clock: Clock, backoff: Backoff) -> None:
        self.serial = serial
        self.server = server
        self._clock = clock
        self._backoff = backoff

    async def ping(self, within_s: float) -> None:
        """Return once the phone answers, or has answered within the last `within_s`. Takes no slot; no deadline.

        A phone that is left alone for a while is asked all the same: its answer ends that.
        """
        if self._clock.monotonic() - self._backoff.heard_at <= within_s:
            return
        try:
            async with self.service("shell,v2,raw:true") as connection:
                await connection.read_shell()
        except DroverError as error:
            raise await self.meaning("heartbeat", error) from error
        self._backoff.succeeded(self._clock.monotonic())

    @asynccontextmanager
    async def guard(self, call: str, deadline_s: float, *, patient: bool = True) -> AsyncGenerator[None, None]:
        """Hold a slot and a deadline for what `call` does; the deadline runs from when the slot is free.

        Raises DeviceError alone. Fails at once while the phone's backoff lasts, unless `patient` is False.
        """
        if patient:
            self._check_backoff()
        try:
            async with self.server.slot(), asyncio.timeout(deadline_s):
                try:
                    yield
                except DeviceError:
                    raise
                except DroverError as error:
                    raise await self.meaning(call, error) from error
        except TimeoutError as error:
            raise DeviceTimeout(self.serial, call, deadline_s) from error
        except PhoneOffline:
            self._backoff.failed(self._clock.monotonic())
            raise
        self._backoff.succeeded(self._clock.monotonic())

    @asynccontextmanager
    async def stream(self, name: str, call: str) -> AsyncGenerator[Connection, None]:
        """Yield a connection to a service that goes on until it is left: takes no slot, has no deadline.

        Raises DeviceError alone.
        """
        self._check_backoff()
        try:
            async with self.service(name) as connection:
                yield connection
        except DeviceError:
            raise
        except DroverError as error:
            raise await self.meaning(call, error) from error

    async def shell(self, command: str, call: str, deadline_s: float) -> ShellOutput:
        """Run a command in the phone's shell; its output, with an exit code, is whole or this raises."""
        async with self.guard(call, deadline_s), self.service(f"shell,v2,raw:{command}") as connection:
            return await connection.read_shell()

    async def text(self, command: str, call: str, deadline_s: float) -> str:
        """Run a command, and return what it printed to either stream."""
        output = await self.shell(command, call, deadline_s)
        return (output.stdout + output.stderr).decode("utf-8", "replace")

    def service(self, name: str) -> AbstractAsyncContextManager[Connection]:
        """Return a connection to a service of the phone; only inside `guard`."""
        return self.server.service(self.serial, name)

    async def garbage(self, call: str, detail: str) -> DeviceError:
        """Return the error for an answer that is wrong: offline where the phone went away meanwhile."""
        state = await self._state()
        return DeviceGarbage(self.serial, call, detail) if state is None else PhoneOffline(self.serial, state)

    def _check_backoff(self) -> None:
        pause = self._backoff.remaining_s(self._clock.monotonic())
        if pause > 0:
            raise PhoneOffline(self.serial, f"it went away; tried again in {pause:.1f} s")

    async def meaning(self, call: str, error: DroverError) -> DeviceError:
        """Return what a failure of the adb server's means for the phone."""
        closed = isinstance(error, AdbRefused) and "closed" in error.reason
        if (closed or isinstance(error, AdbBrokenOff)) and (state := await self._state()) is not None:
            return PhoneOffline(self.serial, state)
        return phone_error(self.serial, call, error)

    async def _state(self) -> str | None:
        try:
            return await self.server.lost(self.serial)
        except DroverError as error:
            return error.message
