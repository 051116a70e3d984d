"""Pictures of scenes: painted and encoded in threads, once for all phones that show the same, and kept for a while."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import cv2
import numpy as np

from drover.kernel.errors import DroverError
from drover.simulator.cache import ByteCache
from drover.simulator.handset import Handset, Look, Scene

_THREADS: Final = 2
CACHE_BYTES: Final = 96 * 1024 * 1024
# For a screen of 1080x2400 this took 36 ms of CPU, the library's choice of filters 98 ms, at the same size.
_PNG_SPEED: Final = (cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP)


class PaintingFailed(DroverError):
    """A scene could not be made into a picture."""


class Pictures:
    """What phones show, as bytes; one for a whole rack. At most `cache_bytes` are kept. `close` it."""

    def __init__(self, cache_bytes: int = CACHE_BYTES) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, "paint")
        self._working: dict[Hashable, asyncio.Future[bytes]] = {}
        self._kept: ByteCache[bytes] = ByteCache(cache_bytes, len)

    @property
    def held_bytes(self) -> int:
        """How much is kept."""
        return self._kept.held_bytes

    async def raw(self, handset: Handset, scene: Scene) -> bytes:
        """Return the scene's RGBA bytes. The files below have the shape that `look` says: that of a turned display."""
        return await self._once(("raw", handset.look, scene.key), lambda: handset.paint(scene))

    async def png(self, handset: Handset, scene: Scene, look: Look) -> bytes:
        """Return the scene as a PNG file."""
        key = ("png", look, scene.key)
        kept = self._kept.find(key)
        if kept is not None:
            return kept
        pixels = await self.raw(handset, scene)
        return await self._once(key, lambda: encode_png(pixels, look))

    async def black(self, look: Look, *, png: bool) -> bytes:
        """Return an opaque black picture: RGBA bytes, or a PNG file."""
        pixels = await self._once(("black", look), lambda: b"\0\0\0\xff" * (look.width * look.height))
        return await self._once(("black png", look), lambda: encode_png(pixels, look)) if png else pixels

    async def jpeg(self, handset: Handset, scene: Scene, look: Look, scale: float, quality: int) -> bytes:
        """Return the scene as a JPEG of `quality` 1 to 100, `scale` times as wide and high."""
        pixels = await self.raw(handset, scene)
        key = ("jpeg", look, scene.key, scale, quality)
        return await self._once(key, lambda: encode_jpeg(pixels, look, scale, quality))

    async def black_jpeg(self, look: Look, scale: float, quality: int) -> bytes:
        """Return a black picture as `jpeg` does."""
        pixels = await self.black(look, png=False)
        return await self._once(("black jpeg", look, scale), lambda: encode_jpeg(pixels, look, scale, quality))

    async def close(self) -> None:
        """Wait for what is being painted, and end the threads."""
        await asyncio.gather(*self._working.values(), return_exceptions=True)
        self._pool.shutdown()

    async def _once(self, key: Hashable, work: Callable[[], bytes]) -> bytes:
        """Return what is kept, or run `work` in a thread, or wait for the thread that is at the same work already."""
        kept = self._kept.find(key)
        if kept is not None:
            return kept
        running = self._working.get(key)
        if running is None:
            running = asyncio.get_running_loop().run_in_executor(self._pool, work)
            self._working[key] = running
            running.add_done_callback(lambda done: self._finish(key, done))
        return await asyncio.shield(running)

    def _finish(self, key: Hashable, done: asyncio.Future[bytes]) -> None:
        del self._working[key]
        if not done.cancelled() and done.exception() is None:
            self._kept.keep(key, done.result())


def encode_png(pixels: bytes, look: Look) -> bytes:
    """Return RGBA bytes as a PNG file, packed fast rather than small. Raises PaintingFailed."""
    return _encoded(".png", cv2.cvtColor(_shaped(pixels, look), cv2.COLOR_RGBA2BGRA), _PNG_SPEED)


def encode_jpeg(pixels: bytes, look: Look, scale: float, quality: int) -> bytes:
    """Return RGBA bytes as a JPEG file. Raises PaintingFailed."""
    picture = cv2.cvtColor(_shaped(pixels, look), cv2.COLOR_RGBA2BGR)
    if scale != 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return _encoded(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))


def _shaped(pixels: bytes, look: Look) -> cv2.typing.MatLike:
    expected = look.width * look.height * 4
    if len(pixels) != expected:
        raise PaintingFailed(f"a picture has {len(pixels)} bytes, not {expected}")
    return np.frombuffer(pixels, np.uint8).reshape(look.height, look.width, 4)


def _encoded(suffix: str, picture: cv2.typing.MatLike, options: Sequence[int]) -> bytes:
    done, encoded = cv2.imencode(suffix, picture, options)
    if not done:
        raise PaintingFailed(f"a picture could not be encoded as {suffix}")
    return encoded.tobytes()
