"""The ways to take a picture: Android's `screencap`, raw or zipped, and uiautomator2's service."""

import asyncio
import base64
import binascii
import functools
import zlib
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final

import cv2
import numpy as np

from drover.devices.errors import DeviceGarbage, DeviceTimeout
from drover.devices.geometry import Size
from drover.drivers.adb import rpc, screencap
from drover.drivers.adb.buffers import BufferPool
from drover.drivers.adb.line import PhoneLine
from drover.drivers.adb.u2 import U2Service
from drover.drivers.adb.ways import Picture, WayClosed

JPEG_QUALITY: Final = 95
"""Regions are still found at 60; this leaves room, and costs the phone nothing that can be measured."""
_RGBA: Final = 4
_ZIPPED_BYTES: Final = 1 << 20
_PIECE_BYTES: Final = 1 << 20
_MAX_SIDE: Final = 16384


class RawScreencap:
    """The baseline: `screencap` writes its pixels as they are."""

    name = "screencap"

    def __init__(self, line: PhoneLine, natural: Callable[[], Size]) -> None:
        self._line = line
        self._natural = natural

    async def shoot(self, deadline_s: float) -> Picture:
        """Return what the screen shows now, in a buffer that is used again once nothing looks at it."""
        pool = self._line.server.pool
        async with self._line.guard("capture", deadline_s), self._line.service("exec:screencap") as connection:
            buffer, filled = await connection.read_buffer(pool, _raw_bytes(self._natural()))
            try:
                return _framed(pool, buffer, filled)
            except screencap.NotAFrame as error:
                raise await self._line.garbage("capture", str(error)) from error


class ZippedScreencap:
    """`screencap` through the phone's own gzip: for a USB cable that is slower than the phone's processor."""

    name = "screencap, zipped"

    def __init__(self, line: PhoneLine, natural: Callable[[], Size], images: Executor | None) -> None:
        self._line = line
        self._natural = natural
        self._images = images

    async def shoot(self, deadline_s: float) -> Picture:
        """Return what the screen shows now. Raises WayClosed where the phone's answer is no zipped frame."""
        pool = self._line.server.pool
        service = "exec:screencap | gzip -1"
        async with self._line.guard("capture", deadline_s), self._line.service(service) as connection:
            zipped, filled = await connection.read_buffer(pool, _ZIPPED_BYTES)
        work = functools.partial(_unzipped, pool, zipped, filled, _raw_bytes(self._natural()))
        try:
            return await asyncio.get_running_loop().run_in_executor(self._images, work)
        except screencap.NotAFrame as error:
            raise WayClosed(str(error)) from error


class U2Screenshot:
    """A JPEG from uiautomator2's service, which need not start a program for each."""

    name = "uiautomator2"

    def __init__(
        self, line: PhoneLine, service: U2Service, natural: Callable[[], Size], images: Executor | None
    ) -> None:
        self._line = line
        self._service = service
        self._natural = natural
        self._images = images

    async def shoot(self, deadline_s: float) -> Picture:
        """Return what the screen shows now. Raises WayClosed for all but a phone that is not reached."""
        try:
            encoded = await self._service.call(
                "takeScreenshot", 1, JPEG_QUALITY, doing="capture", deadline_s=deadline_s
            )
        except (rpc.CallFailed, DeviceGarbage, DeviceTimeout) as error:
            raise WayClosed(str(error)) from error
        if not isinstance(encoded, str):
            raise WayClosed("it returned no picture")
        work = functools.partial(_decoded, self._line.server.pool, encoded, self._natural())
        try:
            return await asyncio.get_running_loop().run_in_executor(self._images, work)
        except screencap.NotAFrame as error:
            raise WayClosed(str(error)) from error


def _raw_bytes(natural: Size) -> int:
    return natural.width * natural.height * _RGBA + screencap.MAX_HEADER_BYTES


def _framed(pool: BufferPool, buffer: bytearray, filled: int) -> Picture:
    """Return the frame in a buffer of the pool, which goes back there when it is none. Raises NotAFrame."""
    try:
        layout = screencap.layout(memoryview(buffer)[: screencap.MAX_HEADER_BYTES], filled)
    except screencap.NotAFrame as error:
        words = str(error)
        pool.give_back(buffer)
        raise screencap.NotAFrame(words) from None
    flat = pool.lend(buffer, layout.offset, layout.size.width * layout.size.height * _RGBA)
    return Picture(flat.reshape(layout.size.height, layout.size.width, _RGBA))


def _unzipped(pool: BufferPool, zipped: bytearray, filled: int, expected: int) -> Picture:
    """Unzip piece by piece into a buffer of the pool. Raises NotAFrame."""
    buffer = pool.take(expected + 1)
    try:
        count = _unzip_into(buffer, memoryview(zipped)[:filled], expected)
    except BaseException:
        pool.give_back(buffer)
        raise
    finally:
        pool.give_back(zipped)
    return _framed(pool, buffer, count)


def _unzip_into(buffer: bytearray, rest: memoryview | bytes, expected: int) -> int:
    """Fill `buffer` with what is in the zipped bytes, and return how much that is. Raises NotAFrame."""
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    count = 0
    try:
        while not unzip.eof and count <= expected and (piece := unzip.decompress(rest, _PIECE_BYTES)):
            buffer[count : count + len(piece)] = piece[: len(buffer) - count]
            count += len(piece)
            rest = unzip.unconsumed_tail
    except zlib.error as error:
        raise screencap.NotAFrame(f"what is not zipped: {error}") from error
    if not unzip.eof or count > expected:
        raise screencap.NotAFrame(f"a zipped frame that is cut off, or larger than {expected} bytes")
    return count


def _decoded(pool: BufferPool, encoded: str, natural: Size) -> Picture:
    """Return a JPEG's pixels in a buffer of the pool. Raises NotAFrame, also for a picture of another size."""
    try:
        jpeg = base64.b64decode(encoded)
    except (binascii.Error, ValueError) as error:
        raise screencap.NotAFrame(f"what is not base64: {error}") from error
    size = jpeg_size(jpeg)
    if {size.width, size.height} != {natural.width, natural.height}:
        raise screencap.NotAFrame(f"a picture of {size.width} x {size.height} pixels")
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if bgr is None or bgr.shape[:2] != (size.height, size.width):
        raise screencap.NotAFrame("a JPEG that cannot be decoded")
    count = size.width * size.height * _RGBA
    buffer = pool.take(count)
    cv2.cvtColor(bgr, cv2.COLOR_BGR2RGBA, dst=np.frombuffer(buffer, np.uint8, count).reshape(*bgr.shape[:2], _RGBA))
    return Picture(pool.lend(buffer, 0, count).reshape(size.height, size.width, _RGBA))


# The markers of a JPEG that begin a frame, and so tell its size; all others but these have a length to skip.
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def jpeg_size(jpeg: bytes) -> Size:
    """Return what a JPEG says of its size, before anything is allocated for it. Raises NotAFrame."""
    place = 2
    while jpeg.startswith(b"\xff\xd8") and place + 9 <= len(jpeg) and jpeg[place] == 0xFF:  # noqa: PLR2004  a marker
        if jpeg[place + 1] in _FRAMES:
            height, width = (int.from_bytes(jpeg[place + at : place + at + 2], "big") for at in (5, 7))
            if 0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE:
                return Size(width, height)
            break
        place += 2 + max(2, int.from_bytes(jpeg[place + 2 : place + 4], "big"))
    raise screencap.NotAFrame("what is no JPEG")
