"""A live picture as one binary message: a head of 24 bytes, the phone's serial, and a JPEG.

Its head, little-endian: version and flags (uint8 each), the serial's length (uint16), a number that counts up for each
phone while it is watched (uint32), the agent's monotonic seconds when the picture was taken (float64), width and height
of the phone's frame in its own pixels (uint16 each; the JPEG is smaller), and the milliseconds from the capture to the
message (uint32).
"""

import struct
from dataclasses import dataclass
from typing import Final

from drover.protocol.errors import BadMessage, UnknownVersion

MOST_JPEG: Final = 60_000
"""The largest picture: with head and serial it fits the bus."""
_VERSION: Final = 1
_HEAD: Final = struct.Struct("<BBHIdHHI")
_NAME: Final = "live_frame"


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """A picture of a phone; `width` and `height` are those of the phone's own frame."""

    serial: str
    number: int
    at: float
    width: int
    height: int
    age_ms: int
    jpeg: bytes


def pack_frame(frame: LiveFrame) -> bytes:
    """Return the message. Raises BadMessage for what does not fit its fields."""
    serial = frame.serial.encode()
    try:
        head = _HEAD.pack(
            _VERSION, 0, len(serial), frame.number, frame.at, frame.width, frame.height, min(frame.age_ms, 2**32 - 1)
        )
    except struct.error as error:
        raise BadMessage(_NAME, "", f"cannot be written: {error}") from error
    return head + serial + frame.jpeg


def unpack_frame(payload: bytes) -> LiveFrame:
    """Return what `pack_frame` packed. Raises BadMessage, UnknownVersion."""
    if len(payload) < _HEAD.size:
        raise BadMessage(_NAME, "", "is too short")
    version, _, length, number, at, width, height, age_ms = _HEAD.unpack_from(payload)
    if version != _VERSION:
        raise UnknownVersion(_NAME, version, (_VERSION,))
    body = _HEAD.size + length
    if len(payload) <= body:
        raise BadMessage(_NAME, "jpeg", "is missing")
    try:
        serial = payload[_HEAD.size : body].decode()
    except UnicodeDecodeError as error:
        raise BadMessage(_NAME, "serial", "is no UTF-8") from error
    return LiveFrame(serial, number, at, width, height, age_ms, payload[body:])
