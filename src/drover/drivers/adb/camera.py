"""Raw captures of one phone, read into buffers that are used again."""

from drover.devices.frame import Frame, Pixels, Rotation
from drover.devices.geometry import Size
from drover.drivers.adb import dumpsys, screencap
from drover.drivers.adb.line import PhoneLine
from drover.kernel.clock import Clock


class Camera:
    """Takes frames, counts them, and knows how the display is turned.

    A turn shows in the frame's sides; only then is the phone asked which way, for that costs as much as a capture. A
    flip from one landscape to the other is therefore not seen until the display was upright in between.
    """

    def __init__(self, line: PhoneLine, clock: Clock) -> None:
        self._line = line
        self._clock = clock
        self._taken = 0
        self._natural = Size(0, 0)
        self._turned: tuple[Size, Rotation] | None = None

    def start(self, natural: Size) -> None:
        """Count from 1 again, for a phone whose display has that size when it is upright."""
        self._taken = 0
        self._natural = natural
        self._turned = None

    @property
    def taken(self) -> int:
        """How many frames were taken since the start."""
        return self._taken

    @property
    def rotation(self) -> Rotation:
        """How the display was turned when the last frame was taken."""
        return Rotation.PORTRAIT if self._turned is None else self._turned[1]

    async def take(self, deadline_s: float) -> Frame:
        """Return a frame taken now; its buffer is used again once nothing looks at its pixels."""
        asked_at = self._clock.monotonic()
        pixels, size = await self._read(deadline_s)
        self._taken += 1
        return Frame(pixels, self._taken, asked_at, await self._rotation(size, deadline_s))

    async def _read(self, deadline_s: float) -> tuple[Pixels, Size]:
        pool = self._line.server.pool
        expected = self._natural.width * self._natural.height * 4 + screencap.MAX_HEADER_BYTES
        async with self._line.guard("capture", deadline_s), self._line.service("exec:screencap") as connection:
            buffer, filled = await connection.read_buffer(pool, expected)
            try:
                layout = screencap.layout(memoryview(buffer)[: screencap.MAX_HEADER_BYTES], filled)
            except screencap.NotAFrame as error:
                words = str(error)
                pool.give_back(buffer)
                raise await self._line.garbage("capture", words) from error
        flat = pool.lend(buffer, layout.offset, layout.size.width * layout.size.height * 4)
        return flat.reshape(layout.size.height, layout.size.width, 4), layout.size

    async def _rotation(self, size: Size, deadline_s: float) -> Rotation:
        if size == self._natural:
            self._turned = None
            return Rotation.PORTRAIT
        if self._turned is None or self._turned[0] != size:
            self._turned = (size, await self._ask_rotation(size, deadline_s))
        return self._turned[1]

    async def _ask_rotation(self, size: Size, deadline_s: float) -> Rotation:
        windows = await self._line.text("dumpsys window", "capture", deadline_s)
        try:
            return dumpsys.rotation(windows)
        except dumpsys.NotUnderstood:
            return Rotation.LANDSCAPE if size.width > size.height else Rotation.PORTRAIT
