"""From a screen file to a screen: everything that a form alone cannot say is checked here, with its place."""

from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import cv2

from drover.devices.geometry import Rect, Size
from drover.platform.documents import BadDocument, Fault
from drover.screens.documents import ActionFile, RegionFile, ScreenFile, VariantFile
from drover.screens.domain import Action, ActionKind, Crop, Region, Screen, ScreenKind, Variant, closest
from drover.screens.matching.template import unmasked
from drover.screens.pictures import BadPicture, decode_picture, picture_size, read_bytes, to_gray

MIN_DEVIATION = 20.0
"""Least standard deviation, in grey levels, of a crop: a flat one looks like every other flat patch."""
MIN_SIDE = 8
MAX_CROP_BYTES = 4 * 1024 * 1024
MAX_PICTURE_BYTES = 8 * 1024 * 1024
_ASPECT_TOLERANCE = 0.02

Content = TypeVar("Content")


class ScreenReader:
    """Reads the file at `path`, of a screen of `app` (None: global); `known` are all whole keys of the registry."""

    def __init__(self, path: Path, *, app: str | None, known: Collection[str]) -> None:
        self._folder = path.parent
        self._file = path.name
        self._key = path.stem
        self._app = app
        self._known = known
        self._faults: list[Fault] = []

    def read(self, document: ScreenFile) -> Screen:
        """Return the screen. Raises BadDocument with every fault found."""
        if document.key != self._key:
            self._fault("key", f"is '{document.key}', but the file is '{self._file}'", "name both alike")
        self._refuse_twins("variants", [variant.name for variant in document.variants])
        reference = Size(document.reference.width, document.reference.height)
        variants = [
            self._variant(variant, reference, f"variants[{index}]") for index, variant in enumerate(document.variants)
        ]
        if self._faults:
            raise BadDocument(self._file, self._faults)
        return Screen(
            key=f"{self._folder.name}.{document.key}",
            name=document.name,
            description=document.description,
            app=self._app,
            kind=ScreenKind(document.kind),
            reference=reference,
            variants=tuple(variants),
        )

    def _variant(self, document: VariantFile, reference: Size, where: str) -> Variant:
        self._refuse_twins(f"{where}.regions", [region.name for region in document.regions])
        self._refuse_twins(f"{where}.masks", [mask.name for mask in document.masks])
        self._refuse_twins(f"{where}.actions", [action.name for action in document.actions])
        if all(region.absent for region in document.regions):
            hint = "add one that must be there: what is not there identifies nothing"
            self._fault(f"{where}.regions", "has no region that must be there", hint)
        masks = self._all(
            self._rect(mask.rect, reference, f"{where}.masks[{index}]") for index, mask in enumerate(document.masks)
        )
        return Variant(
            name=document.name,
            regions=self._all(
                self._region(region, reference, masks, f"{where}.regions[{index}]")
                for index, region in enumerate(document.regions)
            ),
            masks=masks,
            actions=self._all(
                self._action(action, reference, f"{where}.actions[{index}]")
                for index, action in enumerate(document.actions)
            ),
            picture=self._picture(document.picture, reference, f"{where}.picture"),
        )

    def _region(self, document: RegionFile, reference: Size, masks: tuple[Rect, ...], where: str) -> Region | None:
        rect = self._rect(document.rect, reference, where)
        crop = self._crop(document.crop, rect, masks, where) if rect is not None else None
        return Region(document.name, rect, crop, document.absent) if rect is not None and crop is not None else None

    def _action(self, document: ActionFile, reference: Size, where: str) -> Action | None:
        leads_to = document.leads_to
        if leads_to is not None and "." not in leads_to:
            leads_to = f"{self._folder.name}.{leads_to}"
        if leads_to is not None and leads_to not in self._known:
            self._fault(
                f"{where}.leads_to", f"names the screen {leads_to}, which has no file", closest(leads_to, self._known)
            )
        rect = self._rect(document.rect, reference, where)
        if rect is None:
            return None
        crop = self._crop(document.crop, rect, (), where) if document.crop is not None else None
        return Action(document.name, rect, ActionKind(document.kind), leads_to, crop)

    def _rect(self, box: tuple[int, int, int, int], reference: Size, where: str) -> Rect | None:
        try:
            rect = Rect(*box)
        except ValueError as error:
            return self._fault(f"{where}.rect", str(error), "give x1, y1, x2, y2")
        if not rect.within(reference):
            reason = f"{list(box)} lies outside the reference of {reference.width}x{reference.height}"
            return self._fault(f"{where}.rect", reason, "correct it, or `reference`")
        return rect

    def _crop(self, name: str, rect: Rect, masks: tuple[Rect, ...], where: str) -> Crop | None:
        if min(rect.width, rect.height) < MIN_SIDE:
            reason = f"is {rect.width}x{rect.height}, smaller than {MIN_SIDE}x{MIN_SIDE}"
            return self._fault(f"{where}.rect", reason, "choose a larger rectangle")
        where = f"{where}.crop"
        content = self._content(name, where, MAX_CROP_BYTES)
        pixels = self._usable(lambda: decode_picture(content), where, name) if content is not None else None
        if content is None or pixels is None:
            return None
        height, width = pixels.shape[:2]
        if (width, height) != (rect.width, rect.height):
            reason = f"{name} is {width}x{height}, but its rectangle {rect.width}x{rect.height}"
            return self._fault(where, reason, "cut it from a frame at the reference resolution")
        gray = to_gray(pixels)
        deviation = float(cv2.meanStdDev(gray, mask=unmasked(rect, masks))[1][0, 0])
        if deviation < MIN_DEVIATION:
            reason = f"{name} is too plain: its grey standard deviation is {deviation:.1f}, needs {MIN_DEVIATION:.0f}"
            return self._fault(where, reason, "choose a rectangle with text or an icon, outside all masks")
        return Crop(gray, content)

    def _picture(self, name: str | None, reference: Size, where: str) -> bytes:
        if name is None:
            return b""
        content = self._content(name, where, MAX_PICTURE_BYTES)
        if content is None:
            return b""
        size = self._usable(lambda: picture_size(content), where, name)
        if size is not None and not _same_shape(size, reference):
            reason = f"{name} is {size.width}x{size.height}, of another shape than {reference.width}x{reference.height}"
            self._fault(where, reason, "take it from a whole frame")
        return content

    def _content(self, name: str, where: str, limit: int) -> bytes | None:
        path = self._folder / name
        if not inside(path, self._folder):
            return self._fault(where, f"{name} leaves the app's folder", "keep pictures inside the folder")
        return self._usable(lambda: read_bytes(path, limit), where, name)

    def _usable(self, read: Callable[[], Content], where: str, name: str) -> Content | None:
        """Return what `read` returns, or None after noting why it could not."""
        try:
            return read()
        except BadPicture as error:
            return self._fault(where, f"{name} {error.message}", error.hint)

    def _refuse_twins(self, where: str, names: Sequence[str]) -> None:
        for index, name in enumerate(names):
            if name in names[:index]:
                self._fault(f"{where}[{index}].name", f"'{name}' is there twice", "give each its own name")

    def _all(self, parts: Iterable[Content | None]) -> tuple[Content, ...]:
        """Return the parts without those that are missing because of a fault."""
        return tuple(part for part in parts if part is not None)

    def _fault(self, where: str, reason: str, hint: str) -> None:
        self._faults.append(Fault(where, reason, hint))


def inside(path: Path, folder: Path) -> bool:
    """Whether the path, with links followed, stays in the folder. A circle of links leads nowhere inside."""
    try:
        return ".." not in path.relative_to(folder).parts and path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def _same_shape(size: Size, reference: Size) -> bool:
    ratio = (size.width * reference.height) / (size.height * reference.width)
    return abs(ratio - 1) <= _ASPECT_TOLERANCE
