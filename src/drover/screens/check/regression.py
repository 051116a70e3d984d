"""What a change of a registry does to frames that were kept: replayed before it is accepted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from drover.devices.frame import Frame
from drover.screens.check.claims import looks
from drover.screens.check.frames import KeptFrame
from drover.screens.check.outcome import Concern, Expectation, Finding, FrameChange, Regression
from drover.screens.check.overlaps import Overlap, overlaps_of
from drover.screens.check.reach import file_of, unreachable
from drover.screens.domain import Identification, Registry
from drover.screens.matching import Matcher


@dataclass(frozen=True, slots=True)
class Replay:
    """One frame under two registries; `after` is what the changed one says."""

    file: str
    expected: Expectation | None
    before: Identification
    after: Identification

    @property
    def change(self) -> FrameChange | None:
        """What changed, or None: the screens it is taken for, or those that claim it."""
        before, after = _key(self.before), _key(self.after)
        if (before, self.before.conflict) == (after, self.after.conflict):
            return None
        return FrameChange(
            self.file, self.expected, before, after, self.after.reason, self.before.conflict, self.after.conflict
        )


def regression(before: Registry, after: Registry, frames: Iterable[KeptFrame] = ()) -> Regression:
    """Return what changing `before` into `after` does: to frames, and to what the registry can tell apart.

    Frames that cannot be read are passed over: whoever checks a folder of them is told of those. Each frame is read
    once, and none is kept.
    """
    old, new = Matcher(before), Matcher(after)
    replays = (replay(kept, kept.frame, old, new) for kept in frames if isinstance(kept.frame, Frame))
    return compared(before, after, (each.change for each in replays), overlaps_of(looks(after)))


def replay(kept: KeptFrame, frame: Frame, old: Matcher, new: Matcher) -> Replay:
    """Return what two registries say of one frame."""
    return Replay(kept.file, kept.expected, old.identify(frame), new.identify(frame))


def compared(
    before: Registry, after: Registry, changes: Iterable[FrameChange | None], overlaps: Iterable[Overlap]
) -> Regression:
    """Return the regression, given what happened to the frames and the overlaps of `after`."""
    found = tuple(overlaps)
    overlapped = {overlap.screens for overlap in overlaps_of(looks(before))} if found else set[tuple[str, str]]()
    unreached = {finding.screens for finding in unreachable(before)}
    return Regression(
        changes=tuple(change for change in changes if change is not None),
        new=tuple(sorted(set(after.screens) - set(before.screens))),
        gone=tuple(sorted(set(before.screens) - set(after.screens))),
        overlaps=tuple(overlap_findings(each for each in found if each.screens not in overlapped)),
        unreachable=tuple(finding for finding in unreachable(after) if finding.screens not in unreached),
    )


def overlap_findings(overlaps: Iterable[Overlap]) -> Iterator[Finding]:
    """Yield each overlap as a finding at the first screen's file."""
    for overlap in overlaps:
        first, second = overlap.screens
        reason = f"overlaps {file_of(second)}: {overlap.reason}"
        yield Finding(Concern.OVERLAP, file_of(first), reason, overlap.hint, overlap.screens)


def _key(found: Identification) -> str | None:
    return found.screen.key if found.screen is not None else None
