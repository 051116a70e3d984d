"""From one look at a phone to its figures: expected and seen side by side, with every region drawn where it was."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from drover.devices.geometry import Rect, Size
from drover.screens.domain import RegionCheck, Registry, Screen, Variant
from drover.screens.matching.template import CONTRAST, ENOUGH, MAX_BRIGHTNESS
from drover.sequences.record import Difference, Sight
from drover.sequences.report.album import Album
from drover.sequences.report.views import Box, CheckRow, CropPair, Figure, SightView

_UNKNOWN_SIZE = Size(width=1080, height=2400)


@dataclass(frozen=True, slots=True)
class Exhibitor:
    """Makes figures of sights, taking pictures into one album."""

    registry: Registry
    album: Album

    def sight(self, sight: Sight, moment: str, region: str) -> SightView:
        """Return the view of a sight. `region` is what the task failed at, drawn even where no check was made."""
        seen = self._seen(sight, region)
        expected = self._expected(sight, region)
        figures = tuple(figure for figure in (expected, seen) if figure is not None)
        return SightView(
            moment=moment,
            passed=sight.passed,
            expected=sight.expected,
            actual=sight.actual,
            reason=sight.reason,
            figures=figures,
            comparable=len(figures) == 2 and all(figure.picture for figure in figures),  # noqa: PLR2004 (a pair)
            checks=tuple(_row(check, sight) for check in sight.checks),
            crops=tuple(self._crops(difference) for difference in sight.differences),
        )

    def _expected(self, sight: Sight, region: str) -> Figure | None:
        if sight.expected is None:
            return None
        screen = self.registry.screens.get(sight.expected)
        if screen is None:
            missing = f"the registry has no screen {sight.expected}"
            return Figure("Expected", sight.expected, None, _UNKNOWN_SIZE, (), missing)
        variant = _variant(screen, sight.expected_variant)
        if variant is None:
            missing = f"{screen.key} has no variant {sight.expected_variant}"
            return Figure("Expected", sight.expected, None, screen.reference, (), missing)
        return Figure(
            caption="Expected",
            label=f"{sight.expected} · {variant.name}",
            picture=self.album.keep(variant.picture),
            size=screen.reference,
            boxes=tuple(_expected_boxes(screen, variant, sight, region)),
            missing="the registry has no picture of this screen",
        )

    def _seen(self, sight: Sight, region: str) -> Figure | None:
        if sight.frame is None:
            return None
        boxes = [_box(check, check.found_at) for check in sight.checks]
        screen = self.registry.screens.get(sight.expected or "")
        if screen is not None and not sight.passed:
            boxes += [
                Box(rect.scaled(screen.reference, sight.frame.frame_size), "failed", name)
                for name, rect in _named(screen, _variant(screen, sight.expected_variant), sight, region)
            ]
        return Figure(
            caption="Seen",
            label=sight.actual or "unknown screen",
            picture=self.album.keep_blob(sight.frame.digest),
            size=sight.frame.frame_size,
            boxes=tuple(boxes),
            missing="this frame is no longer among the evidence",
        )

    def _crops(self, difference: Difference) -> CropPair:
        check = difference.check
        return CropPair(
            region=check.region,
            screen=check.screen,
            why=check.why,
            where=difference.where,
            size=Size(width=difference.where.width, height=difference.where.height),
            expected=self.album.keep_blob(difference.expected_digest),
            actual=self.album.keep_blob(difference.actual_digest),
        )


def _variant(screen: Screen, name: str | None) -> Variant | None:
    """Return the variant of that name; the first where no name is known."""
    return next((variant for variant in screen.variants if name in (None, variant.name)), None)


def _expected_boxes(screen: Screen, variant: Variant, sight: Sight, region: str) -> Iterator[Box]:
    checks = {check.region: check for check in sight.checks if check.screen == screen.key}
    yield from (Box(mask, "mask", "ignored") for mask in variant.masks)
    for part in variant.regions:
        check = checks.get(part.name)
        yield _box(check, part.rect) if check is not None else Box(part.rect, "unchecked", part.name)
    regions = {part.name for part in variant.regions}
    for action in variant.actions:
        if action.name in checks and action.name not in regions:
            yield _box(checks[action.name], action.rect)
    if not sight.passed:
        yield from (Box(rect, "failed", name) for name, rect in _named(screen, variant, sight, region))


def _named(screen: Screen, variant: Variant | None, sight: Sight, region: str) -> Iterator[tuple[str, Rect]]:
    """Yield the action that a task failed at without a check of its looks, such as a field with another text."""
    checked = {f"{check.screen}.{check.region}" for check in sight.checks}
    if variant is None or region in checked:
        return
    for action in variant.actions:
        if region == f"{screen.key}.{action.name}":
            yield action.name, action.rect


def _box(check: RegionCheck, rect: Rect) -> Box:
    return Box(rect, "passed" if check.passed else "failed", check.region)


def _row(check: RegionCheck, sight: Sight) -> CheckRow:
    lowest, highest = CONTRAST
    row = CheckRow(
        region=check.region if check.screen in (sight.expected, sight.actual) else f"{check.screen}.{check.region}",
        passed=check.passed,
        correlation=check.correlation,
        correlation_out=check.correlation < ENOUGH,
        brightness=check.brightness,
        brightness_out=abs(check.brightness) > MAX_BRIGHTNESS,
        contrast=check.contrast,
        contrast_out=not lowest <= check.contrast <= highest,
        why=check.why,
    )
    # A region that must be absent passes because its figures are out of bounds: nothing to point at then.
    return replace(row, correlation_out=False, brightness_out=False, contrast_out=False) if check.passed else row
