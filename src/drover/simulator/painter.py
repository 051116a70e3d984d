"""Paints scenes in threads, once for all phones that show the same, and encodes them."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import cv2
import numpy as np

from drover.kernel.errors import DroverError
from drover.simulator.handset import Handset, Look, Scene

_THREADS: Final = 2
_PNG_KEPT: Final = 64
# For a screen of 1080x2400 this took 36 ms of CPU, the library's choice of filters 98 ms, at the same size.
_PNG_SPEED: Final = (cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP)


class PaintingFailed(DroverError):
    """A scene could not be made into a picture."""


class Painter:
    """Pictures of scenes; one for a whole rack. `close` it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, "paint")
        self._working: dict[Hashable, asyncio.Future[bytes]] = {}
        self._png: OrderedDict[Hashable, bytes] = OrderedDict()
        self._black: dict[Look, bytes] = {}

    async def raw(self, handset: Handset, scene: Scene) -> bytes:
        """Return the scene's RGBA bytes."""
        return await self._once(("raw", handset.look, scene.key), lambda: handset.paint(scene))

    async def png(self, handset: Handset, scene: Scene) -> bytes:
        """Return the scene as a PNG file."""
        key = (handset.look, scene.key)
        cached = self._png.get(key)
        if cached is None:
            pixels = await self.raw(handset, scene)
            cached = await self.encode(key, pixels, handset.look)
            self._png[key] = cached
            if len(self._png) > _PNG_KEPT:
                self._png.popitem(last=False)
        else:
            self._png.move_to_end(key)
        return cached

    async def encode(self, key: Hashable, pixels: bytes, look: Look) -> bytes:
        """Return RGBA `pixels` as a PNG file; `key` is their identity."""
        return await self._once(("png", key), lambda: encode_png(pixels, look))

    def black(self, look: Look) -> bytes:
        """Return an opaque black picture's RGBA bytes."""
        if look not in self._black:
            self._black[look] = b"\0\0\0\xff" * (look.width * look.height)
        return self._black[look]

    async def close(self) -> None:
        """Wait for what is being painted, and end the threads."""
        await asyncio.gather(*self._working.values(), return_exceptions=True)
        self._pool.shutdown()

    async def _once(self, key: Hashable, work: Callable[[], bytes]) -> bytes:
        """Run `work` in a thread, or wait for the thread that is at the same work already."""
        running = self._working.get(key)
        if running is None:
            running = asyncio.get_running_loop().run_in_executor(self._pool, work)
            self._working[key] = running
            running.add_done_callback(lambda _: self._working.pop(key))
        return await asyncio.shield(running)


def encode_png(pixels: bytes, look: Look) -> bytes:
    """Return RGBA bytes as a PNG file, packed fast rather than small. Raises PaintingFailed."""
    expected = look.width * look.height * 4
    if len(pixels) != expected:
        raise PaintingFailed(f"a picture has {len(pixels)} bytes, not {expected}")
    rgba = np.frombuffer(pixels, np.uint8).reshape(look.height, look.width, 4)
    done, encoded = cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA), _PNG_SPEED)
    if not done:
        raise PaintingFailed("a picture could not be encoded as PNG")
    return encoded.tobytes()
