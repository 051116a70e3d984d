"""Whether a step is played: by the run's parameters, by what was read, and by what became of steps before. Pure.

Before a run begins much is not known yet; a condition is then decided as far as it can be.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drover.language.source import source_of
from drover.language.text import Literal, Reference, Text
from drover.sequences.domain import Comparison, ValueIs

OUTCOMES: Final = ("completed", "completed_with_recovery", "failed", "handed_over", "skipped")
"""What may become of a step; `completed` asked for is also true of one that was completed with recovery."""


@dataclass(frozen=True, slots=True)
class StepIs:
    """A step before this one ended so."""

    step: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class All:
    """Every condition holds."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Any:
    """At least one condition holds."""

    conditions: "tuple[Condition, ...]"


Condition = ValueIs | StepIs | Not | All | Any


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known: values of `param.<name>` and `run.<name>`, and what became of steps, by their ids.

    With `complete`, what is missing is empty, and will stay so; else it is not known yet.
    """

    values: Mapping[str, str]
    outcomes: Mapping[str, str]
    complete: bool = True


def decide(condition: Condition | None, facts: Facts) -> bool | None:
    """Return whether a condition holds; None where that is not known yet, which never is with complete facts."""
    match condition:
        case None:
            return True
        case ValueIs():
            return _compares(condition, facts)
        case StepIs():
            return _ended(condition, facts)
        case Not():
            decided = decide(condition.condition, facts)
            return None if decided is None else not decided
        case All():
            return _all([decide(each, facts) for each in condition.conditions])
        case Any():
            none = _all([decide(Not(each), facts) for each in condition.conditions])
            return None if none is None else not none


def worded(condition: Condition) -> str:
    """Return a condition in words."""
    match condition:
        case ValueIs():
            value, wanted = source_of(condition.value), source_of(condition.wanted)
            how = {Comparison.EQUALS: f'is "{wanted}"', Comparison.MATCHES: f'matches "{wanted}"'}
            return f"{value} {how.get(condition.comparison, 'is empty')}"
        case StepIs():
            return f"step {condition.step} is {condition.outcome}"
        case Not():
            return f"not ({worded(condition.condition)})"
        case All():
            return " and ".join(_inside(each) for each in condition.conditions)
        case Any():
            return " or ".join(_inside(each) for each in condition.conditions)


def parts_of(condition: Condition | None) -> Iterator[Condition]:
    """Yield a condition and all that it is made of, at any depth."""
    if condition is None:
        return
    yield condition
    match condition:
        case Not():
            yield from parts_of(condition.condition)
        case All() | Any():
            for each in condition.conditions:
                yield from parts_of(each)
        case _:
            pass


def _inside(condition: Condition) -> str:
    return f"({worded(condition)})" if isinstance(condition, All | Any) else worded(condition)


def _all(decided: Sequence[bool | None]) -> bool | None:
    if any(each is False for each in decided):
        return False
    return None if any(each is None for each in decided) else True


def _compares(condition: ValueIs, facts: Facts) -> bool | None:
    texts = (condition.value, condition.wanted)
    if not facts.complete and any(each.key not in facts.values for text in texts for each in named_in(text)):
        return None
    return condition.comparison.holds(_filled(condition.value, facts.values), _filled(condition.wanted, facts.values))


def named_in(text: Text) -> Sequence[Reference]:
    """Return the variables of a condition's text, which has nothing else beside what is literal."""
    return [part for part in text.parts if isinstance(part, Reference)]


def _filled(text: Text, values: Mapping[str, str]) -> str:
    return "".join(
        part.text if isinstance(part, Literal) else values.get(part.key, "")
        for part in text.parts
        if isinstance(part, Literal | Reference)
    )


def _ended(condition: StepIs, facts: Facts) -> bool | None:
    outcome = facts.outcomes.get(condition.step)
    if outcome is None:
        return False if facts.complete else None
    return outcome == condition.outcome or (condition.outcome, outcome) == ("completed", "completed_with_recovery")
