"""The order of steps is that of the loops as nested blocks: told here a second time, by recursion."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from drover.language.text import literal
from drover.sequences.course import Course, Place, before_step, read_place
from drover.sequences.domain import Comparison, Condition, Loop, ScreenIs, ValueIs

SHOWN = ScreenIs("shop.home")


@dataclass(frozen=True)
class Block:
    """Tasks and blocks that are played together; a task is a condition or None."""

    parts: tuple["Block | Condition | None", ...]
    most: int
    when: Condition | None
    going_on: Condition | None
    enough: Condition | None


@dataclass
class Flat:
    whens: list[Condition | None] = field(default_factory=list[Condition | None])
    loops: list[Loop] = field(default_factory=list[Loop])

    def add(self, part: "Block | Condition | None") -> None:
        if not isinstance(part, Block):
            self.whens.append(part)
            return
        first, index = len(self.whens) + 1, len(self.loops)
        self.loops.append(Loop(first, first, part.most, part.when, part.going_on, part.enough))
        for each in part.parts:
            self.add(each)
        self.loops[index] = replace(self.loops[index], last=len(self.whens))


class Answers:
    """Answers from a list that goes round; `asked` counts them."""

    def __init__(self, answers: list[bool]) -> None:
        self._answers = answers
        self.asked = 0

    def __call__(self, condition: Condition | None) -> bool:
        if condition is None:
            return True
        self.asked += 1
        return self._answers[(self.asked - 1) % len(self._answers)]

    async def holds(self, condition: Condition) -> bool:
        return self(condition)


def told(parts: tuple["Block | Condition | None", ...], first: int, answers: Answers) -> Iterator[tuple[str, int]]:
    number = first
    for part in parts:
        if isinstance(part, Block):
            yield from rounds(part, number, answers)
        else:
            yield ("play" if answers(part) else "skip", number)
        number += size(part)


def rounds(block: Block, first: int, answers: Answers) -> Iterator[tuple[str, int]]:
    if not all([answers(block.when), answers(block.going_on)]):
        yield from (("skip", number) for number in range(first, first + size(block)))
        return
    for number in range(1, block.most + 1):
        yield from told(block.parts, first, answers)
        enough = number == block.most or (block.enough is not None and answers(block.enough))
        if enough or not answers(block.going_on):
            return


def size(part: "Block | Condition | None") -> int:
    return sum(map(size, part.parts)) if isinstance(part, Block) else 1


async def played(course: Course, place: Place, holds: Callable[[Condition], Awaitable[bool]]) -> list[tuple[str, int]]:
    events: list[tuple[str, int]] = []
    while (found := await course.onward(place, holds, lambda number: events.append(("skip", number)))) is not None:
        number, before = found
        events.append(("play", number))
        place = replace(before, after=number)
    return events


some_condition = st.none() | st.just(SHOWN)
blocks = st.recursive(
    some_condition,
    lambda parts: st.builds(
        Block,
        parts=st.lists(parts, min_size=1, max_size=3).map(tuple),
        most=st.integers(1, 3),
        when=some_condition,
        going_on=some_condition,
        enough=some_condition,
    ),
    max_leaves=8,
)
programs = st.lists(blocks, min_size=1, max_size=4).map(tuple)
answer_lists = st.lists(st.booleans(), min_size=1, max_size=12)


def course_of(parts: tuple["Block | Condition | None", ...]) -> Course:
    flat = Flat()
    for part in parts:
        flat.add(part)
    return Course(flat.loops, flat.whens)


@given(programs, answer_lists)
async def test_steps_are_played_and_passed_over_as_nested_blocks_say(
    parts: tuple["Block | Condition | None", ...], answers: list[bool]
) -> None:
    mine, theirs = Answers(answers), Answers(answers)
    assert await played(course_of(parts), Place(), theirs.holds) == list(told(parts, 1, mine))
    assert theirs.asked == mine.asked


@given(programs, st.data())
async def test_a_place_that_was_written_down_leads_on_as_if_nothing_had_happened(
    parts: tuple["Block | Condition | None", ...], data: st.DataObject
) -> None:
    course = course_of(parts)
    places: list[Place] = [Place()]
    whole: list[int] = []
    while (found := await course.onward(places[-1], always, nowhere)) is not None:
        whole.append(found[0])
        places.append(replace(found[1], after=found[0]))
    stop = data.draw(st.integers(0, len(whole)))
    rest = await played(course, read_place(places[stop].written()), always)
    assert [number for _, number in rest] == whole[stop:]


@given(programs, st.data())
async def test_the_place_before_any_step_leads_to_it(
    parts: tuple["Block | Condition | None", ...], data: st.DataObject
) -> None:
    course = course_of(parts)
    number = data.draw(st.integers(1, len(course.whens)))
    found = await course.onward(before_step(course.loops, number), always, nowhere)
    assert found is not None
    assert found[0] == number


async def test_the_end_comes_after_the_last_step() -> None:
    assert await Course((), (None, None)).onward(Place(after=2), always, nowhere) is None


async def test_rounds_end_at_the_most_however_long_the_condition_holds() -> None:
    course = Course((Loop(1, 1, most=3, going_on=SHOWN),), (None,))
    assert await played(course, Place(), always) == [("play", 1)] * 3


@given(st.dictionaries(st.text(), st.text()))
def test_a_place_keeps_its_variables_whatever_they_hold(values: dict[str, str]) -> None:
    place = Place(3, {0: 2}, values)
    assert read_place(place.written()) == place


async def test_conditions_are_asked_by_what_they_are() -> None:
    empty = ValueIs(literal("x"), Comparison.IS_EMPTY, literal(""))
    asked: list[Condition] = []

    async def holds(condition: Condition) -> bool:
        asked.append(condition)
        return True

    await played(Course((Loop(1, 1, when=SHOWN),), (empty,)), Place(), holds)
    assert asked == [SHOWN, empty]


async def always(_: Condition) -> bool:
    return True


def nowhere(_: int) -> None:
    return None
