"""The bytes of the adb server's protocol: requests, answers, shell packets, sync packets. Pure.

A request is four hexadecimal digits of length and the text; the answer begins with OKAY or FAIL, and a FAIL is followed
by its reason, in the form of a request. The shell protocol (v2) is packets of one byte of stream and four of length.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum

from drover.devices.ports import Link, Sighting
from drover.drivers.adb.faults import AdbProtocolError

MAX_TEXT = 0xFFFF
MAX_PACKET = 16 * 1024 * 1024
SYNC_CHUNK = 64 * 1024

_SHELL_HEADER = struct.Struct("<BI")
_SYNC_HEADER = struct.Struct("<4sI")


class Answer(Enum):
    """The first word of every answer."""

    OKAY = b"OKAY"
    FAIL = b"FAIL"


def encode_request(text: str) -> bytes:
    """Return the request's bytes. Raises AdbProtocolError for one longer than the protocol allows."""
    body = text.encode()
    if len(body) > MAX_TEXT:
        raise AdbProtocolError(f"a request of {len(body)} bytes is longer than {MAX_TEXT}")
    return b"%04x%b" % (len(body), body)


def decode_answer(word: bytes) -> Answer:
    """Return OKAY or FAIL. Raises AdbProtocolError for anything else."""
    try:
        return Answer(word)
    except ValueError:
        raise AdbProtocolError(f"expected OKAY or FAIL, received {word!r}") from None


def decode_length(digits: bytes) -> int:
    """Return the number that four hexadecimal digits say. Raises AdbProtocolError."""
    if len(digits) != 4 or not all(digit in b"0123456789abcdefABCDEF" for digit in digits):  # noqa: PLR2004  the format
        raise AdbProtocolError(f"expected four hexadecimal digits, received {digits!r}")
    return int(digits, 16)


class ShellStream(IntEnum):
    """What a shell packet carries."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    EXIT = 3
    CLOSE_STDIN = 4
    WINDOW_SIZE = 5


@dataclass
class ShellOutput:
    """Collects the packets of a shell command; `exit_code` is None until its packet came."""

    stdout: bytearray
    stderr: bytearray
    exit_code: int | None
    _pending: bytearray

    @classmethod
    def empty(cls) -> "ShellOutput":
        """Return an output before the first byte."""
        return cls(bytearray(), bytearray(), None, bytearray())

    def feed(self, data: bytes | bytearray | memoryview) -> None:
        """Take in bytes as they come. Raises AdbProtocolError for what is no packet, or comes after the last."""
        self._pending += data
        while len(self._pending) >= _SHELL_HEADER.size:
            stream, length = _SHELL_HEADER.unpack_from(self._pending)
            if stream not in (ShellStream.STDOUT, ShellStream.STDERR, ShellStream.EXIT):
                raise AdbProtocolError(f"expected a shell packet, received one of stream {stream}")
            if length > MAX_PACKET:
                raise AdbProtocolError(f"a shell packet of {length} bytes is too large")
            end = _SHELL_HEADER.size + length
            if len(self._pending) < end:
                return
            self._take(ShellStream(stream), bytes(self._pending[_SHELL_HEADER.size : end]))
            del self._pending[:end]

    def _take(self, stream: ShellStream, body: bytes) -> None:
        if self.exit_code is not None:
            raise AdbProtocolError("a shell packet came after the exit code")
        if stream is ShellStream.EXIT:
            if len(body) != 1:
                raise AdbProtocolError(f"an exit code of {len(body)} bytes")
            self.exit_code = body[0]
        elif stream is ShellStream.STDOUT:
            self.stdout += body
        else:
            self.stderr += body


def shell_packet(stream: ShellStream, body: bytes) -> bytes:
    """Return one packet of the shell protocol."""
    return _SHELL_HEADER.pack(stream, len(body)) + body


def sync_packet(word: bytes, value: int | bytes) -> bytes:
    """Return one packet of the file protocol: `value` is its body, or the number in place of a body's length."""
    if isinstance(value, int):
        return _SYNC_HEADER.pack(word, value)
    return _SYNC_HEADER.pack(word, len(value)) + value


def sync_chunks(content: bytes) -> Iterator[bytes]:
    """Yield `content` as DATA packets."""
    for start in range(0, len(content), SYNC_CHUNK):
        yield sync_packet(b"DATA", content[start : start + SYNC_CHUNK])


def decode_sync_header(header: bytes) -> tuple[bytes, int]:
    """Return the word and the number of a file protocol packet."""
    word, value = _SYNC_HEADER.unpack(header)
    return word, value


# A phone in recovery, sideload, bootloader or without permissions is attached, but nothing can be played on it.
_LINKS = {"device": Link.ONLINE, "unauthorized": Link.UNAUTHORIZED}


_DEVICE = re.compile(r"(?P<serial>\S+)\s+(?P<state>\S.*?)(?P<properties>(?:\s+[a-z_]+:\S*)*)\s*")
_PORT = re.compile(r"\s(usb:\S+)")


def decode_devices(text: str) -> tuple[Sighting, ...]:
    """Return the phones that `host:devices-l` lists, by serial. Raises AdbProtocolError."""
    sightings: list[Sighting] = []
    for line in text.splitlines():
        found = _DEVICE.fullmatch(line)
        if found is None:
            raise AdbProtocolError(f"expected a serial number and a state, received {line!r}")
        port = _PORT.search(found["properties"])
        link = _LINKS.get(found["state"], Link.OFFLINE)
        sightings.append(Sighting(found["serial"], link, port[1] if port is not None else ""))
    return tuple(sorted(sightings, key=lambda sighting: sighting.serial))
