"""From one look at a phone to its figures: expected and seen side by side, with every region drawn where it was."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from drover.devices.geometry import Rect, Size
from drover.screens.domain import Action, RegionCheck, Registry, Screen, Variant
from drover.screens.regions import Anchor, placed
from drover.screens.report.album import Album
from drover.screens.report.figures import Box, CheckRow, CropPair, Figure, check_row
from drover.sequences.record import Difference, Sight
from drover.sequences.report.views import SightView

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
        key = _pictured(sight)
        if key is None:
            return None
        screen = self.registry.screens.get(key)
        if screen is None:
            return Figure("Expected", key, None, _UNKNOWN_SIZE, (), f"the registry has no screen {key}")
        variant = _variant(screen, sight.expected_variant)
        return Figure(
            caption="Expected",
            label=f"{key} · {variant.name}",
            picture=self.album.keep(variant.picture),
            size=screen.reference_of(variant),
            boxes=tuple(_expected_boxes(screen, variant, sight, region)),
            missing="the registry has no picture of this screen",
        )

    def _seen(self, sight: Sight, region: str) -> Figure | None:
        frame = sight.frame
        if frame is None:
            return None
        boxes = [_box(check, check.found_at) for check in sight.checks]
        screen = self.registry.screens.get(_pictured(sight) or "")
        if screen is not None:
            variant = _variant(screen, sight.expected_variant)
            reference, size = screen.reference_of(variant), frame.frame_size
            boxes += [replace(box, rect=placed(box.rect, Anchor.TOP, reference, size)) for box in _masks(variant)]
            for action in _unchecked_actions(screen, variant, sight, region):
                boxes.append(Box(screen.place_of(action, variant, size), "failed", action.name))
        return Figure(
            caption="Seen",
            label=sight.actual or "unknown screen",
            picture=self.album.keep_blob(frame.digest),
            size=frame.frame_size,
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


def _pictured(sight: Sight) -> str | None:
    """Return the screen to compare with: the expected one, or the one on which something was to be touched in vain."""
    failed = [check.screen for check in sight.checks if not check.passed]
    return failed[0] if failed and sight.expected not in failed else sight.expected


def _variant(screen: Screen, name: str | None) -> Variant:
    """Return the variant of that name, else the first, which shows at least which screen is meant."""
    return next((variant for variant in screen.variants if variant.name == name), screen.variants[0])


def _expected_boxes(screen: Screen, variant: Variant, sight: Sight, region: str) -> Iterator[Box]:
    checks = {check.region: check for check in sight.checks if check.screen == screen.key}
    yield from _masks(variant)
    for part in (*variant.regions, *variant.tints, *variant.texts, *variant.nodes):
        check = checks.pop(part.name, None)
        if part.rect is not None:  # an element of the UI tree may be anywhere
            yield _box(check, part.rect) if check is not None else Box(part.rect, "unchecked", part.name)
    yield from (_box(checks[action.name], action.rect) for action in variant.actions if action.name in checks)
    for action in _unchecked_actions(screen, variant, sight, region):
        yield Box(action.rect, "failed", action.name)


def _masks(variant: Variant) -> Iterator[Box]:
    return (Box(mask, "mask", "ignored zone") for mask in variant.masks)


def _unchecked_actions(screen: Screen, variant: Variant, sight: Sight, region: str) -> Iterator[Action]:
    """Yield the action that a task failed at without a check of its looks, such as a field with another text."""
    if sight.passed or region in {f"{check.screen}.{check.region}" for check in sight.checks}:
        return
    for action in variant.actions:
        if region == f"{screen.key}.{action.name}":
            yield action


def _box(check: RegionCheck, rect: Rect) -> Box:
    return Box(rect, "passed" if check.passed else "failed", check.region, check.kind.value)


def _row(check: RegionCheck, sight: Sight) -> CheckRow:
    own = check.screen in (sight.expected, sight.actual)
    return check_row(check, check.region if own else f"{check.screen}.{check.region}")
