"""Parts that screens and keyboards are made of, read from a file: what a form alone cannot say is checked here."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from drover.devices.frame import Pixels
from drover.devices.geometry import Rect, Size
from drover.language.errors import LanguageError
from drover.language.pattern import parse_pattern
from drover.platform.documents import BadDocument, Fault
from drover.screens.contents import Contents
from drover.screens.documents import KeyboardRegionFile
from drover.screens.matching.outlining import Outlining
from drover.screens.matching.template import Template, unmasked
from drover.screens.pictures import BadPicture, Grays, decode_picture, picture_size
from drover.screens.regions import Anchor, Crop, ExpectedText, Region, Tint
from drover.screens.tints import mean_colour

MIN_DEVIATION = 20.0
"""Least standard deviation, in grey levels, of a crop: a flat one looks like every other flat patch."""
MIN_SIDE = 8
MIN_TINT_SIDE = 4
"""The line under a selected tab is no higher."""
MAX_CROP_BYTES = 4 * 1024 * 1024
MAX_PICTURE_BYTES = 8 * 1024 * 1024
_ASPECT_TOLERANCE = 0.02

Content = TypeVar("Content")


class PartReader:
    """Reads parts of the file at `path`, and gathers the faults it finds: a faulty part is None.

    `grays` decodes the crops, now and whenever they are compared; `outlining` gives outlines to their templates.
    """

    def __init__(self, path: Path, grays: Grays, outlining: Outlining) -> None:
        self._grays = grays
        self._outlining = outlining
        self._contents = Contents(os.fspath(path.parent))
        self._file = path.name
        self._faults: list[Fault] = []

    def finish(self) -> None:
        """Raise BadDocument with every fault found, if there is any."""
        if self._faults:
            raise BadDocument(self._file, self._faults)

    def keyboard_regions(
        self, documents: Sequence[KeyboardRegionFile], reference: Size, where: str
    ) -> tuple[Region, ...]:
        """Return what a keyboard is recognised by, at `where`: keyboards keep to the bottom."""
        self.refuse_twins(where, [region.name for region in documents])
        self.require_one(documents, where)
        places = [(document, f"{where}[{index}]") for index, document in enumerate(documents)]
        return found(self.region(document, reference, place, Anchor.BOTTOM) for document, place in places)

    def require_one(self, documents: Sequence[KeyboardRegionFile], where: str) -> None:
        """Note a fault where none of the regions is one that must be there."""
        if all(region.absent for region in documents):
            self.fault(
                where,
                "has no region that must be there",
                "add one that must be there: what is not there identifies nothing",
            )

    def region(
        self,
        document: KeyboardRegionFile,
        reference: Size,
        where: str,
        anchor: Anchor,
        masks: tuple[Rect, ...] = (),
        text: ExpectedText | None = None,
    ) -> Region | None:
        """Return the region at `where`."""
        rect = self.rect(document.rect, reference, where)
        crop = self.crop(document.crop, rect, masks, where) if rect is not None else None
        if rect is None or crop is None:
            return None
        # Worked out while the pixels are at hand, so that nobody has to decode them again for it.
        self._outlining.add(Template.of(crop, rect, masks))
        return Region(document.name, rect, crop, document.absent, anchor, text)

    def rect(self, box: tuple[int, int, int, int], reference: Size, where: str) -> Rect | None:
        """Return the rectangle, which must lie within the reference."""
        try:
            rect = Rect(*box)
        except ValueError as error:
            return self.fault(f"{where}.rect", str(error), "give x1, y1, x2, y2")
        if not rect.within(reference):
            reason = f"{list(box)} lies outside the reference of {reference.width}x{reference.height}"
            return self.fault(f"{where}.rect", reason, "correct it, or `reference`")
        return rect

    def legible(self, box: tuple[int, int, int, int], reference: Size, where: str) -> Rect | None:
        """Return the rectangle of a text, which must be large enough for letters."""
        rect = self.rect(box, reference, where)
        return self._large_enough(rect, where, MIN_SIDE) if rect is not None else None

    def _large_enough(self, rect: Rect, where: str, least: int) -> Rect | None:
        if min(rect.width, rect.height) >= least:
            return rect
        reason = f"is {rect.width}x{rect.height}, smaller than {least}x{least}"
        return self.fault(f"{where}.rect", reason, "choose a larger rectangle")

    def crop(self, name: str, rect: Rect, masks: tuple[Rect, ...], where: str) -> Crop | None:
        """Return the crop in the file `name`, which must have the rectangle's size, and something to see in it."""
        cut = self._cut(name, rect, where, MIN_SIDE, self._grays)
        if cut is None:
            return None
        crop = Crop(self._grays, cut[1])
        deviation = Template.of(crop, rect, masks).deviation
        if deviation < MIN_DEVIATION:
            reason = f"{name} is too plain: its grey standard deviation is {deviation:.1f}, needs {MIN_DEVIATION:.0f}"
            return self.fault(f"{where}.crop", reason, "choose a rectangle with text or an icon, outside all masks")
        return crop

    def tint(self, name: str, rect: Rect, masks: tuple[Rect, ...], where: str) -> Tint | None:
        """Return the mean colour of the crop in the file `name`, outside all masks."""
        cut = self._cut(name, rect, where, MIN_TINT_SIDE, decode_picture)
        if cut is None:
            return None
        mask = unmasked(rect, masks)
        if mask is not None and not mask.any():
            return self.fault(f"{where}.rect", "lies under masks, where nothing matters", "choose another rectangle")
        return mean_colour(cut[0], mask, cut[1])

    def _cut(
        self, name: str, rect: Rect, where: str, least: int, decode: Callable[[bytes], Pixels]
    ) -> tuple[Pixels, bytes] | None:
        """Return what is in the file `name`, which must be a picture of the rectangle's size, and its bytes."""
        if self._large_enough(rect, where, least) is None:
            return None
        where = f"{where}.crop"
        content = self._content(name, where, MAX_CROP_BYTES)
        pixels = self._usable(lambda: decode(content), where, name) if content is not None else None
        if content is None or pixels is None:
            return None
        height, width = pixels.shape[:2]
        if (width, height) != (rect.width, rect.height):
            reason = f"{name} is {width}x{height}, but its rectangle {rect.width}x{rect.height}"
            return self.fault(where, reason, "cut it from a frame at the reference resolution")
        return pixels, content

    def expected(self, text: str | None, pattern: str | None, where: str) -> ExpectedText | None:
        """Return what must be read: `text` or `pattern`, of which one must be given, and be usable."""
        if text is not None and pattern is not None:
            return self.fault(f"{where}.pattern", "is given, and a text too", "give one of the two")
        if pattern is not None:
            return self._pattern(pattern, f"{where}.pattern")
        if text is None:
            return self.fault(f"{where}.text", "is missing", "give `text` or `pattern`")
        if not text.strip():
            return self.fault(f"{where}.text", "is blank", "give what must be read")
        return ExpectedText(text)

    def _pattern(self, source: str, where: str) -> ExpectedText | None:
        try:
            pattern = parse_pattern(source)
        except LanguageError as error:
            return self.fault(where, error.message, error.hint)
        if pattern.search("") is not None:
            return self.fault(where, "is found in an empty text too, so it tells nothing", "ask for a character")
        return ExpectedText(source, pattern=True)

    def picture(self, name: str | None, reference: Size, where: str) -> bytes:
        """Return the picture in the file `name`, which must have the reference's shape; nothing without a name."""
        if name is None:
            return b""
        content = self._content(name, where, MAX_PICTURE_BYTES)
        if content is None:
            return b""
        size = self._usable(lambda: picture_size(content), where, name)
        if size is not None and not _same_shape(size, reference):
            reason = f"{name} is {size.width}x{size.height}, of another shape than {reference.width}x{reference.height}"
            self.fault(where, reason, "take it from a whole frame")
        return content

    def _content(self, name: str, where: str, limit: int) -> bytes | None:
        return self._usable(lambda: self._contents.read(name, limit), where, name)

    def _usable(self, read: Callable[[], Content], where: str, name: str) -> Content | None:
        """Return what `read` returns, or None after noting why it could not."""
        try:
            return read()
        except BadPicture as error:
            return self.fault(where, f"{name} {error.message}", error.hint)

    def refuse_shared_names(self, where: str, kinds: Mapping[str, Sequence[str]]) -> None:
        """Note a fault for every name that is there twice, over all of the lists `kinds` at `where`."""
        taken: set[str] = set()
        for kind, names in kinds.items():
            for index, name in enumerate(names):
                if name in taken:
                    self.fault(f"{where}.{kind}[{index}].name", f"'{name}' is there twice", "give each its own name")
                taken.add(name)

    def refuse_twins(self, where: str, names: Sequence[str]) -> None:
        """Note a fault for every name that is there twice."""
        for index, name in enumerate(names):
            if name in names[:index]:
                self.fault(f"{where}[{index}].name", f"'{name}' is there twice", "give each its own name")

    def fault(self, where: str, reason: str, hint: str) -> None:
        """Note a fault."""
        self._faults.append(Fault(where, reason, hint))


def found(parts: Iterable[Content | None]) -> tuple[Content, ...]:
    """Return the parts without those that are missing because of a fault."""
    return tuple(part for part in parts if part is not None)


def _same_shape(size: Size, reference: Size) -> bool:
    ratio = (size.width * reference.height) / (size.height * reference.width)
    return abs(ratio - 1) <= _ASPECT_TOLERANCE
