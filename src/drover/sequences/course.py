"""Which step is next: the order of the tasks, with conditions and rounds. Pure but for the asking."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from drover.sequences.domain import Condition, Loop

Holds = Callable[[Condition], Awaitable[bool]]
"""Tells whether a condition holds now."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a play is: after how many steps in the order of the file, in which round of each loop that is open.

    `values` are the variables set so far. A place is written to the journal with every step, and read after a crash.
    """

    after: int = 0
    rounds: Mapping[int, int] = field(default_factory=dict[int, int])
    values: Mapping[str, str] = field(default_factory=dict[str, str])

    def written(self) -> str:
        """Return the place as text."""
        return json.dumps(
            {"after": self.after, "rounds": {str(k): v for k, v in self.rounds.items()}, "values": dict(self.values)}
        )


def read_place(text: str) -> Place:
    """Return the place that `text`, which a place has written, says."""
    document = json.loads(text)
    rounds = {int(loop): int(number) for loop, number in document["rounds"].items()}
    return Place(int(document["after"]), rounds, {str(k): str(v) for k, v in document["values"].items()})


def before_step(loops: Sequence[Loop], number: int) -> Place:
    """Return the place from which step `number` is next, in the first round of the loops that it lies in."""
    inside = {index: 1 for index, loop in enumerate(loops) if loop.first < number <= loop.last}
    return Place(number - 1, inside)


@dataclass(frozen=True, slots=True)
class Course:
    """The order in which a sequence's steps are played. `whens` are their conditions, by step number less one."""

    loops: Sequence[Loop]
    whens: Sequence[Condition | None]

    def repeats(self, place: Place) -> tuple[int, ...]:
        """Return in which round of each open loop `place` is, the outer one first, without those of one round."""
        return tuple(place.rounds[index] for index in sorted(place.rounds) if self.loops[index].most > 1)

    async def onward(self, place: Place, holds: Holds, skipped: Callable[[int], None]) -> tuple[int, Place] | None:
        """Return the number of the step that is next from `place` on, and the place before it; None at the end.

        `skipped` is told the numbers of steps passed over.
        """
        while True:
            place = await self._closed(place, holds)
            entered = await self._entered(place, holds, skipped)
            if entered.after != place.after:
                place = entered
                continue
            number = entered.after + 1
            if number > len(self.whens):
                return None
            when = self.whens[number - 1]
            if when is None or await holds(when):
                return number, entered
            skipped(number)
            place = replace(entered, after=number)

    async def _closed(self, place: Place, holds: Holds) -> Place:
        """Begin another round of the loops that end here, the inner ones first, or leave them."""
        for index in sorted(place.rounds, reverse=True):
            loop = self.loops[index]
            if loop.last != place.after:
                continue
            outer = {other: number for other, number in place.rounds.items() if other != index}
            if await self._again(loop, place.rounds[index], holds):
                return Place(loop.first - 1, {**outer, index: place.rounds[index] + 1}, place.values)
            place = replace(place, rounds=outer)
        return place

    async def _again(self, loop: Loop, number: int, holds: Holds) -> bool:
        if number >= loop.most or (loop.enough is not None and await holds(loop.enough)):
            return False
        return loop.going_on is None or await holds(loop.going_on)

    async def _entered(self, place: Place, holds: Holds, skipped: Callable[[int], None]) -> Place:
        """Enter the loops that begin here, the outer ones first; the place is after one that is passed over."""
        for index, loop in enumerate(self.loops):
            if loop.first != place.after + 1 or index in place.rounds:
                continue
            conditions = [each for each in (loop.when, loop.going_on) if each is not None]
            if not all([await holds(each) for each in conditions]):
                for number in range(loop.first, loop.last + 1):
                    skipped(number)
                return replace(place, after=loop.last)
            place = replace(place, rounds={**place.rounds, index: 1})
        return place
