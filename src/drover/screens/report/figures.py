"""Pictures with what was looked for on them, as values that a template draws."""

from dataclasses import dataclass

from drover.devices.geometry import Rect, Size
from drover.screens.domain import RegionCheck, RegionKind
from drover.screens.matching.agreement import CONTRAST, ENOUGH, MAX_BRIGHTNESS
from drover.screens.matching.verdict import UNWANTED


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle drawn over a picture. `state` is `passed`, `failed`, `near`, `unchecked` or `mask`.

    `near` is failed too, but of a screen that nearly matched. `kind` is what is looked for there, see RegionKind.
    """

    rect: Rect
    state: str
    label: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of a whole screen with its boxes, in pixels of `size`. `picture` None: `missing` says why."""

    caption: str
    label: str
    picture: str | None
    size: Size
    boxes: tuple[Box, ...]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One region's figures, and which of them are out of bounds."""

    region: str
    passed: bool
    correlation: float
    correlation_out: bool
    brightness: float
    brightness_out: bool
    contrast: float
    contrast_out: bool
    why: str
    kind: RegionKind = RegionKind.PICTURE
    seen: str = ""


@dataclass(frozen=True, slots=True)
class CropPair:
    """A failed region, expected and seen, each a picture's id or None where it is missing."""

    region: str
    screen: str
    why: str
    where: Rect
    size: Size
    expected: str | None
    actual: str | None


def check_row(check: RegionCheck, region: str) -> CheckRow:
    """Return a check as a row named `region`.

    Only a picture that failed to be there has figures to point at: one that must be absent has other bounds, and those
    of the other kinds have others again.
    """
    lowest, highest = CONTRAST
    failed = not check.passed and check.kind is RegionKind.PICTURE and check.why != UNWANTED
    return CheckRow(
        region=region,
        passed=check.passed,
        correlation=check.correlation,
        correlation_out=failed and check.correlation < ENOUGH,
        brightness=check.brightness,
        brightness_out=failed and abs(check.brightness) > MAX_BRIGHTNESS,
        contrast=check.contrast,
        contrast_out=failed and not lowest <= check.contrast <= highest,
        why=check.why,
        kind=check.kind,
        seen=check.seen,
    )
