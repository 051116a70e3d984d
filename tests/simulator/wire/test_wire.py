"""The protocol's rules, packet by packet."""

import asyncio
import socket
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from drover.kernel.clock import SystemClock
from drover.simulator.adbd.packets import (
    AUTH,
    CLSE,
    CNXN,
    COMMANDS,
    HEADER,
    MAX_PAYLOAD,
    OKAY,
    OPEN,
    VERSION,
    WRTE,
    Packet,
    checksum,
    header,
)
from drover.simulator.handset import Look
from drover.simulator.phone import SimulatedPhone
from drover.simulator.pictures import Pictures
from drover.simulator.services import serve_connection
from tests.simulator.wire.conftest import make_phone
from tests.simulator.wire.wire_client import WireClient, wire_client

OLD_VERSION = 0x01000000


async def test_a_greeting_is_answered_with_the_phones_banner(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        answer = await client.greet()
    assert (answer.command, answer.arg0, answer.arg1) == (CNXN, VERSION, MAX_PAYLOAD)
    assert answer.payload == (
        b"device::ro.product.name=drover_sim;ro.product.model=Plaza One;ro.product.device=drover_sim;"
        b"features=shell_v2,cmd,abb_exec,stat_v2,ls_v2,fixed_push_mkdir,sendrecv_v2"
    )


async def test_an_unknown_service_is_refused_with_the_id_0(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(OPEN, 9, 0, b"teleport:\0")
        assert await client.receive() == Packet(CLSE, 0, 9)


async def test_the_next_packet_waits_until_the_last_is_acknowledged(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet(max_payload=10)
        client.send(OPEN, 5, 0, b"exec:echo 0123456789abc\0")
        opened = await client.receive()
        first = await client.receive()
        assert (first.command, first.payload) == (WRTE, b"0123456789")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await client.receive()
        client.send(OKAY, 5, opened.arg0)
        assert (await client.receive()).payload == b"abc\n"


async def test_a_stream_is_closed_only_when_its_last_packet_is_acknowledged(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(OPEN, 5, 0, b"exec:echo x\0")
        opened, written = await client.receive(), await client.receive()
        assert written.command == WRTE
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await client.receive()
        client.send(OKAY, 5, opened.arg0)
        assert await client.receive() == Packet(CLSE, opened.arg0, 5)


async def test_a_close_is_answered_with_a_close(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(OPEN, 5, 0, b"sync:\0")
        opened = await client.receive()
        client.send(CLSE, 5, opened.arg0)
        assert await client.receive() == Packet(CLSE, opened.arg0, 5)


async def test_bytes_for_a_stream_that_is_not_open_are_refused(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(WRTE, 5, 77, b"hello")
        assert await client.receive() == Packet(CLSE, 0, 5)


async def test_streams_share_a_connection(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(OPEN, 1, 0, b"sync:\0")
        await client.receive()
        assert await client.call("exec:echo meanwhile", local=2) == b"meanwhile\n"


async def test_a_reader_that_takes_its_time_gets_a_large_picture_whole(pictures: Pictures) -> None:
    phone = make_phone(SystemClock(), "none", pictures, look=Look(1440, 3200, "dark"))
    phone.line.bind(0)
    phone.line.open(lambda sock: serve_connection(phone, sock))
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(OPEN, 7, 0, b"exec:screencap\0")
        opened = await client.receive()
        await asyncio.sleep(0.1)
        picture = b""
        while (packet := await client.receive()).command == WRTE:
            picture += packet.payload
            client.send(OKAY, 7, opened.arg0)
            await asyncio.sleep(0.002)
    await phone.line.close()
    assert len(picture) == 16 + 1440 * 3200 * 4
    assert picture[16:] == phone.handset.paint(phone.handset.scene(0))


async def test_a_peer_that_asks_but_never_reads_is_hung_up_on(phone: SimulatedPhone) -> None:
    with capture_logs() as logs:
        async with wire_client(phone.line.port) as client:
            await client.greet()
            # What the system's buffers hold is answered in vain first: little, where the peer's is small.
            client.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.writer.transport.set_write_buffer_limits(high=1 << 30)
            client.writer.write((header(OPEN, 1, 0, b"none:", with_checksum=False) + b"none:") * 400_000)
            async with asyncio.timeout(30):
                while not logs:  # noqa: ASYNC110  the log is all there is to be seen
                    await asyncio.sleep(0.01)
    assert [line["reason"] for line in logs] == ["the peer asks but does not read the answers"]


async def test_the_first_versions_of_the_sync_requests_are_served(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(OPEN, 3, 0, b"sync:\0")
        opened = await client.receive()

        async def ask(request: bytes) -> bytes:
            client.send(WRTE, 3, opened.arg0, request)
            answer = b""
            while not answer:
                packet = await client.receive()
                answer = packet.payload
            client.send(OKAY, 3, opened.arg0)
            return answer

        sent = sync("SEND", b"/sdcard/a/b,33188") + sync("DATA", b"hello") + b"DONE" + struct.pack("<I", 77)
        assert await ask(sent) == b"OKAY\0\0\0\0"
        assert await ask(sync("STAT", b"/sdcard/a/b")) == b"STAT" + struct.pack("<3I", 0o100644, 5, 77)
        assert await ask(sync("STAT", b"/sdcard/none")) == b"STAT" + bytes(12)
        assert await ask(sync("LIST", b"/sdcard/a")) == b"DENT" + struct.pack("<4I", 0o100644, 5, 77, 1) + b"b"
        assert await ask(b"") == b"DONE" + bytes(16)
        assert await ask(sync("RECV", b"/sdcard/a/b")) == sync("DATA", b"hello") + b"DONE" + bytes(4)
        assert await ask(sync("RECV", b"/sdcard/none")) == sync("FAIL", b"open failed: No such file or directory")
        assert await ask(sync("SEND", b"/sdcard/a/b")) == sync("FAIL", b"missing , in ID_SEND")
        assert await ask(sync("RCV2", b"/sdcard/a/b") + b"RCV2" + struct.pack("<I", 4)) == sync(
            "FAIL", b"unsupported compression flags 4"
        )
        assert await ask(sync("STAT", bytes(2000))) == sync("FAIL", b"path too long")
        assert await client.receive() == Packet(CLSE, opened.arg0, 3)


def sync(name: str, content: bytes) -> bytes:
    return name.encode() + struct.pack("<I", len(content)) + content


async def test_an_old_client_gets_checksums(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port, version=OLD_VERSION) as client:
        await client.greet()
        client.send(OPEN, 3, 0, b"exec:echo sum\0")
        await client.reader.readexactly(HEADER.size)
        _, _, _, length, total, _ = HEADER.unpack(await client.reader.readexactly(HEADER.size))
        assert total == checksum(await client.reader.readexactly(length))
        assert total != 0


async def test_what_a_client_that_left_asked_for_is_still_done(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(OPEN, 3, 0, b"exec:cat > /sdcard/note\0")
        opened = await client.receive()
        client.send(WRTE, 3, opened.arg0, b"written")
        client.send(CLSE, 3, opened.arg0)
        while (await client.receive()).command != CLSE:
            pass
        assert await client.call("exec:cat /sdcard/note", local=4) == b"written"


BAD_STARTS = {
    "no packet at all": (b"GET / HTTP/1.1\r\nHost: phone\r\n\r\n", "received bytes that are no ADB packet"),
    "a service before the greeting": (
        header(OPEN, 1, 0, b"shell:ls", with_checksum=True) + b"shell:ls",
        "a OPEN packet came before CNXN",
    ),
    "a packet too large": (
        HEADER.pack(CNXN, VERSION, MAX_PAYLOAD, MAX_PAYLOAD + 1, 0, CNXN ^ 0xFFFFFFFF),
        "a CNXN packet announces 1048577 bytes; 1048576 is the most",
    ),
    "a greeting that takes nothing": (
        header(CNXN, VERSION, 0, b"", with_checksum=True),
        "the peer says that it takes packets of 0 bytes",
    ),
}


@pytest.mark.parametrize("case", BAD_STARTS)
async def test_a_bad_peer_is_hung_up_on_with_the_reason_in_one_line(phone: SimulatedPhone, case: str) -> None:
    sent, reason = BAD_STARTS[case]
    with capture_logs() as logs:
        async with wire_client(phone.line.port) as client:
            client.writer.write(sent)
            assert await client.is_closed_by_phone()
    assert logs == [{"event": "adb connection closed", "log_level": "warning", "phone": "phone1", "reason": reason}]


async def test_a_peer_that_leaves_in_the_middle_of_a_packet_is_noted(phone: SimulatedPhone) -> None:
    with capture_logs() as logs:
        async with wire_client(phone.line.port) as client:
            await client.greet()
            client.writer.write(b"OPEN\1\0")
            client.end()
            assert await client.is_closed_by_phone()
    assert [line["reason"] for line in logs] == ["the peer left in the middle of a packet"]


async def test_authentication_is_not_expected(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(AUTH, 1, 0, b"token")
        assert await client.is_closed_by_phone()


async def test_a_peer_that_writes_without_waiting_is_hung_up_on(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(OPEN, 3, 0, b"exec:sleep 30\0")
        opened = await client.receive()
        for _ in range(10):
            client.send(WRTE, 3, opened.arg0, bytes(MAX_PAYLOAD))
        assert await client.is_closed_by_phone()


async def test_a_broken_sync_request_ends_its_stream_alone(phone: SimulatedPhone) -> None:
    async with wire_client(phone.line.port) as client:
        await client.greet()
        client.send(OPEN, 3, 0, b"sync:\0")
        opened = await client.receive()
        client.send(WRTE, 3, opened.arg0, b"JUNK\4\0\0\0abcd")
        assert (await client.receive()).command == OKAY
        assert await client.receive() == Packet(CLSE, opened.arg0, 3)
        assert await client.call("exec:echo alive", local=4) == b"alive\n"


small = st.integers(0, 4)
services = st.sampled_from([b"shell:", b"shell,v2:echo", b"exec:cat", b"sync:", b"x", b"", b"shell:echo \xff'"])
packets = st.tuples(st.sampled_from(sorted(COMMANDS)), small, small, services | st.binary(max_size=40))
conversations = st.lists(packets.map(lambda fields: ("packet", *fields)) | st.binary(max_size=60), max_size=12)


@settings(max_examples=40, deadline=None)
@given(conversations, st.booleans())
def test_no_conversation_disturbs_another_connection(
    conversation: list[bytes | tuple[str, int, int, int, bytes]],
    greets: bool,  # noqa: FBT001  drawn
) -> None:
    async def converse() -> None:
        pictures = Pictures()
        phone = make_phone(SystemClock(), "none", pictures)
        phone.line.bind(0)
        phone.line.open(lambda sock: serve_connection(phone, sock))
        async with wire_client(phone.line.port) as good, wire_client(phone.line.port) as bad:
            await good.greet()
            await _talk(bad, conversation, greets=greets)
            assert await good.call("exec:echo undisturbed") == b"undisturbed\n"
        await phone.line.close()
        await pictures.close()

    with capture_logs() as logs:
        asyncio.run(asyncio.wait_for(converse(), 10))
    assert {line["event"] for line in logs} <= {"adb connection closed", "adb connection lost", "adb service ended"}


async def _talk(
    client: WireClient, conversation: list[bytes | tuple[str, int, int, int, bytes]], *, greets: bool
) -> None:
    opening: list[bytes | tuple[str, int, int, int, bytes]] = [("packet", CNXN, VERSION, 4096, b"host::")]
    for part in opening * greets + conversation:
        match part:
            case bytes():
                client.writer.write(part)
            case (_, command, arg0, arg1, payload):
                client.send(command, arg0, arg1, payload)
        await asyncio.sleep(0)
    client.end()
    await client.is_closed_by_phone()
