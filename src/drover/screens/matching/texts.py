"""The texts of one frame: the same pixels are read once, however many screens want something read there."""

from drover.devices.frame import Pixels
from drover.screens.ocr import TextReader
from drover.screens.reading import TextCheck, verify_text
from drover.screens.regions import ExpectedText


class Texts:
    """Checks texts on one frame. Without a reader no text is the expected one."""

    def __init__(self, reader: TextReader | None) -> None:
        self._reader = _Remembering(reader) if reader is not None else None

    def check(self, crop: Pixels, expected: ExpectedText) -> TextCheck:
        """Return whether `expected` is read on `crop`.

        Raises TextNotRead, and what `verify_text` raises for an expected text that cannot be one.
        """
        if self._reader is None:
            return TextCheck(
                passed=False, ratio=0.0, seen="", why="cannot be read: there is nothing to read texts with"
            )
        return verify_text(self._reader, crop, expected)


class _Remembering:
    """A reader that reads equal pixels once."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader
        self._texts: dict[tuple[tuple[int, ...], bytes], str] = {}

    def read(self, pixels: Pixels) -> str:
        picture = pixels.shape, pixels.tobytes()
        if picture not in self._texts:
            self._texts[picture] = self._reader.read(pixels)
        return self._texts[picture]
