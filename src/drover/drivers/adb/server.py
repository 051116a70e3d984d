"""A private adb server: an own process on a port of its own, apart from whatever server the user has."""

import asyncio
import contextlib
import importlib.util
import os
import shutil
import socket
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import structlog

from drover.drivers.adb.backoff import Backoff
from drover.drivers.adb.client import DEFAULT_HOST, AdbServer, Address
from drover.drivers.adb.faults import AdbNotFound, AdbProtocolError, AdbServerFailed, AdbServerUnavailable

START_DEADLINE_S = 20.0
_STOP_DEADLINE_S = 5.0
_HEALTHY_S = 10.0
# It is told the number of each server process. When this process is gone, however it went, its input ends: then it ends
# the last one and removes the home.
_WATCH = 'while read -r number; do pid=$number; done; kill "$pid" 2>/dev/null; rm -rf "$1"'

_log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def find_adb() -> Path:
    """Return the adb binary: the one on PATH, else the one inside the adbutils package. Raises AdbNotFound."""
    if found := shutil.which("adb"):
        return Path(found)
    spec = importlib.util.find_spec("adbutils")
    for folder in spec.submodule_search_locations or () if spec else ():
        binary = Path(folder) / "binaries" / "adb"
        if os.access(binary, os.X_OK):
            return binary
    raise AdbNotFound


@asynccontextmanager
async def private_server(*, binary: Path | None = None, commands: int = 16) -> AsyncGenerator[AdbServer, None]:
    """Start an adb server on a free port of this computer, and stop it on leaving.

    It has a home folder of its own, which goes with it, and sees neither USB nor emulators nor the network, only the
    phones that it is told to connect to. One that ends by itself is started again at the same port; it has forgotten
    its phones then, and whoever watches them connects them anew. Raises AdbNotFound, AdbServerFailed. Where this
    process is killed, the server is ended by a watching shell; only if that is killed too, the server stays.
    """
    binary = binary or find_adb()
    with tempfile.TemporaryDirectory(prefix="drover-adb-") as home, socket.create_server((DEFAULT_HOST, 0)) as listener:
        server = AdbServer(Address(DEFAULT_HOST, listener.getsockname()[1]), commands=commands)
        async with _watch(home) as tell:
            keeper = _Keeper(binary, Path(home), listener, server, tell)
            try:
                await keeper.start()
                keeping = asyncio.create_task(keeper.keep())
                try:
                    yield server
                finally:
                    keeping.cancel()
                    await asyncio.gather(keeping, return_exceptions=True)
            finally:
                await keeper.stop()


class _Keeper:
    """Keeps one server process going."""

    def __init__(
        self, binary: Path, home: Path, listener: socket.socket, server: AdbServer, tell: Callable[[int], None]
    ) -> None:
        self._binary = binary
        self._home = home
        self._listener = listener
        self._server = server
        self._tell = tell
        self._process: Process | None = None

    async def start(self) -> None:
        """Start the server, and return when it answers. Raises AdbServerFailed."""
        # The server takes over a socket that listens already: no port is guessed, and no connection comes too early.
        with (self._home / "log").open("wb") as log:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    str(self._binary),
                    *("-L", f"acceptfd:{self._listener.fileno()}", "nodaemon", "server"),
                    pass_fds=(self._listener.fileno(),),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=_environment(self._home),
                    start_new_session=True,
                )
            except OSError as error:
                raise AdbServerFailed(str(self._binary), (error.strerror or str(error)).lower()) from error
        self._tell(self._process.pid)
        await _answering(self._server, self._process, self._binary, self._home)

    async def keep(self) -> NoReturn:
        """Start the server again whenever it ends; after pauses that grow where it does not live long."""
        now = asyncio.get_running_loop().time
        backoff = Backoff()
        while True:
            began = now()
            if self._process is not None:
                _log.warning("adb server ended, and is started again", code=await self._process.wait())
            if now() - began > _HEALTHY_S:
                backoff.succeeded(now())
            await asyncio.sleep(backoff.remaining_s(now()))
            backoff.failed(now())
            try:
                await self.start()
            except AdbServerFailed as error:
                _log.warning("adb server did not start again", reason=error.message)

    async def stop(self) -> None:
        """End the server."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_DEADLINE_S):
                await process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@asynccontextmanager
async def _watch(home: str) -> AsyncGenerator[Callable[[int], None], None]:
    """Yield what tells the watcher of a server process."""
    reading, writing = os.pipe()

    def tell(pid: int) -> None:
        os.write(writing, f"{pid}\n".encode())

    try:
        watcher = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", _WATCH, "drover-adb-watch", home),
            stdin=reading,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except BaseException:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    try:
        yield tell
    finally:
        os.close(writing)
        await watcher.wait()


async def _answering(server: AdbServer, process: Process, binary: Path, home: Path) -> None:
    version = asyncio.ensure_future(server.ask("host:version", deadline_s=START_DEADLINE_S))
    ended = asyncio.ensure_future(process.wait())
    try:
        await asyncio.wait((version, ended), return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            raise AdbServerFailed(str(binary), _last_line(home / "log") or f"it ended with code {ended.result()}")
        version.result()
    except (AdbServerUnavailable, AdbProtocolError) as error:
        raise AdbServerFailed(str(binary), _last_line(home / "log") or error.message) from error
    finally:
        for task in (version, ended):
            task.cancel()
        await asyncio.gather(version, ended, return_exceptions=True)


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else ""


def _environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "ANDROID_SDK_HOME": str(home),
        "ANDROID_USER_HOME": str(home),
        "TMPDIR": str(home),
        "ADB_MDNS": "0",
        "ADB_MDNS_OPENSCREEN": "0",
        "ADB_MDNS_AUTO_CONNECT": "0",
        "ADB_USB": "0",
        "ADB_EMU": "0",
        "ADB_LOCAL_TRANSPORT_MAX_PORT": "0",
    }
