"""Packets of the ADB wire protocol: a header of six little-endian words, then a payload.

The format is that of Android's `adb/protocol.txt`: command, two arguments, length, checksum (the plain sum of the
payload's bytes) and the command's complement.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from drover.kernel.errors import DroverError, Kind

HEADER = struct.Struct("<6I")
VERSION: Final = 0x01000001
"""The first version whose two sides leave checksums out."""
MAX_PAYLOAD: Final = 1024 * 1024

Buffer = bytes | memoryview


def _word(name: bytes) -> int:
    return int.from_bytes(name, "little")


CNXN: Final = _word(b"CNXN")
OPEN: Final = _word(b"OPEN")
OKAY: Final = _word(b"OKAY")
CLSE: Final = _word(b"CLSE")
WRTE: Final = _word(b"WRTE")
AUTH: Final = _word(b"AUTH")
STLS: Final = _word(b"STLS")
SYNC: Final = _word(b"SYNC")
COMMANDS: Final = frozenset({CNXN, OPEN, OKAY, CLSE, WRTE, AUTH, STLS, SYNC})


class BadPacket(DroverError):
    """What came over the wire is not the ADB protocol; the connection cannot go on."""

    kind = Kind.PROTOCOL


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet as received."""

    command: int
    arg0: int
    arg1: int
    payload: bytes = b""


def checksum(*parts: Buffer) -> int:
    """Return the sum of all bytes, as 32 bits."""
    return sum(int(np.frombuffer(part, np.uint8).sum(dtype=np.uint64)) for part in parts) & 0xFFFFFFFF


def header(command: int, arg0: int, arg1: int, *payload: Buffer, with_checksum: bool) -> bytes:
    """Return the 24 bytes that go before `payload`."""
    length = sum(len(part) for part in payload)
    total = checksum(*payload) if with_checksum else 0
    return HEADER.pack(command, arg0, arg1, length, total, command ^ 0xFFFFFFFF)


def name_of(command: int) -> str:
    """Return the command's four letters."""
    return command.to_bytes(4, "little").decode("ascii", "backslashreplace")


class PacketParser:
    """Cuts received bytes into packets; knows no socket."""

    def __init__(self) -> None:
        self._received = bytearray()
        self.peer_version = 0
        """What the peer said in its CNXN; below `VERSION` its checksums are verified."""

    def feed(self, data: Buffer) -> Iterator[Packet]:
        """Yield the packets that `data` completes. Raises BadPacket, after which the parser is of no more use."""
        self._received += data
        while len(self._received) >= HEADER.size:
            command, arg0, arg1, length, total, magic = HEADER.unpack_from(self._received)
            _refuse_nonsense(command, length, magic)
            end = HEADER.size + length
            if len(self._received) < end:
                return
            payload = bytes(self._received[HEADER.size : end])
            del self._received[:end]
            if command == CNXN:
                self.peer_version = arg0
            if self.peer_version < VERSION and checksum(payload) != total:
                raise BadPacket(f"the checksum of a {name_of(command)} packet is wrong")
            yield Packet(command, arg0, arg1, payload)

    @property
    def incomplete_bytes(self) -> int:
        """How many bytes of an unfinished packet wait for the rest."""
        return len(self._received)


def _refuse_nonsense(command: int, length: int, magic: int) -> None:
    if command not in COMMANDS or magic != command ^ 0xFFFFFFFF:
        raise BadPacket("received bytes that are no ADB packet")
    if length > MAX_PAYLOAD:
        raise BadPacket(f"a {name_of(command)} packet announces {length} bytes; {MAX_PAYLOAD} is the most")


def cut(parts: tuple[Buffer, ...], size: int) -> Iterator[tuple[memoryview, ...]]:
    """Yield the bytes of all `parts` in groups of `size` bytes (the last may be smaller), without copying."""
    group: list[memoryview] = []
    room = size
    for part in parts:
        rest = memoryview(part)
        while rest:
            piece, rest = rest[:room], rest[room:]
            group.append(piece)
            room -= len(piece)
            if room == 0:
                yield tuple(group)
                group, room = [], size
    if group:
        yield tuple(group)
