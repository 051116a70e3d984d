"""Adb servers: the private one, the user's own, and what is none."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from drover.drivers.adb.buffers import FILLED_AT_ONCE, BufferPool
from drover.drivers.adb.client import AdbServer, Address, address_of_user, parse_address
from drover.drivers.adb.faults import AdbNotFound, AdbProtocolError, AdbRefused, AdbServerFailed, AdbServerUnavailable
from drover.drivers.adb.server import find_adb, private_server
from drover.kernel.errors import InvalidInput
from tests.drivers.adb.scripted_server import HANG, fail, scripted_server, text


def refuses_connections(port: int) -> bool:
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(params=["on PATH", "in the wheel"])
def binary(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Path:
    folders = {"on PATH": os.environ["PATH"], "in the wheel": "/nowhere"}
    monkeypatch.setenv("PATH", folders[request.param])
    found = find_adb()
    monkeypatch.undo()
    return found


async def test_a_private_server_answers_and_leaves_no_port_behind(binary: Path) -> None:
    async with private_server(binary=binary) as server:
        assert await server.version() >= 41
        assert list(await server.sightings()) == []
        port = server.address.port
        assert not refuses_connections(port)
    assert refuses_connections(port)


async def test_a_private_server_s_home_is_its_own(
    binary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with private_server(binary=binary) as server:
        (home,) = tmp_path.iterdir()
        assert {"log", ".android"} <= {path.name for path in home.iterdir()}
        await server.version()
    assert list(tmp_path.iterdir()) == []


async def test_a_private_server_ends_with_its_parent_however_that_dies() -> None:
    program = textwrap.dedent("""
        import asyncio
        from drover.drivers.adb.server import private_server
        async def main():
            async with private_server() as server:
                print(server.address.port, flush=True)
                await asyncio.sleep(60)
        asyncio.run(main())
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        port = int(parent.stdout.readline())
        assert not refuses_connections(port)
        parent.send_signal(signal.SIGKILL)
    async with asyncio.timeout(10):
        while not refuses_connections(port):  # noqa: ASYNC110  another process is waited for
            await asyncio.sleep(0.02)


def server_processes() -> list[int]:
    """The children of this process that serve adb."""
    lists = [path.read_text() for path in Path("/proc/self/task").glob("*/children")]
    pids = [int(pid) for words in lists for pid in words.split()]
    return [pid for pid in pids if b"acceptfd" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_a_private_server_that_is_killed_is_there_again_at_its_port(binary: Path) -> None:
    async with private_server(binary=binary) as server:
        port = server.address.port
        (pid,) = server_processes()
        for _ in range(2):
            os.kill(pid, signal.SIGKILL)
            assert await server.ask("host:version", deadline_s=20)
            (pid,) = server_processes()
    assert refuses_connections(port)


async def test_a_private_server_that_cannot_start_again_is_tried_after_pauses(tmp_path: Path) -> None:
    binary = tmp_path / "adb"
    binary.symlink_to(find_adb())
    async with private_server(binary=binary) as server:
        (pid,) = server_processes()
        binary.unlink()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises((AdbServerUnavailable, AdbProtocolError)):
            await server.ask("host:version", deadline_s=0.5)
        binary.symlink_to(find_adb())
        assert await server.ask("host:version", deadline_s=20)


@pytest.mark.parametrize("content", ["#!/bin/sh\necho cannot do that >&2\nexit 3\n", "not a program"])
async def test_a_binary_that_is_no_adb_is_named(tmp_path: Path, content: str) -> None:
    binary = tmp_path / "adb"
    binary.write_text(content)
    binary.chmod(0o755)
    with pytest.raises(AdbServerFailed, match=str(binary)):
        await private_server(binary=binary).__aenter__()


async def test_a_server_is_stopped_when_its_user_fails() -> None:
    private = private_server()
    server = await private.__aenter__()
    assert not await private.__aexit__(ZeroDivisionError, ZeroDivisionError(), None)
    assert refuses_connections(server.address.port)


def test_adb_is_found_on_path_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binary = tmp_path / "adb"
    binary.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_adb() == binary


def test_without_any_adb_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "adbutils", raising=False)  # another test may have used it as a client
    with pytest.raises(AdbNotFound) as caught:
        find_adb()
    assert "pip install adbutils" in caught.value.hint


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "127.0.0.1:5037"),
        ({"ANDROID_ADB_SERVER_PORT": "7000"}, "127.0.0.1:7000"),
        ({"ANDROID_ADB_SERVER_ADDRESS": "10.0.0.9", "ANDROID_ADB_SERVER_PORT": "7000"}, "10.0.0.9:7000"),
        ({"ADB_SERVER_SOCKET": "tcp:host.example:7001", "ANDROID_ADB_SERVER_PORT": "1"}, "host.example:7001"),
        ({"ADB_SERVER_SOCKET": "tcp:7001"}, "127.0.0.1:7001"),
        ({"ADB_SERVER_SOCKET": "tcp:localhost:7001"}, "127.0.0.1:7001"),
    ],
)
def test_the_user_s_server_is_where_adb_would_look_for_it(environment: dict[str, str], address: str) -> None:
    assert str(address_of_user(environment)) == address


@pytest.mark.parametrize("text", ["", "host", "host:", "1:x", "h:0", "h:70000", "h:-1", "h:\u0661"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not an address"):
        parse_address(text)


async def test_a_server_that_is_not_running_is_not_started_and_the_error_says_how() -> None:
    server = AdbServer(Address("127.0.0.1", 1))
    with pytest.raises(AdbServerUnavailable, match="connection refused") as caught:
        await server.sightings()
    assert "adb -P 1 start-server" in caught.value.hint


async def test_what_is_no_adb_server_is_called_so() -> None:
    async with scripted_server({"host:version": [b"HTTP/1.1 400 Bad Request\r\n\r\n"]}) as scripted:
        with pytest.raises(AdbProtocolError, match="HTTP"):
            await AdbServer(scripted.address).version()


@pytest.mark.parametrize(
    ("chunks", "error"),
    [
        ([HANG], AdbServerUnavailable),
        ([b"OKAY", HANG], AdbServerUnavailable),
        ([b"OK"], AdbProtocolError),
        ([b"OKAY00zz"], AdbProtocolError),
        ([b"OKAY0004ab"], AdbProtocolError),
        ([text("wat")], AdbProtocolError),
        ([fail("no")], AdbRefused),
    ],
)
async def test_each_wrong_answer_is_a_typed_error(chunks: list[bytes], error: type[Exception]) -> None:
    async with scripted_server({"host:version": chunks}) as scripted:
        with pytest.raises(error):
            await AdbServer(scripted.address, deadline_s=0.2).version()


async def test_an_answer_in_small_pieces_is_whole() -> None:
    listing = "a\tdevice\nb\toffline\n"
    chunks = [bytes([byte]) for byte in text(listing)]
    async with scripted_server({"host:devices-l": chunks}) as scripted:
        sightings = await AdbServer(scripted.address).sightings()
    assert [sighting.serial for sighting in sightings] == ["a", "b"]


def test_a_buffer_comes_back_when_nothing_looks_at_it_any_more() -> None:
    pool = BufferPool()
    buffer = pool.take(1000)
    identity = id(buffer)
    flat = pool.lend(buffer, 16, 800)
    del buffer
    picture = flat.reshape(10, 20, 4)
    corner = picture[:2, :2, :3]
    del flat, picture
    assert pool.free == 0
    assert id(pool.take(1000)) != identity
    del corner
    assert pool.free == 1
    assert id(pool.take(1000)) == identity


def test_a_lent_buffer_cannot_be_written_to() -> None:
    pool = BufferPool()
    flat = pool.lend(pool.take(100), 0, 100)
    with pytest.raises(ValueError, match="read-only"):
        flat[0] = 1


def test_a_pool_keeps_no_more_than_it_should() -> None:
    pool = BufferPool(keep=2)
    for _ in range(3):
        pool.give_back(bytearray(1 << 16))
    assert pool.free == 2


async def test_few_fill_a_buffer_at_once_and_nobody_waits_for_ever() -> None:
    pool = BufferPool(patience_s=0.05)
    filling: list[int] = []
    most = 0
    stuck = asyncio.Event()

    async def fill(number: int, ended: asyncio.Event) -> None:
        nonlocal most
        async with pool.turn():
            filling.append(number)
            most = max(most, len(filling))
            await ended.wait()
            filling.remove(number)

    quick = asyncio.Event()
    asyncio.get_running_loop().call_soon(quick.set)
    await asyncio.gather(*(fill(number, quick) for number in range(3 * FILLED_AT_ONCE)))
    assert most <= FILLED_AT_ONCE
    hung = [asyncio.create_task(fill(number, stuck)) for number in range(FILLED_AT_ONCE)]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await fill(FILLED_AT_ONCE, quick)
    assert len(filling) == FILLED_AT_ONCE
    stuck.set()
    await asyncio.gather(*hung)
