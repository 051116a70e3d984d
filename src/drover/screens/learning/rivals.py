"""What other screens look like: every picture that a screen must not be taken for."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from drover.devices.frame import Frame, Pixels
from drover.devices.geometry import Size
from drover.screens.domain import Registry, ScreenKind, Variant
from drover.screens.learning.small import Small, small
from drover.screens.pictures import decode_picture

CACHE_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Rival:
    """A picture of a screen: `name` says which one it is (a file, a variant); `load` brings it at full size."""

    key: str
    name: str
    kind: ScreenKind
    small: Small
    load: Callable[[], Frame]


def rival(key: str, name: str, kind: ScreenKind, frame: Frame, load: Callable[[], Frame] | None = None) -> Rival:
    """Return the rival that `frame` shows. Without `load` the frame itself is kept."""
    return Rival(key, name, kind, small(frame), load or (lambda: frame))


class Rivals:
    """Pictures of screens, of which as many are kept at full size as `cache_bytes` allows."""

    def __init__(self, rivals: Iterable[Rival], *, cache_bytes: int = CACHE_BYTES) -> None:
        self._rivals = tuple(rivals)
        self._room = cache_bytes
        self._cache: OrderedDict[Rival, Frame] = OrderedDict()

    @classmethod
    def of_registry(cls, registry: Registry, *, without: Collection[str] = ()) -> "Rivals":
        """Return what the screens of a registry look like, but for those of the keys `without`.

        A variant shows its picture or, without one, its regions' crops on black. Raises BadPicture for a variant's
        picture that is broken, which a loaded registry does not have.
        """
        return cls(_of_registry(registry, without))

    def __iter__(self) -> Iterator[Rival]:
        """Iterate over all rivals."""
        return iter(self._rivals)

    def __add__(self, other: "Rivals") -> "Rivals":
        """Return the rivals of both."""
        return Rivals((*self._rivals, *other), cache_bytes=self._room)

    def against(self, key: str) -> Sequence[Rival]:
        """Return the rivals that are not the screen `key` itself."""
        return tuple(each for each in self._rivals if each.key != key)

    def frame(self, rival: Rival) -> Frame:
        """Return the rival's frame at full size."""
        if rival in self._cache:
            self._cache.move_to_end(rival)
            return self._cache[rival]
        frame = self._cache[rival] = rival.load()
        while len(self._cache) > 1 and sum(kept.pixels.nbytes for kept in self._cache.values()) > self._room:
            self._cache.popitem(last=False)
        return frame


def _of_registry(registry: Registry, without: Collection[str]) -> Iterator[Rival]:
    for screen in registry.screens.values():
        if screen.key in without:
            continue
        for variant in screen.variants:
            load = partial(_shown, variant, screen.reference_of(variant))
            yield rival(screen.key, f"{screen.key} ({variant.name})", screen.kind, load(), load)


def _shown(variant: Variant, reference: Size) -> Frame:
    return Frame(_picture(variant, reference), sequence=1, captured_at=0.0)


def _picture(variant: Variant, reference: Size) -> Pixels:
    if variant.picture:
        return decode_picture(variant.picture)
    canvas = np.zeros((reference.height, reference.width, 4), dtype=np.uint8)
    canvas[:, :, 3] = 255
    for region in variant.regions:
        if not region.absent:
            rect = region.rect
            canvas[rect.y1 : rect.y2, rect.x1 : rect.x2] = cv2.cvtColor(region.crop.gray, cv2.COLOR_GRAY2RGBA)
    return canvas
