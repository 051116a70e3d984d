"""The file protocol of a phone (`sync:`): read and write whole files."""

import contextlib
import struct

from drover.drivers.adb import wire
from drover.drivers.adb.connection import Connection
from drover.drivers.adb.faults import AdbBrokenOff, AdbProtocolError

MAX_FILE_BYTES = 512 * 1024 * 1024
_MAX_REASON_BYTES = 64 * 1024
_STAT = struct.Struct("<4s3I")
_REGULAR = 0o100000
_TYPE_MASK = 0o170000


class FileFault(Exception):
    """The phone refused; the message is in its words."""


async def send(connection: Connection, content: bytes, path: str, *, mode: int, modified_s: int) -> None:
    """Write a file. Raises FileFault, AdbProtocolError."""
    # A phone that refuses may close at once, while there is more to send; its reason has then come already.
    with contextlib.suppress(AdbBrokenOff):
        await connection.write(wire.sync_packet(b"SEND", f"{path},{mode}".encode()))
        for chunk in wire.sync_chunks(content):
            await connection.write(chunk)
        await connection.write(wire.sync_packet(b"DONE", modified_s))
    word, value = wire.decode_sync_header(await connection.read_exactly(8))
    if word == b"FAIL":
        raise FileFault(await _reason(connection, value))
    if word != b"OKAY":
        raise AdbProtocolError(f"expected OKAY or FAIL, received {word!r}")


async def receive(connection: Connection, path: str) -> bytes:
    """Return a file's content. Raises FileFault, also for what is no regular file, and AdbProtocolError."""
    name = path.encode()
    await _check_regular(connection, name)
    await connection.write(wire.sync_packet(b"RECV", name))
    content = bytearray()
    while True:
        word, value = wire.decode_sync_header(await connection.read_exactly(8))
        if word == b"DONE":
            return bytes(content)
        if word == b"FAIL":
            raise FileFault(await _reason(connection, value))
        if word != b"DATA" or value > wire.MAX_PACKET:
            raise AdbProtocolError(f"expected DATA, DONE or FAIL, received {word!r} {value}")
        content += await connection.read_exactly(value)
        if len(content) > MAX_FILE_BYTES:
            raise FileFault(f"is larger than {MAX_FILE_BYTES} bytes")


async def _check_regular(connection: Connection, name: bytes) -> None:
    await connection.write(wire.sync_packet(b"STAT", name))
    word, mode, _, _ = _STAT.unpack(await connection.read_exactly(_STAT.size))
    if word != b"STAT":
        raise AdbProtocolError(f"expected STAT, received {word!r}")
    if mode == 0:
        raise FileFault("no such file")
    if mode & _TYPE_MASK != _REGULAR:
        raise FileFault("is not a regular file")


async def _reason(connection: Connection, length: int) -> str:
    if length > _MAX_REASON_BYTES:
        raise AdbProtocolError(f"a reason of {length} bytes")
    return (await connection.read_exactly(length)).decode("utf-8", "replace").strip()
