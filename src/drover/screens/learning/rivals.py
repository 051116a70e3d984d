"""What other screens look like: every picture that a screen must not be taken for."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from drover.devices.frame import Frame
from drover.screens.check.shown import shown
from drover.screens.domain import Registry, Screen, ScreenKind, Variant
from drover.screens.learning.small import Small, small

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
    """Pictures of screens, of which as many are kept at full size as `cache_bytes` allows.

    They are gone through in turn, over and over: were the oldest dropped for the next one, each would be gone by the
    time it is looked at again. So what is kept stays, and the latest makes room.
    """

    def __init__(self, rivals: Iterable[Rival], *, cache_bytes: int = CACHE_BYTES) -> None:
        self._rivals = tuple(rivals)
        self._room = cache_bytes
        self._cache: dict[Rival, Frame] = {}

    @classmethod
    def of_registry(cls, registry: Registry, *, without: Collection[str] = ()) -> "Rivals":
        """Return what the screens of a registry look like, but for those of the keys `without`.

        Raises BadPicture for a variant's picture that is broken, which a loaded registry does not have.
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
        if rival not in self._cache:
            frame = rival.load()
            while self._cache and sum(kept.pixels.nbytes for kept in self._cache.values()) > self._left(frame):
                self._cache.popitem()
            self._cache[rival] = frame
        return self._cache[rival]

    def _left(self, frame: Frame) -> int:
        """Return how many bytes of others there may be beside a frame."""
        return self._room - frame.pixels.nbytes


def _of_registry(registry: Registry, without: Collection[str]) -> Iterator[Rival]:
    for screen in registry.screens.values():
        if screen.key in without:
            continue
        for variant in screen.variants:
            load = partial(_shown, screen, variant)
            yield rival(screen.key, f"{screen.key} ({variant.name})", screen.kind, load(), load)


def _shown(screen: Screen, variant: Variant) -> Frame:
    return shown(screen, variant)[0]
