"""Captures of one phone, counted, with how the display is turned."""

from drover.devices.frame import Frame, Rotation
from drover.devices.geometry import Size
from drover.drivers.adb import dumpsys
from drover.drivers.adb.line import PhoneLine
from drover.drivers.adb.ways import CaptureWay, Picture, Ways
from drover.kernel.clock import Clock


class Camera:
    """Takes frames, counts them, and knows how the display is turned.

    A turn shows in the frame's sides; only then is the phone asked which way, for that costs as much as a capture. A
    flip from one landscape to the other is therefore not seen until the display was upright in between.
    """

    def __init__(self, line: PhoneLine, clock: Clock, ways: Ways[CaptureWay]) -> None:
        self._line = line
        self._clock = clock
        self._ways = ways
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

    async def take(self, deadline_s: float, *, surely: bool = False) -> Frame:
        """Return a frame taken now; its buffer is used again once nothing looks at its pixels.

        `surely`: by the baseline, whatever is faster.
        """
        asked_at = self._clock.monotonic()

        async def shoot(way: CaptureWay) -> Picture:
            # A faster way that hangs leaves the baseline its half of the time.
            left_s = asked_at + deadline_s - self._clock.monotonic()
            return await way.shoot(left_s if way is self._ways.baseline else deadline_s / 2)

        taken = await (shoot(self._ways.baseline) if surely else self._ways.use(shoot))
        self._taken += 1
        return Frame(taken.pixels, self._taken, asked_at, await self._rotation(taken.size, deadline_s))

    async def _rotation(self, size: Size, deadline_s: float) -> Rotation:
        if size == self._natural:
            self._turned = None
            return Rotation.PORTRAIT
        if self._turned is None or self._turned[0] != size:
            self._turned = (size, await self._ask_rotation(size, deadline_s))
        return self._turned[1]

    async def _ask_rotation(self, size: Size, deadline_s: float) -> Rotation:
        for service in ("window", "display"):
            try:
                return dumpsys.rotation(await self._line.text(f"dumpsys {service}", "capture", deadline_s))
            except dumpsys.NotUnderstood:
                continue
        return Rotation.LANDSCAPE if size.width > size.height else Rotation.PORTRAIT
