"""Garbage and torn packets into a phone: the connection ends or goes on, nothing leaks, and others notice nothing."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drover.kernel.clock import SystemClock
from drover.simulator.adbd.packets import AUTH, CLSE, CNXN, MAX_PAYLOAD, OKAY, OPEN, STLS, SYNC, VERSION, WRTE, header
from drover.simulator.phone import SimulatedPhone
from drover.simulator.pictures import Pictures
from drover.simulator.services import serve_connection
from tests.simulator.wire.conftest import make_phone, until
from tests.simulator.wire.wire_client import wire_client

COMMANDS = st.sampled_from([CNXN, OPEN, OKAY, WRTE, CLSE, AUTH, STLS, SYNC])
WORDS = st.sampled_from([0, 1, 2, 3, 7, VERSION, MAX_PAYLOAD, 0xFFFFFFFF]) | st.integers(0, 0xFFFFFFFF)
SERVICES = (
    "shell:echo a", "shell,v2:cat", "shell:", "exec:cat", "sync:", "framebuffer:", "reverse:forward:tcp:0;tcp:9",
    "reverse:list-forward", "reverse:", "root:", "abb_exec:package\0list\0packages", "tcp:9",
    "shell:logcat", "shell:getevent", ":", "\xff", "",
)  # fmt: skip
PAYLOADS = st.binary(max_size=60) | st.sampled_from([service.encode() + b"\0" for service in SERVICES])


def packet(command: int, arg0: int, arg1: int, payload: bytes) -> bytes:
    return header(command, arg0, arg1, payload, with_checksum=True) + payload


GREETING = packet(CNXN, VERSION, MAX_PAYLOAD, b"host::\0")
PACKETS = st.builds(packet, COMMANDS, WORDS, WORDS, PAYLOADS)
OPENINGS = st.sampled_from(SERVICES).map(lambda service: packet(OPEN, 7, 0, service.encode() + b"\0"))


@st.composite
def torn(draw: st.DrawFn) -> bytes:
    """Whole packets with one place in them cut off or overwritten."""
    whole = GREETING + b"".join(draw(st.lists(OPENINGS | PACKETS, max_size=6)))
    place = draw(st.integers(0, len(whole)))
    return whole[:place] + draw(st.binary(max_size=30)) + draw(st.sampled_from([b"", whole[place:]]))


@asynccontextmanager
async def a_phone(*, asks_for_keys: bool = False) -> AsyncIterator[SimulatedPhone]:
    pictures = Pictures()
    phone = make_phone(SystemClock(), "none", pictures, asks_for_keys=asks_for_keys)
    phone.line.bind(0)
    phone.line.open(partial(serve_connection, phone))
    try:
        yield phone
    finally:
        phone.close()
        await phone.line.close()
        await pictures.close()


async def swallow(port: int, data: bytes) -> None:
    """Send `data`, read whatever comes until the phone has said all, and leave."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        with suppress(OSError):
            writer.write(data)
            writer.write_eof()
            async with asyncio.timeout(0.5):
                while await reader.read(65536):
                    pass
    finally:
        writer.transport.abort()


async def survives(data: bytes, *, asks_for_keys: bool) -> None:
    async with a_phone(asks_for_keys=asks_for_keys) as phone:
        tasks_before = asyncio.all_tasks()
        await swallow(phone.line.port, data)
        await until(lambda: phone.line.connected == 0)
        await until(lambda: asyncio.all_tasks() <= tasks_before)
        assert phone.reverses.listed() == ""
        assert phone.authorization.asked == ()
        async with wire_client(phone.line.port) as other:
            assert (await other.greet()).command in {CNXN, AUTH}


FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(st.binary(max_size=300), st.booleans())
def test_random_bytes_leave_nothing_behind(data: bytes, asks_for_keys: bool) -> None:  # noqa: FBT001  hypothesis
    asyncio.run(survives(data, asks_for_keys=asks_for_keys))


@FEW
@given(torn(), st.booleans())
def test_torn_and_senseless_packets_leave_nothing_behind(data: bytes, asks_for_keys: bool) -> None:  # noqa: FBT001  as above
    asyncio.run(survives(data, asks_for_keys=asks_for_keys))


async def test_a_client_that_dies_in_the_middle_of_a_push_leaves_nothing_behind() -> None:
    async with a_phone() as phone:
        with socket.create_connection(("127.0.0.1", phone.line.port)) as client:
            client.sendall(GREETING + packet(OPEN, 7, 0, b"sync:\0"))
            client.sendall(packet(WRTE, 7, 1, b"SEND\x10\0\0\0/sdcard/file,420DATA\xff\xff\0\0" + bytes(1000)))
            await until(lambda: phone.line.connected == 1)
        await until(lambda: phone.line.connected == 0)
        assert phone.storage.used_bytes == 0


@pytest.mark.parametrize("service", ["shell:logcat", "shell:getevent", "shell,v2:cat", "tcp:9"])
async def test_a_client_that_leaves_while_it_listens_leaves_nothing_behind(service: str) -> None:
    opening = packet(OPEN, 7, 0, service.encode() + b"\0")
    await survives(GREETING + opening, asks_for_keys=False)
