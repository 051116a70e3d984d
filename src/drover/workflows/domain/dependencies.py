"""Schedules that wait for others: no circles, and what a run does until those before it have ended. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from drover.workflows.domain.errors import DependencyCycle


class Before(Enum):
    """How it stands with what a run waits for."""

    AHEAD = "has not begun"
    GOING = "is going on"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "was cancelled"
    SKIPPED = "was skipped"
    NEVER = "will not come any more"


@dataclass(frozen=True, slots=True)
class Need:
    """What a run depends on, by name, how it stands, and why it failed or was skipped, if it did."""

    name: str
    state: Before
    reason: str = ""

    def __str__(self) -> str:
        """Return it in words: `log in failed: phone gone`."""
        return f"{self.name} {self.state.value}" + (f": {self.reason}" if self.reason else "")


@dataclass(frozen=True, slots=True)
class Go:
    """It may run."""


@dataclass(frozen=True, slots=True)
class Wait:
    """It waits; `why` says for what."""

    why: str


@dataclass(frozen=True, slots=True)
class Skip:
    """It is not run; `why` says because of what."""

    why: str


Verdict = Go | Wait | Skip

_UNFINISHED = frozenset({Before.AHEAD, Before.GOING})


def verdict(needs: Sequence[Need]) -> Verdict:
    """Return what a run with these dependencies does: one that did not complete is enough to skip it."""
    unmet = [need for need in needs if need.state is not Before.COMPLETED and need.state not in _UNFINISHED]
    if unmet:
        return Skip(f"skipped, because {unmet[0]}")
    waiting = [need for need in needs if need.state in _UNFINISHED]
    return Wait(f"waits: {'; '.join(str(need) for need in waiting)}") if waiting else Go()


def occurrence_before(at: datetime, earlier: Mapping[str, datetime]) -> str | None:
    """Return which of a schedule's occurrences, given with their moments, one at `at` depends on: the last until then.

    None where there is none yet.
    """
    until = {name: moment for name, moment in earlier.items() if moment <= at}
    return max(until, key=lambda name: (until[name], name)) if until else None


def refuse_cycles(waits_for: Mapping[str, Sequence[str]]) -> None:
    """Raise DependencyCycle where something waits for itself, through others or at once."""
    finished: set[str] = set()
    for start in sorted(waits_for):
        _visit(start, waits_for, finished)


def _visit(start: str, waits_for: Mapping[str, Sequence[str]], finished: set[str]) -> None:
    """Go through everything that `start` waits for, without recursion: a chain may be long."""
    path: list[str] = []
    ahead: list[tuple[str, int]] = [(start, 0)]
    while ahead:
        name, depth = ahead.pop()
        finished.update(path[depth:])
        del path[depth:]
        if name in path:
            raise DependencyCycle((*path[path.index(name) :], name))
        if name not in finished:
            path.append(name)
            ahead += [(each, depth + 1) for each in waits_for.get(name, ())]
    finished.update(path)
