"""Parts that screens and keyboards are made of, read from a file: what a form alone cannot say is checked here."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import cv2

from drover.devices.geometry import Rect, Size
from drover.platform.documents import BadDocument, Fault
from drover.screens.documents import RegionFile
from drover.screens.matching.template import unmasked
from drover.screens.pictures import BadPicture, decode_picture, picture_size, read_bytes, to_gray
from drover.screens.regions import Crop, Region

MIN_DEVIATION = 20.0
"""Least standard deviation, in grey levels, of a crop: a flat one looks like every other flat patch."""
MIN_SIDE = 8
MAX_CROP_BYTES = 4 * 1024 * 1024
MAX_PICTURE_BYTES = 8 * 1024 * 1024
_ASPECT_TOLERANCE = 0.02

Content = TypeVar("Content")


class PartReader:
    """Reads parts of the file at `path`, and gathers the faults it finds: a faulty part is None."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self._file = path.name
        self._faults: list[Fault] = []

    def finish(self) -> None:
        """Raise BadDocument with every fault found, if there is any."""
        if self._faults:
            raise BadDocument(self._file, self._faults)

    def regions(
        self, documents: Sequence[RegionFile], reference: Size, where: str, masks: tuple[Rect, ...] = ()
    ) -> tuple[Region, ...]:
        """Return the regions at `where`, of which at least one must be there, and no two share a name."""
        self.refuse_twins(where, [region.name for region in documents])
        if all(region.absent for region in documents):
            self.fault(
                where,
                "has no region that must be there",
                "add one that must be there: what is not there identifies nothing",
            )
        return found(
            self._region(region, reference, masks, f"{where}[{index}]") for index, region in enumerate(documents)
        )

    def _region(self, document: RegionFile, reference: Size, masks: tuple[Rect, ...], where: str) -> Region | None:
        rect = self.rect(document.rect, reference, where)
        crop = self.crop(document.crop, rect, masks, where) if rect is not None else None
        return Region(document.name, rect, crop, document.absent) if rect is not None and crop is not None else None

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

    def crop(self, name: str, rect: Rect, masks: tuple[Rect, ...], where: str) -> Crop | None:
        """Return the crop in the file `name`, which must have the rectangle's size, and something to see in it."""
        if min(rect.width, rect.height) < MIN_SIDE:
            reason = f"is {rect.width}x{rect.height}, smaller than {MIN_SIDE}x{MIN_SIDE}"
            return self.fault(f"{where}.rect", reason, "choose a larger rectangle")
        where = f"{where}.crop"
        content = self._content(name, where, MAX_CROP_BYTES)
        pixels = self._usable(lambda: decode_picture(content), where, name) if content is not None else None
        if content is None or pixels is None:
            return None
        height, width = pixels.shape[:2]
        if (width, height) != (rect.width, rect.height):
            reason = f"{name} is {width}x{height}, but its rectangle {rect.width}x{rect.height}"
            return self.fault(where, reason, "cut it from a frame at the reference resolution")
        gray = to_gray(pixels)
        deviation = float(cv2.meanStdDev(gray, mask=unmasked(rect, masks))[1][0, 0])
        if deviation < MIN_DEVIATION:
            reason = f"{name} is too plain: its grey standard deviation is {deviation:.1f}, needs {MIN_DEVIATION:.0f}"
            return self.fault(where, reason, "choose a rectangle with text or an icon, outside all masks")
        return Crop(gray, content)

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
        path = self._folder / name
        if not inside(path, self._folder):
            return self.fault(where, f"{name} leaves the app's folder", "keep pictures inside the folder")
        return self._usable(lambda: read_bytes(path, limit), where, name)

    def _usable(self, read: Callable[[], Content], where: str, name: str) -> Content | None:
        """Return what `read` returns, or None after noting why it could not."""
        try:
            return read()
        except BadPicture as error:
            return self.fault(where, f"{name} {error.message}", error.hint)

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


def inside(path: Path, folder: Path) -> bool:
    """Whether the path, with links followed, stays in the folder. A circle of links leads nowhere inside."""
    try:
        return ".." not in path.relative_to(folder).parts and path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def _same_shape(size: Size, reference: Size) -> bool:
    ratio = (size.width * reference.height) / (size.height * reference.width)
    return abs(ratio - 1) <= _ASPECT_TOLERANCE
