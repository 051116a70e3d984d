"""Turns looks into what the report shows: sights with evidence, and what differed where a step failed."""

from drover.devices.frame import Frame, Pixels
from drover.devices.picture import encoded
from drover.kernel.errors import DroverError
from drover.platform.blobs import Blobs
from drover.screens.domain import RegionCheck, Registry
from drover.screens.matching.matcher import Matcher
from drover.sequences.plan import Step
from drover.sequences.player.errors import StepFailed
from drover.sequences.player.eyes import Eyes, Look
from drover.sequences.player.strangers import Strangers
from drover.sequences.record import Difference, Sight


class Witness:
    """Keeps the evidence of one phone's play."""

    def __init__(
        self, eyes: Eyes, matcher: Matcher, registry: Registry, blobs: Blobs, strangers: Strangers | None = None
    ) -> None:
        self._eyes = eyes
        self._matcher = matcher
        self._registry = registry
        self._blobs = blobs
        self._strangers = strangers

    async def success(self, look: Look, expected: str | None) -> Sight:
        """Return the sight of a screen that was as expected."""
        found = look.found
        return Sight(
            expected=expected,
            expected_variant=found.variant.name if found is not None else None,
            actual=found.screen.key if found is not None else None,
            passed=True,
            reason=found.answer.reason if found is not None else "",
            checks=found.answer.checks if found is not None else (),
            frame=await look.evidence(),
        )

    async def failure(self, look: Look, expected: str | None, error: DroverError, step: Step) -> Sight:
        """Return the sight of a phone as a failed step left it, with every failed region's pictures.

        A screen that nobody could tell is handed over besides.
        """
        found = look.found
        checks = error.checks if isinstance(error, StepFailed) else ()
        seen = error.seen if isinstance(error, StepFailed) else None
        failed = [check for check in checks if not check.passed]
        unknown = isinstance(error, StepFailed) and seen is None and found is None
        if unknown and self._strangers is not None and look.frame_left is not None:
            await self._eyes.compute(self._strangers.hand_over, look.frame_left, step, error.message)
        return Sight(
            expected=expected,
            expected_variant=checks[0].variant if checks else None,
            actual=seen or (found.screen.key if found is not None else None),
            passed=False,
            reason=error.message,
            checks=checks or (found.answer.checks if found is not None else ()),
            frame=await self._eyes.evidence(look),
            differences=await self._eyes.compute(self._differences, look.frame, failed) if failed else (),
        )

    def _differences(self, frame: Frame, failed: list[RegionCheck]) -> tuple[Difference, ...]:
        """Return the pictures of those checks that have some."""
        compared = [(check, self._matcher.pictures(frame, check)) for check in failed]
        return tuple(self._difference(check, *pictures) for check, pictures in compared if pictures is not None)

    def _difference(self, check: RegionCheck, expected: Pixels, actual: Pixels) -> Difference:
        return Difference(
            check=check,
            where=check.found_at,
            expected_digest=self._blobs.put(encoded(".png", expected)),
            actual_digest=self._blobs.put(encoded(".png", actual)),
        )
