"""uiautomator2's service on a phone: its jar pushed, its process kept running, its methods called.

The process lives as long as the shell that started it, so that nothing is left on the phone when the driver lets go.
"""

import asyncio
import contextlib
from contextlib import aclosing
from typing import Any, Final

from drover.devices.errors import DeviceError, DeviceGarbage
from drover.drivers.adb import rpc, sync
from drover.drivers.adb.deadlines import Deadlines
from drover.drivers.adb.faults import AdbProtocolError, AdbRefused
from drover.drivers.adb.jar import Jar
from drover.drivers.adb.line import PhoneLine
from drover.drivers.adb.ways import WayClosed
from drover.kernel.clock import Clock

REMOTE_JAR: Final = "/data/local/tmp/u2.jar"
COMMAND: Final = f"CLASSPATH={REMOTE_JAR} app_process / com.wetest.uia2.Main 2>&1"
_ADDRESS: Final = "tcp:9008"
_READY_S: Final = 10.0
_LOOK_AGAIN_S: Final = 0.1
_PING_S: Final = 3.0
_MODE: Final = 0o100644
_KEPT_WORDS: Final = 300
# What the service says when Android has taken its access to the windows away; only a new process gets it back.
_DISCONNECTED: Final = ("UiAutomation not connected", "DeadObjectException", "DeadSystem")


class U2Service:
    """The service of one phone. A service that somebody else has started is used as it is.

    `start` first. A service that ends is started again once; after that its calls raise WayClosed.
    """

    def __init__(self, line: PhoneLine, jar: Jar, clock: Clock, deadlines: Deadlines) -> None:
        self._line = line
        self._jar = jar
        self._clock = clock
        self._deadlines = deadlines
        self._process: asyncio.Task[None] | None = None
        self._said = ""
        self._restarts = 0
        self._starting = asyncio.Lock()

    @property
    def serial(self) -> str:
        """The serial number of the phone."""
        return self._line.serial

    async def start(self) -> None:
        """Let the service run. Raises WayClosed where it does not, DeviceError where the phone does not answer."""
        self._restarts = 1
        await self._start()

    async def stop(self) -> None:
        """End the process, if it is ours. Never raises."""
        process, self._process = self._process, None
        if process is not None:
            process.cancel()
            await asyncio.wait([process])

    async def call(self, method: str, *parameters: object, doing: str, deadline_s: float) -> Any:  # noqa: ANN401  JSON
        """Return what a method of the service returns.

        Raises WayClosed where nothing was done, rpc.CallFailed where the service says why not, and DeviceError where
        it is not known or the phone is to blame.
        """
        request = rpc.call(method, parameters)
        try:
            return await self._result(request, doing, deadline_s)
        except WayClosed as closed:
            await self._start_again(closed)
        except rpc.CallFailed as failed:
            if not any(words in str(failed) for words in _DISCONNECTED):
                raise
            await self.stop()
            await self._start_again(WayClosed(str(failed)))
        return await self._result(request, doing, deadline_s)

    async def _start(self) -> None:
        if await self._answers():
            return
        await self._push()
        self._said = ""
        process = self._process = asyncio.ensure_future(self._run())
        deadline = self._clock.monotonic() + _READY_S
        while not await self._answers():
            if process.done():
                raise WayClosed(f"its service ended: {self._said.strip() or 'it said nothing'}", for_good=True)
            if self._clock.monotonic() > deadline:
                await self.stop()
                raise WayClosed(f"its service did not answer within {_READY_S:g} s", for_good=True)
            await self._clock.sleep(_LOOK_AGAIN_S)

    async def _start_again(self, why: WayClosed) -> None:
        async with self._starting:
            if await self._answers():
                return
            if self._restarts == 0:
                raise WayClosed(f"its service ended again: {why}", for_good=True)
            self._restarts -= 1
            await self.stop()
            await self._start()

    async def _run(self) -> None:
        """Hold the shell in which the service runs, and keep the last of what it prints."""
        with contextlib.suppress(DeviceError):
            async with (
                self._line.stream(f"shell,v2,raw:{COMMAND}", "uiautomator2") as connection,
                aclosing(connection.shell_output()) as printed,
            ):
                async for data in printed:
                    self._said = (self._said + data.decode("utf-8", "replace"))[-_KEPT_WORDS:]

    async def _push(self) -> None:
        if self._jar.md5 in await self._line.text(f"md5sum {REMOTE_JAR}", "attach", self._deadlines.shell_s):
            return
        seconds = int(self._clock.now().timestamp())
        try:
            async with self._line.guard("push", self._deadlines.file_s), self._line.service("sync:") as connection:
                await sync.send(connection, self._jar.content, REMOTE_JAR, mode=_MODE, modified_s=seconds)
        except sync.FileFault as fault:
            raise WayClosed(f"its jar cannot be pushed: {fault}", for_good=True) from fault

    async def _answers(self) -> bool:
        try:
            return await self._ask(rpc.request("GET", "/ping"), "attach", _PING_S) == b"pong"
        except (WayClosed, DeviceGarbage):
            return False

    async def _result(self, request: bytes, doing: str, deadline_s: float) -> Any:  # noqa: ANN401  JSON
        body = await self._ask(request, doing, deadline_s)
        try:
            return rpc.result(body)
        except rpc.NotAnAnswer as error:
            raise DeviceGarbage(self._line.serial, doing, str(error)) from error

    async def _ask(self, request: bytes, doing: str, deadline_s: float) -> bytes:
        async with self._line.guard(doing, deadline_s):
            try:
                async with self._line.service(_ADDRESS) as connection:
                    answer = rpc.Answer()
                    await connection.write(request)
                    while answer.body is None:
                        answer.feed(await connection.read_some())
                    return answer.body
            except (rpc.NotAnAnswer, AdbProtocolError) as error:
                raise await self._line.garbage(doing, str(error)) from error
            except AdbRefused as refused:
                meaning = await self._line.meaning(doing, refused)
                if isinstance(meaning, DeviceGarbage):
                    raise WayClosed("nothing listens for it on the phone") from refused
                raise meaning from refused
