"""What was learned, as a contact sheet: every look with its regions drawn, what could not be learned first."""

from collections.abc import Iterator

from drover.screens.learning.choice import Choice
from drover.screens.learning.chooser import MOST_REGIONS
from drover.screens.learning.lesson import Learned, LearnedLook, LeftOut, Lesson
from drover.screens.regions import Region
from drover.screens.report.sheet import Card, Mark, Note, Sheet, Standing
from drover.screens.report.wording import counted

NARROW = 0.15
"""Margin below which a look that was learned is shown among the near misses."""


def sheet_of(lesson: Lesson, subject: str) -> Sheet:
    """Return the sheet; `subject` is what was learned from."""
    cards = (*map(_left_out, lesson.left_out), *(card for each in lesson.learned for card in _learned(each)))
    notes = [Note(each.file, each.reason, each.hint) for each in lesson.refused]
    notes += [Note("", note, grave=False) for note in lesson.notes]
    looks = sum(len(each.looks) for each in lesson.learned)
    return Sheet(
        command="learn",
        subject=subject,
        verdict=f"{counted(len(lesson.learned), 'screen')} learned, {counted(len(lesson.left_out), 'look')} left out",
        good=lesson.complete,
        cards=cards,
        notes=tuple(notes),
        tiles=(
            ("screens", str(len(lesson.learned)), "learned"),
            ("looks", str(looks), "of them"),
            ("left out", str(len(lesson.left_out)), "not unique"),
            ("refused", str(len(lesson.refused)), "files"),
        ),
    )


def _learned(learned: Learned) -> Iterator[Card]:
    for look in learned.looks:
        narrow = look.choice.margin < NARROW
        yield Card(
            title=_title(learned.screen.key, look.variant.name),
            standing=Standing.NEAR if narrow else Standing.PASSED,
            reason=_told(look.choice),
            screen=learned.screen.key,
            variant=look.variant.name,
            picture=look.variant.picture,
            size=look.choice.reference,
            marks=_marks(look.choice, "passed"),
            facts=_facts(look),
        )


def _told(choice: Choice) -> str:
    count = len(choice.chosen)
    more = "; fewer would not tell it" if count > MOST_REGIONS else ""
    return f"told from all others by {counted(count, 'region')}{more}"


def _left_out(left: LeftOut) -> Card:
    return Card(
        title=_title(left.key, left.look),
        standing=Standing.FAILED,
        reason=left.reason,
        hint=left.hint,
        picture=left.picture,
        size=left.choice.reference,
        marks=_marks(left.choice, "failed"),
        facts=(("pictures", ", ".join(left.files)),),
    )


def _marks(choice: Choice, state: str) -> tuple[Mark, ...]:
    regions = [
        Mark(each.region.rect, state, each.region.name, "picture" if isinstance(each.region, Region) else "tint")
        for each in choice.chosen
    ]
    return (*regions, *(Mark(mask, "mask", "not looked at") for mask in choice.masks))


def _facts(look: LearnedLook) -> tuple[tuple[str, str], ...]:
    impostors = [
        (f"{each.region.name}: closest", f"{each.closest.name} (correlation {each.closest.correlation:.2f})")
        for each in look.choice.chosen
        if each.closest is not None
    ]
    closest = look.choice.closest or "no other screen"
    margin = ("margin", f"{look.choice.margin:.2f} to {closest}")
    rejected = [(f"not taken: {each.rect.x1},{each.rect.y1}", each.reason) for each in look.choice.rejected]
    return (("pictures", ", ".join(look.files)), margin, *impostors, *rejected)


def _title(key: str, look: str) -> str:
    return f"{key} · {look}"
