"""The texts of one frame: each crop is read once, however many screens want something read there."""

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect
from drover.screens.ocr import TextReader
from drover.screens.reading import TextCheck, verify_text
from drover.screens.regions import ExpectedText


class Texts:
    """Checks texts on one frame. Without a reader no text is the expected one."""

    def __init__(self, reader: TextReader | None) -> None:
        self._reader = reader
        self._crops: dict[Rect, _ReadOnce] = {}

    def check(self, crop: Pixels, place: Rect, expected: ExpectedText) -> TextCheck:
        """Return whether `expected` is read on `crop`, which is what the frame shows at `place`.

        Raises TextNotRead, and what `verify_text` raises for an expected text that cannot be one.
        """
        if self._reader is None:
            return TextCheck(
                passed=False, ratio=0.0, seen="", why="cannot be read: there is nothing to read texts with"
            )
        once = self._crops.setdefault(place, _ReadOnce(self._reader))
        return verify_text(once, crop, expected)


class _ReadOnce:
    """Reads one crop, once at each width, and remembers what was read."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader
        self._texts: dict[tuple[int, ...], str] = {}

    def read(self, pixels: Pixels) -> str:
        if pixels.shape not in self._texts:
            self._texts[pixels.shape] = self._reader.read(pixels)
        return self._texts[pixels.shape]
