"""What checking a registry finds, as values: for a command's exit code, for an approval, for a report."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from drover.screens.domain import NearMiss


class Concern(Enum):
    """What a finding is about."""

    REFUSED = "refused"
    OVERLAP = "overlap"
    NOT_ITSELF = "not_itself"
    UNREACHABLE = "unreachable"
    LEADS_TO_REFUSED = "leads_to_refused"
    BAD_FRAME = "bad_frame"
    WRONG_SCREEN = "wrong_screen"
    CONFLICT = "conflict"


WARNINGS = frozenset({Concern.UNREACHABLE, Concern.LEADS_TO_REFUSED})
"""What is told and does not make a registry bad: an app may show a screen of its own accord."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `where` is a file of the registry or a frame, `screens` the keys that it is about."""

    concern: Concern
    where: str
    reason: str
    hint: str
    screens: tuple[str, ...] = ()

    @property
    def grave(self) -> bool:
        """Whether a registry with it must not be used."""
        return self.concern not in WARNINGS

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.where}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a frame's name says: it must be that screen, or, with None, unknown to the registry."""

    screen: str | None


@dataclass(frozen=True, slots=True)
class FrameCheck:
    """What one kept frame is. `expected` None: its name says nothing."""

    file: str
    expected: Expectation | None
    screen: str | None
    variant: str | None
    reason: str
    conflict: tuple[str, ...] = ()
    near_misses: tuple[NearMiss, ...] = ()

    @property
    def right(self) -> bool:
        """Whether it is what its name says, and claimed by one screen at most."""
        return not self.conflict and (self.expected is None or self.expected.screen == self.screen)


@dataclass(frozen=True, slots=True)
class FrameChange:
    """A frame that another registry takes for something else. None is unknown; a conflict names its screens."""

    file: str
    expected: Expectation | None
    before: str | None
    after: str | None
    reason: str
    conflict_before: tuple[str, ...] = ()
    conflict_after: tuple[str, ...] = ()

    @property
    def harmful(self) -> bool:
        """Whether it was recognised and now is not, or as another screen, without its name demanding that."""
        demanded = self.expected is not None and self.expected.screen == self.after
        return bool(self.conflict_after) or (self.before is not None and not demanded)

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.file}: {_named(self.before, self.conflict_before)} -> {_named(self.after, self.conflict_after)}"


@dataclass(frozen=True, slots=True)
class Regression:
    """How one registry differs from the one before it. `overlaps` and `unreachable` are those that were not before."""

    changes: tuple[FrameChange, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    overlaps: tuple[Finding, ...]
    unreachable: tuple[Finding, ...]

    @property
    def harmful(self) -> bool:
        """Whether the change must not be accepted: screens newly claim one frame, or a known frame is lost."""
        return bool(self.overlaps) or any(change.harmful for change in self.changes)


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """All that was found, the grave first. `compared` is there where another registry was given."""

    screens: int
    variants: int
    findings: tuple[Finding, ...]
    frames: tuple[FrameCheck, ...] = ()
    compared: Regression | None = None

    @property
    def good(self) -> bool:
        """Whether the registry may be used."""
        return not any(finding.grave for finding in self.findings)

    def document(self) -> dict[str, object]:
        """Return it as a JSON object."""
        document: dict[str, object] = {
            "good": self.good,
            "screens": self.screens,
            "variants": self.variants,
            "frames": len(self.frames),
            "frames_right": sum(frame.right for frame in self.frames),
            "findings": [finding_document(finding) for finding in self.findings],
        }
        return document | ({"compared": _regression(self.compared)} if self.compared is not None else {})


def finding_document(finding: Finding) -> Mapping[str, object]:
    """Return a finding as a JSON object."""
    return {
        "concern": finding.concern.value,
        "grave": finding.grave,
        "where": finding.where,
        "screens": list(finding.screens),
        "reason": finding.reason,
        "hint": finding.hint,
    }


def _regression(regression: Regression) -> dict[str, object]:
    return {
        "harmful": regression.harmful,
        "changes": [
            {
                "file": change.file,
                "before": change.before,
                "after": change.after,
                "conflict": list(change.conflict_after),
                "harmful": change.harmful,
            }
            for change in regression.changes
        ],
        "new": list(regression.new),
        "gone": list(regression.gone),
        "overlaps": [finding_document(finding) for finding in regression.overlaps],
        "unreachable": [finding_document(finding) for finding in regression.unreachable],
    }


def _named(screen: str | None, conflict: tuple[str, ...]) -> str:
    return " and ".join(conflict) or screen or "unknown"
