"""A private adb server: an own process on a port of its own, apart from whatever server the user has."""

import asyncio
import contextlib
import importlib.util
import os
import shutil
import socket
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from drover.drivers.adb.client import DEFAULT_HOST, AdbServer, Address
from drover.drivers.adb.faults import AdbNotFound, AdbProtocolError, AdbServerFailed, AdbServerUnavailable

START_DEADLINE_S = 20.0
_STOP_DEADLINE_S = 5.0
# Ends the server and removes its home once this process is gone, however it went: then the pipe is closed.
_WATCH = 'read -r _; kill "$1" 2>/dev/null; rm -rf "$2"'


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
    phones that it is told to connect to. Raises AdbNotFound, AdbServerFailed. Where this process is killed, the server
    is ended by a watching shell; only if that is killed too, the server stays.
    """
    binary = binary or find_adb()
    with tempfile.TemporaryDirectory(prefix="drover-adb-") as home:
        listener = socket.create_server((DEFAULT_HOST, 0))
        server = AdbServer(Address(DEFAULT_HOST, listener.getsockname()[1]), commands=commands)
        async with contextlib.AsyncExitStack() as stack:
            process = await stack.enter_async_context(_process(binary, Path(home), listener))
            await stack.enter_async_context(_watch(process.pid, home))
            await _answering(server, process, binary, Path(home))
            yield server


@asynccontextmanager
async def _process(
    binary: Path, home: Path, listener: socket.socket
) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    # The server takes over a socket that listens already: no port is guessed, and no connection can come too early.
    with listener, (home / "log").open("wb") as log:
        try:
            process = await asyncio.create_subprocess_exec(
                str(binary),
                *("-L", f"acceptfd:{listener.fileno()}", "nodaemon", "server"),
                pass_fds=(listener.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(home),
                start_new_session=True,
            )
        except OSError as error:
            raise AdbServerFailed(str(binary), (error.strerror or str(error)).lower()) from error
    try:
        yield process
    finally:
        await _stop(process)


async def _stop(process: Process) -> None:
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
async def _watch(pid: int, home: str) -> AsyncGenerator[None, None]:
    reading, writing = os.pipe()
    try:
        watcher = await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", _WATCH, "drover-adb-watch", str(pid), home),
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
        yield
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
