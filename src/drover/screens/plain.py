"""Pictures of the plainest kind, told by their bytes: for these a fast decoder refuses all that a careful one does."""

import zlib
from collections.abc import Iterator

import numpy as np

from drover.devices.frame import Pixels
from drover.devices.geometry import Size

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_START = _SIGNATURE + b"\x00\x00\x00\x0dIHDR"
_HEADER_END = len(_SIGNATURE) + 25
_PLAIN_FORMS = (b"\x08\x00\x00\x00\x00", b"\x08\x02\x00\x00\x00", b"\x08\x03\x00\x00\x00")
"""Eight bits of grey, of red, green and blue each, or of a colour's number; deflated, filtered by line, not interlaced.
"""
_FORM = 25
_COLOURED, _NUMBERED = 2, 3
MOST_NUMBERED = 256
"""Colours that eight bits can number."""
_DEFLATED = frozenset(bytes([window << 4 | 8]) for window in range(8))
_WITH_DICTIONARY = 0x20
_START_OF_IMAGE = b"\xff\xd8\xff"
_END_OF_IMAGE = b"\xff\xd9"
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended and progressive JPEG, Huffman coded."""
_OTHER_FRAMES = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_SCAN = 0xDA
_PLAIN_COMPONENTS = frozenset({1, 3})


def plain_png_size(content: bytes) -> Size | None:
    """Return the size of a PNG that has a header, pixels and an end, all undamaged, and nothing else; else None.

    Where pixels are numbers of colours, those are there too.
    """
    if not content.startswith(_START) or content[24:29] not in _PLAIN_FORMS:
        return None
    if not _undamaged(content, len(_SIGNATURE), 13):
        return None
    first = place = _pixels_start(content)
    while content[place + 4 : place + 8] == b"IDAT":
        length = int.from_bytes(content[place : place + 4], "big")
        if not _undamaged(content, place, length):
            return None
        place += length + 12
    if place == first or content[place:] != b"\x00\x00\x00\x00IEND\xaeB`\x82":
        return None
    size = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    return Size(*size) if all(size) else None


def unfiltered(content: bytes, size: Size) -> Pixels | None:
    """Return the pixels, (height, width, channels), of a plain PNG of that size; None where any line is filtered.

    One channel is of grey or, where there are `colours`, of their numbers.

    The checksum of the pixels is not looked at, as those of the chunks were. None too where there are too few pixels,
    or none can be made of it.
    """
    channels = 3 if content[_FORM] == _COLOURED else 1
    stride = 1 + channels * size.width
    data = b"".join(_data(content))
    if data[:1] not in _DEFLATED or int.from_bytes(data[:2], "big") % 31 or data[1] & _WITH_DICTIONARY:
        return None
    try:
        lines = zlib.decompressobj(-zlib.MAX_WBITS).decompress(memoryview(data)[2:], size.height * stride)
    except zlib.error:
        return None
    if len(lines) != size.height * stride or any(lines[::stride]):  # each line begins with how it is filtered
        return None
    shape, strides = (size.height, size.width, channels), (stride, channels, 1)
    return np.ndarray(shape, np.uint8, lines, offset=1, strides=strides)


def colours(content: bytes) -> Pixels | None:
    """Return the colours, (1, n, 3), of a plain PNG whose pixels are their numbers; None where pixels are none."""
    if content[_FORM] != _NUMBERED:
        return None
    length = int.from_bytes(content[_HEADER_END : _HEADER_END + 4], "big")
    return np.frombuffer(content, np.uint8, length, _HEADER_END + 8).reshape(1, -1, 3)


def numbered(content: bytes, rgb: Pixels) -> bytes:
    """Return a plain PNG in grey as one whose pixels are the numbers of the colours `rgb`, (n, 3)."""
    header = bytearray(content[12 : _HEADER_END - 4])
    header[_FORM - 12] = _NUMBERED
    chunks = b"".join(_chunk(body) for body in (bytes(header), b"PLTE" + rgb.tobytes()))
    return _SIGNATURE + chunks + content[_HEADER_END:]


def _chunk(body: bytes) -> bytes:
    return (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def _pixels_start(content: bytes) -> int:
    """Return where the chunks of pixels begin: after colours, where there have to be some."""
    if content[_FORM] != _NUMBERED:
        return _HEADER_END
    length = int.from_bytes(content[_HEADER_END : _HEADER_END + 4], "big")
    usable = content[_HEADER_END + 4 : _HEADER_END + 8] == b"PLTE" and length in range(3, 3 * MOST_NUMBERED + 1, 3)
    return _HEADER_END + 12 + length if usable and _undamaged(content, _HEADER_END, length) else len(content)


def _data(content: bytes) -> Iterator[bytes]:
    """Yield what is in the chunks of pixels of a plain PNG."""
    place = _pixels_start(content)
    while content[place + 4 : place + 8] == b"IDAT":
        end = place + 8 + int.from_bytes(content[place : place + 4], "big")
        yield content[place + 8 : end]
        place = end + 4


def plain_jpeg_size(content: bytes) -> Size | None:
    """Return the size of a JPEG in grey or colours of 8 bits that has its end; None for what may be anything else.

    Its pixels are not looked at.
    """
    if not content.startswith(_START_OF_IMAGE) or not content.endswith(_END_OF_IMAGE):
        return None
    size, place = None, 2
    while content[place : place + 1] == b"\xff":
        marker = content[place + 1 : place + 2]
        length = int.from_bytes(content[place + 2 : place + 4], "big")
        if not marker or marker[0] in _OTHER_FRAMES or length < 2 or place + 2 + length > len(content):  # noqa: PLR2004 (the length counts its own two bytes)
            return None
        if marker[0] == _SCAN:
            return size
        if marker[0] in _FRAMES:
            size = _frame_size(content[place + 4 : place + 2 + length])
        place += 2 + length
    return None


def _undamaged(content: bytes, place: int, length: int) -> bool:
    """Whether the checksum of the PNG's chunk at `place` is right."""
    end = place + 8 + length
    return zlib.crc32(content[place + 4 : end]).to_bytes(4, "big") == content[end : end + 4]


def _frame_size(frame: bytes) -> Size | None:
    plain = len(frame) >= 6 and frame[0] == 8 and frame[5] in _PLAIN_COMPONENTS  # noqa: PLR2004 (bits, height, width, components)
    size = int.from_bytes(frame[3:5], "big"), int.from_bytes(frame[1:3], "big")
    return Size(*size) if plain and all(size) else None
