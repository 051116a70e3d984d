"""Raw output of `screencap`: a header of 12 bytes, 16 from Android 9 on, and the pixels. Pure."""

import struct
from dataclasses import dataclass

from drover.devices.geometry import Size

MAX_HEADER_BYTES = 16
_HEADER_BYTES = (12, 16)
_FIELDS = struct.Struct("<3I")
_BYTES_PER_PIXEL = 4
_MAX_SIDE = 16384
# PixelFormat.RGBA_8888 and RGBX_8888; with the latter, the fourth byte means nothing.
_FORMATS = (1, 2)


class NotAFrame(ValueError):
    """The bytes are no frame; the message says why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the pixels lie in the output."""

    size: Size
    offset: int


def layout(head: bytes | bytearray | memoryview, total: int) -> Layout:
    """Return where the pixels lie in an output of `total` bytes that begins with `head`. Raises NotAFrame.

    The header's length is what the pixels leave over, so that a frame cut short is never taken for a whole one.
    """
    if total < _HEADER_BYTES[0] or len(head) < _FIELDS.size:
        raise NotAFrame(f"{total} bytes, less than a header{_words(head, total)}")
    width, height, pixel_format = _FIELDS.unpack_from(head)
    if not (0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE):
        raise NotAFrame(f"a frame of {width} x {height} pixels{_words(head, total)}")
    if pixel_format not in _FORMATS:
        raise NotAFrame(f"pixel format {pixel_format}, neither RGBA nor RGBX")
    offset = total - width * height * _BYTES_PER_PIXEL
    if offset not in _HEADER_BYTES:
        raise NotAFrame(f"{total} bytes for {width} x {height} pixels")
    return Layout(Size(width, height), offset)


def _words(head: bytes | bytearray | memoryview, total: int) -> str:
    text = bytes(head[: min(total, 80)])
    readable = text.decode("ascii", "replace").strip()
    return f": {readable!r}" if readable.isprintable() and readable else ""
