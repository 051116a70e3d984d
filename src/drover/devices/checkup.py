"""What a look at one phone found, and how that is written down. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from drover.devices.conformance import CheckResult, Outcome
from drover.devices.ports import PhoneInfo


class Verdict(Enum):
    """How something on a phone is: as it should be, worth knowing, or in the way."""

    GOOD = "good"
    MIND = "mind"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: what was found, and `advice` on what to do about it."""

    subject: str
    verdict: Verdict
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Checkup:
    """Everything that was found of a phone. `ways` says, in lines, how its driver reaches it and what that takes."""

    serial: str
    at: datetime
    version: str
    info: PhoneInfo
    ways: Sequence[str]
    findings: Sequence[Finding]
    checks: Sequence[CheckResult]

    @property
    def failed(self) -> int:
        """How many findings and checks are in the way of driving the phone."""
        bad = sum(finding.verdict is Verdict.BAD for finding in self.findings)
        return bad + sum(check.outcome is Outcome.FAILED for check in self.checks)

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        passed = sum(check.outcome is Outcome.PASSED for check in self.checks)
        minds = sum(finding.verdict is Verdict.MIND for finding in self.findings)
        told = f"{passed} of {len(self.checks)} checks passed"
        if self.failed:
            return f"{told}; {self.failed} to mend before the phone can be driven"
        return f"{told}; the phone can be driven" + (f", with {minds} to mind" if minds else "")


def markdown(checkup: Checkup) -> str:
    """Return the checkup as a page that reads well as it is, in an issue and in a table of tried hardware."""
    info = checkup.info
    model = f"{info.manufacturer} {info.model}"
    lines = [
        f"# {_plain(model)}, Android {_plain(info.android)}",
        "",
        f"{checkup.sentence}.",
        "",
        f"Serial {_plain(checkup.serial)}, display {info.size.width} x {info.size.height}.",
        f"Checked on {checkup.at:%Y-%m-%d %H:%M} UTC with Drover {checkup.version}.",
        "",
        "## Ways",
        "",
        *(f"- {_plain(line)}" for line in checkup.ways),
        "",
        "## Findings",
        "",
        "| | what | found | what to do |",
        "|---|---|---|---|",
        *(_row(f.verdict.value, f.subject, f.found, f.advice) for f in checkup.findings),
        "",
        "## Checks",
        "",
        "| | the driver | |",
        "|---|---|---|",
        *(_row(check.outcome.value, check.name, check.detail) for check in checkup.checks),
        "",
    ]
    return "\n".join(lines)


def _row(*cells: str) -> str:
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _plain(text: str) -> str:
    """Return text of a phone's so that it neither breaks a table nor is taken for markup."""
    joined = " ".join(text.split())
    return "".join(f"\\{character}" if character in "\\`*_[]<>|#" else character for character in joined)
