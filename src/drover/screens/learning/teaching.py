"""Learning a whole folder of screens at once: each against all others, and against a registry that is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from drover.devices.geometry import Size
from drover.screens.domain import Action, Registry, Screen
from drover.screens.identify import BadFrame, read_frame
from drover.screens.learning.choice import Choice
from drover.screens.learning.chooser import choose
from drover.screens.learning.lesson import Learned, LearnedLook, LeftOut, Lesson
from drover.screens.learning.looks import Look, looks, named, strangers
from drover.screens.learning.material import Material, Refused, Subject
from drover.screens.learning.rivals import Rival, Rivals, rival
from drover.screens.matching.matcher import Matcher
from drover.screens.matching.verdict import Candidate
from drover.screens.matching.view import Views

SMALLEST, LARGEST = 100, 10_000
"""Least and largest side of a frame, in pixels: those of a registry's reference."""

Read = tuple[Subject, Sequence[Rival]]


def learn(material: Material, kept: Registry, *, told: Callable[[float], None] = lambda _share: None) -> Lesson:
    """Return what the pictures teach. The screens of `kept` that are not learned anew count as rivals.

    `told` is told from time to time how much of the work is done, 0 to 1.

    Every picture of what is learned is then identified against all of the registry as it would be: a screen that is not
    found there, as another one claims it, is left out. Reads files; raises nothing for what is wrong with one of them.
    """
    return _Teaching(material, kept, told).lesson()


class _Teaching:
    """Learns once."""

    def __init__(self, material: Material, kept: Registry, told: Callable[[float], None]) -> None:
        self._told = told
        self._refused: list[Refused] = list(material.refused)
        self._notes: list[str] = []
        self._left_out: list[LeftOut] = []
        self._before: Mapping[str, Screen] = kept.screens
        read = [(subject, self._read(subject)) for subject in material.subjects]
        self._read_subjects: list[Read] = [each for each in read if each[1]]
        keys = {subject.key for subject, _ in self._read_subjects}
        own = Rivals(capture for _, captures in self._read_subjects for capture in captures)
        self._rivals = own + Rivals.of_registry(kept, without=keys)
        self._kept = kept

    def lesson(self) -> Lesson:
        learned: list[Learned | None] = []
        for number, (subject, captures) in enumerate(self._read_subjects):
            self._told(number / len(self._read_subjects))
            learned.append(self._screen(subject, captures))
        confirmed = self._confirmed([each for each in learned if each is not None])
        return Lesson(tuple(confirmed), tuple(self._left_out), tuple(self._refused), tuple(self._notes))

    def _read(self, subject: Subject) -> list[Rival]:
        captures: list[Rival] = []
        for file in subject.files:
            load = partial(read_frame, file)
            try:
                frame = load()
            except BadFrame as error:
                self._refused.append(Refused(_name(file), error.message, error.hint))
                continue
            if min(_sides(frame.size)) < SMALLEST or max(_sides(frame.size)) > LARGEST:
                reason = f"is {frame.size.width}x{frame.size.height}: needs {SMALLEST} to {LARGEST} pixels a side"
                self._refused.append(Refused(_name(file), reason, "take a screenshot of the whole screen"))
                continue
            captures.append(rival(subject.key, _name(file), subject.kind, frame, load))
        return captures

    def _screen(self, subject: Subject, captures: Sequence[Rival]) -> Learned | None:
        found = looks(captures)
        for a, b in strangers(found):
            self._notes.append(f"{subject.key}: {a.name} and {b.name} have nothing in common; are they one screen?")
        learned = [each for look in found for each in self._looked(subject, look)]
        unique = [each for each in learned if each.choice.unique]
        self._left_out += [self._not_unique(subject, each) for each in learned if not each.choice.unique]
        if not unique:
            return None
        reference = unique[0].choice.reference
        before = self._before.get(subject.key)
        kept = self._actions_kept(before, unique, captures) if before is not None else {}
        screen = Screen(
            key=subject.key,
            name=before.name if before is not None else subject.key.partition(".")[2].replace("_", " "),
            description=before.description if before is not None else "",
            app=subject.app,
            kind=subject.kind,
            reference=reference,
            variants=tuple(
                replace(
                    each.variant,
                    reference=None if each.choice.reference == reference else each.choice.reference,
                    actions=tuple(kept.get(each.variant.name, ())),
                )
                for each in unique
            ),
            entry=before is not None and before.entry,
        )
        if before is None:
            return Learned(screen, tuple(unique))
        names = [f"{look}/{action.name}" for look, actions in kept.items() for action in actions]
        had = [f"{variant.name}/{action.name}" for variant in before.variants for action in variant.actions]
        gone = tuple(name for name in had if name not in names)
        return Learned(screen, tuple(unique), replaced=True, kept=tuple(names), gone=gone)

    def _actions_kept(
        self, before: Screen, found: Sequence[LearnedLook], captures: Sequence[Rival]
    ) -> dict[str, list[Action]]:
        """Return, by look, the actions of the screen as it was that are still where they were."""
        known = {variant.name: variant for variant in before.variants}
        frames = {capture.name: capture for capture in captures}
        kept: dict[str, list[Action]] = {}
        for look in found:
            variant = known.get(look.variant.name)
            if variant is None or before.reference_of(variant) != look.choice.reference:
                continue
            candidate, views = Candidate(before, variant), Views(self._rivals.frame(frames[look.files[0]]))
            checks = [(action, candidate.check_action(views, action)) for action in variant.actions]
            kept[variant.name] = [action for action, check in checks if check is None or check.passed]
        return kept

    def _looked(self, subject: Subject, look: Look) -> list[LearnedLook]:
        """Return the look as it was learned, or each capture as a look where only that makes them unique."""
        together = self._chosen(subject, look)
        if together.choice.unique or len(look.captures) == 1:
            return [together]
        alone = [self._chosen(subject, each) for each in named([[capture] for capture in look.captures])]
        return alone if all(each.choice.unique for each in alone) else [together]

    def _chosen(self, subject: Subject, look: Look) -> LearnedLook:
        frames = [self._rivals.frame(capture) for capture in look.captures]
        choice = choose(frames, self._rivals, key=subject.key, kind=subject.kind)
        names = tuple(capture.name for capture in look.captures)
        return LearnedLook(choice.variant(look.name, frames[0]), names, choice)

    def _not_unique(self, subject: Subject, look: LearnedLook) -> LeftOut:
        reason, hint = _why(look.choice, captures=len(look.files))
        others = tuple(dict.fromkeys(confuser.key for confuser in look.choice.confusers))
        return _left_out(subject.key, look, others, reason, hint)

    def _confirmed(self, learned: Sequence[Learned]) -> list[Learned]:
        """Return the screens of which every picture is found with all of the registry in service."""
        screens = {**self._kept.screens, **{each.screen.key: each.screen for each in learned}}
        matcher = Matcher(Registry(screens, self._kept.apps))
        captures = {capture.name: capture for _, found in self._read_subjects for capture in found}
        confirmed: list[Learned] = []
        for each in learned:
            wrong = self._taken_for_another(each, matcher, captures)
            if not wrong:
                confirmed.append(each)
            self._left_out += wrong
        return confirmed

    def _taken_for_another(self, learned: Learned, matcher: Matcher, captures: Mapping[str, Rival]) -> list[LeftOut]:
        wrong: list[LeftOut] = []
        for look in learned.looks:
            for name in look.files:
                found = matcher.identify(self._rivals.frame(captures[name]))
                if found.screen is not None and found.screen.key == learned.screen.key:
                    continue
                named_others = (found.screen.key,) if found.screen is not None else found.conflict
                others = tuple(key for key in named_others if key != learned.screen.key)
                reason = f"{name} would be taken for {' and '.join(others)}" if others else f"{name}: {found.reason}"
                hint = "put pictures of the other screen into the folder, so that both are learned together"
                wrong.append(_left_out(learned.screen.key, look, others, reason, hint))
        return wrong


def _why(choice: Choice, *, captures: int) -> tuple[str, str]:
    """Return why a look is not unique, and what can be done."""
    if not choice.regions:
        if captures > 1:
            return "nothing with texture stays the same over its captures", "take captures that show the same screen"
        return (
            "nothing on it has enough texture to be recognised",
            "register it by hand, with an element of the UI tree",
        )
    told = "; ".join(f"{confuser.name} of {confuser.key}: {confuser.reason}" for confuser in choice.confusers[:3])
    return f"cannot be told from {told}", "give both one name if they are one screen, or register a text by hand"


def _left_out(key: str, look: LearnedLook, others: tuple[str, ...], reason: str, hint: str) -> LeftOut:
    picture = look.variant.picture
    return LeftOut(key, look.variant.name, look.files, others, reason, hint, look.choice, picture)


def _name(file: Path) -> str:
    """Return the file's name with its folder's, which is its app's."""
    return f"{file.parent.name}/{file.name}"


def _sides(size: Size) -> tuple[int, int]:
    return size.width, size.height
