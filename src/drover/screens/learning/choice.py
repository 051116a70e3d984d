"""What was chosen to identify one look of a screen, as values."""

from dataclasses import dataclass

from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.devices.picture import preview
from drover.screens.domain import Variant
from drover.screens.learning.judge import Impostor
from drover.screens.regions import Region, TintRegion

_PICTURE_WIDTH, _PICTURE_QUALITY = 1080, 80


@dataclass(frozen=True, slots=True)
class Chosen:
    """A chosen region, and what comes closest to passing in it: None without rivals, and for absent ones and tints."""

    region: Region | TintRegion
    closest: Impostor | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A place that was considered and not taken, and why."""

    rect: Rect
    reason: str


@dataclass(frozen=True, slots=True)
class Confuser:
    """A picture of another screen that cannot be told apart, and why; `margin` is how far it is from passing."""

    key: str
    name: str
    margin: float
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Regions for one look of a screen. Rectangles are in pixels of `reference`, the size of the first capture.

    `margin` is the least, over all rivals, of what keeps each of them from passing in the region that tells best, and
    `closest` the name of that rival's picture (without rivals 1, and nothing). `confusers` are the rivals that are not
    kept off far enough.
    """

    reference: Size
    chosen: tuple[Chosen, ...]
    masks: tuple[Rect, ...]
    rejected: tuple[Rejected, ...]
    confusers: tuple[Confuser, ...]
    closest: str
    margin: float

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions that are pictures."""
        return tuple(each.region for each in self.chosen if isinstance(each.region, Region))

    @property
    def tints(self) -> tuple[TintRegion, ...]:
        """The regions that are tints."""
        return tuple(each.region for each in self.chosen if isinstance(each.region, TintRegion))

    @property
    def unique(self) -> bool:
        """Whether the regions tell the look from every rival."""
        return bool(self.regions) and not self.confusers

    def variant(self, name: str, first_capture: Frame) -> Variant:
        """Return the variant that the choice makes, with a picture of the first capture."""
        picture = preview(first_capture, _PICTURE_WIDTH, _PICTURE_QUALITY).jpeg
        return Variant(name, self.regions, self.masks, picture=picture, tints=self.tints)
