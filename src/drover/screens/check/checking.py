"""Checking a whole registry: its files, its screens against one another, and frames that were kept."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from drover.devices.frame import Frame
from drover.screens.check.claims import Look, looks
from drover.screens.check.frames import KeptFrame
from drover.screens.check.outcome import CheckOutcome, Concern, Expectation, Finding, FrameChange, FrameCheck
from drover.screens.check.overlaps import overlaps_of
from drover.screens.check.reach import file_of, leading_nowhere, unreachable
from drover.screens.check.regression import compared, overlap_findings, replay
from drover.screens.domain import Identification, Registry, closest
from drover.screens.files import LoadedRegistry, Refusal
from drover.screens.identify import BadFrame
from drover.screens.matching import Matcher
from drover.screens.matching.verdict import sentence


class Spectator(Protocol):
    """Sees what is checked while it is there: frames are large, and none is kept."""

    def looked(self, look: Look) -> None:
        """Take what a variant of a screen shows, and who claims it."""
        ...

    def judged(self, check: FrameCheck, frame: Frame, found: Identification) -> None:
        """Take a kept frame, what it is, and whether it is right."""
        ...


class Nobody:
    """Looks at nothing."""

    def looked(self, look: Look) -> None:
        """Do nothing."""

    def judged(self, check: FrameCheck, frame: Frame, found: Identification) -> None:
        """Do nothing."""


def check_registry(
    loaded: LoadedRegistry,
    *,
    frames: Iterable[KeptFrame] = (),
    against: Registry | None = None,
    spectator: Spectator | None = None,
) -> CheckOutcome:
    """Return everything that is wrong with a registry, the grave first.

    Without frames its screens are put against one another: what each shows must be claimed by itself alone. Each frame
    must be what its name says, and claimed by one screen. With `against`, the registry before a change, the outcome
    says besides what the change does. Frames are read one at a time.
    """
    registry = loaded.registry
    watching = spectator or Nobody()
    seen: list[Look] = []
    for look in looks(registry, impostors=spectator is not None):
        watching.looked(look)
        seen.append(look.without_frame())
    overlaps = overlaps_of(seen)
    replayed = _Replaying(registry, against, watching)
    checks = [check for kept in frames for check in replayed.of(kept)]
    findings = [
        *(_refused(refusal) for refusal in loaded.refusals),
        *overlap_findings(overlaps),
        *_not_themselves(seen),
        *unreachable(registry),
        *leading_nowhere(registry),
        *replayed.bad,
        *(finding for check in checks for finding in _wrong(check, loaded)),
    ]
    return CheckOutcome(
        screens=len(registry.screens),
        variants=len(seen),
        findings=tuple(sorted(findings, key=lambda finding: not finding.grave)),
        frames=tuple(checks),
        compared=compared(against, registry, replayed.changes, overlaps) if against is not None else None,
    )


class _Replaying:
    """Puts kept frames before one registry, and before the one that it was, where there is one."""

    def __init__(self, registry: Registry, against: Registry | None, spectator: Spectator) -> None:
        self._matcher = Matcher(registry)
        self._old = Matcher(against) if against is not None else None
        self._spectator = spectator
        self.changes: list[FrameChange] = []
        self.bad: list[Finding] = []

    def of(self, kept: KeptFrame) -> Iterator[FrameCheck]:
        """Yield what the frame is; of one that cannot be read, note why."""
        if isinstance(kept.frame, BadFrame):
            self.bad.append(Finding(Concern.BAD_FRAME, kept.file, kept.frame.message, kept.frame.hint))
            return
        found = self._found(kept, kept.frame)
        check = FrameCheck(
            file=kept.file,
            expected=kept.expected,
            screen=found.screen.key if found.screen is not None else None,
            variant=found.variant.name if found.variant is not None else None,
            reason=found.reason,
            conflict=found.conflict,
            near_misses=found.near_misses,
        )
        self._spectator.judged(check, kept.frame, found)
        yield check

    def _found(self, kept: KeptFrame, frame: Frame) -> Identification:
        if self._old is None:
            return self._matcher.identify(frame)
        replayed = replay(kept, frame, self._old, self._matcher)
        if replayed.change is not None:
            self.changes.append(replayed.change)
        return replayed.after


def _refused(refusal: Refusal) -> Finding:
    reason = f"{refusal.where}: {refusal.reason}" if refusal.where else refusal.reason
    return Finding(Concern.REFUSED, refusal.file, reason, refusal.hint)


def _not_themselves(seen: Sequence[Look]) -> Iterator[Finding]:
    """Yield a finding for each variant that its own picture is not recognised as."""
    for look in seen:
        if look.recognised:
            continue
        failed = [check for check in look.own if not check.passed]
        others = tuple(dict.fromkeys(screen.key for screen, _ in look.claimants))
        what = f"is taken for {' and '.join(others)}" if others else "is not recognised as itself"
        why = f": {sentence(failed[0])}" if failed else ""
        yield Finding(
            Concern.NOT_ITSELF,
            file_of(look.screen.key),
            f"the picture of {look.screen.key} ({look.variant.name}) {what}{why}",
            "cut picture and crops from the same frame",
            (look.screen.key, *others),
        )


def _wrong(check: FrameCheck, loaded: LoadedRegistry) -> Iterator[Finding]:
    if check.conflict:
        yield Finding(
            Concern.CONFLICT,
            check.file,
            f"{' and '.join(check.conflict)} all match this frame",
            "give each screen a region that the others do not have",
            check.conflict,
        )
    elif not check.right and check.expected is not None:
        yield Finding(
            Concern.WRONG_SCREEN,
            check.file,
            _difference(check, check.expected),
            _cure(check.expected, loaded),
            tuple(key for key in (check.expected.screen, check.screen) if key is not None),
        )


def _difference(check: FrameCheck, expected: Expectation) -> str:
    if check.screen is None:
        return f"must be {expected.screen}, but is unknown: {check.reason}"
    wanted = expected.screen or "unknown"
    return f"must be {wanted}, but is {check.screen} ({check.variant})"


def _cure(expected: Expectation, loaded: LoadedRegistry) -> str:
    screens = loaded.registry.screens
    if expected.screen is not None and expected.screen not in screens:
        if file_of(expected.screen) in {refusal.file for refusal in loaded.refusals}:
            return f"{file_of(expected.screen)} is refused: mend it"
        return f"the registry has no screen {expected.screen}: {closest(expected.screen, screens)}"
    return "mend the screen's regions, or the frame's name where the frame is another screen"
