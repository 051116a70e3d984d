"""logcat, reboot, framebuffer, forward and reverse through the unmodified adb clients, Debian's and the wheel's."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from drover.simulator.adbd.streams import Stream
from drover.simulator.faults import Crash, Disconnect, LowBattery
from tests.simulator.wire.blank_handset import LAUNCHER, NOTES
from tests.simulator.wire.conftest import PhoneOnAdb, free_port, until

pytestmark = pytest.mark.rack


async def echo(stream: Stream) -> None:
    while piece := await stream.read():
        await stream.write(piece.upper())


async def talked(port: int, words: bytes) -> bytes:
    """Say something to a port of this computer and return everything that comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(words)
        async with asyncio.timeout(20):
            return await reader.read(1024)
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def host_port() -> AsyncIterator[int]:
    """A server on this computer that answers each connection with what it was told, turned round."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write((await reader.readline())[::-1])
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_logcat_tells_of_apps_touches_and_faults(attached: PhoneOnAdb) -> None:
    await attached("shell", f"am start -n {NOTES}/.MainActivity && input tap 12 34 && input text secret")
    attached.phone.faults.give(LowBattery(fault="low_battery"))
    told = (await attached("logcat", "-d")).text
    assert f"I ActivityTaskManager: START u0 {{cmp={NOTES}/.MainActivity}} from uid 2000" in told
    assert f"Displayed {NOTES}/.MainActivity: +" in told
    assert "InputDispatcher: touch from 12,34 to 12,34 in 0 ms" in told
    assert "W drover  : fault low_battery begins" in told
    assert "secret" not in told
    assert told.splitlines()[1].startswith("01-15 09:41:")


async def test_logcat_filters_by_tag_and_is_cleared(attached: PhoneOnAdb) -> None:
    await attached("shell", f"am start -n {NOTES}/.MainActivity; input tap 1 1")
    told = (await attached("logcat", "-d", "-v", "raw", "-s", "InputDispatcher")).text
    assert told == "--------- beginning of main\ntouch from 1,1 to 1,1 in 0 ms\n"
    await attached("logcat", "-c")
    assert (await attached("logcat", "-d")).text == "--------- beginning of main\n"


async def test_logcat_goes_on_until_the_client_leaves(attached: PhoneOnAdb) -> None:
    words = ("-s", attached.phone.line.serial, "logcat", "-v", "tag", "drover:W", "*:S")
    process = await asyncio.create_subprocess_exec(
        attached.adb.path, *words, env=attached.adb.environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            assert await process.stdout.readline() == b"--------- beginning of main\n"
            attached.phone.faults.give(Crash(fault="crash"))
            assert await process.stdout.readline() == b"W/drover: fault crash begins\n"
    finally:
        process.kill()
        await process.communicate()


async def test_logcat_refuses_what_it_does_not_know(attached: PhoneOnAdb) -> None:
    ran = await attached("shell", "logcat -d -v fancy")
    assert ran.code == 1
    assert "Invalid parameter" in ran.stderr.decode()
    assert (await attached("shell", "logcat -d TAG:Q")).stderr == b"Invalid filter expression 'TAG:Q'\n"
    assert (await attached("shell", "logcat -d -e '('")).code == 1
    assert (await attached("shell", "logcat -t")).code == 1


@pytest.mark.parametrize("command", [("reboot",), ("shell", "reboot"), ("shell", "svc power reboot")])
async def test_a_reboot_takes_the_phone_away_and_brings_it_back_with_what_it_stored(
    attached: PhoneOnAdb, command: tuple[str, ...]
) -> None:
    phone = attached.phone
    await attached("shell", f"echo kept > /sdcard/note; am start -n {NOTES}/.MainActivity; settings put secure a b")
    phone.sockets["tcp:9008"] = echo
    accepted = phone.line.accepted
    await attached(*command)
    async with asyncio.timeout(30):
        while (await attached("shell", "cat /sdcard/note")).text != "kept\n":
            await attached.adb("connect", phone.line.serial)
    assert phone.line.accepted > accepted
    assert attached.handset.front_package == LAUNCHER
    assert phone.sockets == {}
    assert (await attached("shell", "settings get secure a")).text == "b\n"
    assert phone.uptime_s < 30


async def test_a_phone_that_is_unplugged_while_it_boots_stays_away(attached: PhoneOnAdb) -> None:
    attached.phone.reboot()
    attached.phone.faults.give(Disconnect(fault="disconnect"))
    await until(lambda: attached.phone.logbook.written > 0 and not attached.phone.line.is_passable)
    await attached.phone.timers.ended("boot")
    assert not attached.phone.line.is_passable
    attached.phone.faults.clear("disconnect")
    assert attached.phone.line.is_passable


async def test_a_socket_of_the_phone_is_forwarded(attached: PhoneOnAdb) -> None:
    attached.phone.sockets["tcp:9008"] = echo
    attached.phone.sockets["localabstract:echo"] = echo
    for address in ("tcp:9008", "localabstract:echo"):
        made = await attached("forward", "tcp:0", address)
        assert await talked(int(made.text), b"hello\n") == b"HELLO\n"
    await attached("forward", "--remove-all")


async def test_a_forward_to_where_nobody_listens_ends_the_connection(attached: PhoneOnAdb) -> None:
    made = await attached("forward", "tcp:0", "tcp:9")
    with contextlib.suppress(ConnectionError):
        assert await talked(int(made.text), b"hello\n") == b""
    await attached("forward", "--remove-all")


async def test_a_reverse_connection_carries_bytes_to_this_computer_and_back(
    attached: PhoneOnAdb, host_port: int
) -> None:
    made = await attached("reverse", "tcp:7000", f"tcp:{host_port}")
    assert made.code == 0, made.stderr
    assert (await attached("reverse", "--list")).text.split()[1:] == ["tcp:7000", f"tcp:{host_port}"]
    assert (await attached("shell", "echo drover | nc 127.0.0.1 7000")).stdout == b"\nrevord"
    assert (await attached("reverse", "--remove", "tcp:7000")).code == 0
    gone = await attached("shell", "echo drover | nc 127.0.0.1 7000")
    assert (gone.stderr, gone.code) == (b"nc: connect: Connection refused\n", 1)


async def test_a_reverse_port_can_be_chosen_by_the_phone(attached: PhoneOnAdb, host_port: int) -> None:
    made = await attached("reverse", "tcp:0", f"tcp:{host_port}")
    assert (await attached("shell", f"echo ab | nc localhost {made.text.strip()}")).stdout == b"\nba"
    await attached("reverse", "--remove-all")
    assert (await attached("reverse", "--list")).text.strip() == ""


async def test_reverse_connections_that_cannot_be_are_refused_with_the_reason(attached: PhoneOnAdb) -> None:
    assert b"listener 'tcp:7000' not found" in (await attached("reverse", "--remove", "tcp:7000")).stderr
    await attached("reverse", "tcp:7000", "tcp:9")
    assert b"cannot rebind" in (await attached("reverse", "--no-rebind", "tcp:7000", "tcp:10")).stderr
    nobody = await attached("shell", "echo drover | nc 127.0.0.1 7000")
    assert nobody.code == 1
    await attached("reverse", "--remove-all")


async def test_reverse_connections_end_with_their_client(attached: PhoneOnAdb) -> None:
    await attached("reverse", "tcp:7000", f"tcp:{free_port()}")
    await attached.adb("disconnect", attached.phone.line.serial)
    await until(lambda: attached.phone.reverses.listed() == "")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("root", "adbd cannot run as root in production builds"),
        ("unroot", "adbd not running as root"),
        ("remount", 'Not running as root. Try "adb root" first.'),
    ],
)
async def test_a_phone_that_is_not_rooted_says_so(attached: PhoneOnAdb, command: str, answer: str) -> None:
    ran = await attached(command)
    assert answer in (ran.stdout + ran.stderr).decode()
