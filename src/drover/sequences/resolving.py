"""Texts of a play, resolved once for each phone before anything is done there, and kept: a retry never resolves again.

What a text comes to has three kinds of parts: plain text, secrets by their handle, and what the play itself will set.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol, Self, cast

from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.language.errors import LanguageError
from drover.language.ports import Context, Provider, Request
from drover.language.rendering import Draft, Rendered, render
from drover.language.resolving import resolve
from drover.language.sealed import Opener, Sealed
from drover.language.spintax import Seed
from drover.language.text import Literal, Part, Reference, Text, references, substitute, text_of
from drover.sequences.binding import Change, loop_with, task_with
from drover.sequences.domain import Loop
from drover.sequences.inputs import SEALED, is_settled
from drover.sequences.plan import Plan, Step, step_of
from drover.sequences.variables import category_of


class TextNotResolved(InvalidInput):
    """A text of a play has no value for one of its variables."""


class NotApproved(DroverError):
    """A text holds a response that no person has approved."""

    kind = Kind.REFUSED

    def __init__(self, where: str) -> None:
        hint = "`drover drafts` shows it: approve it and go on"
        super().__init__(f"{where}: holds a response that nobody has approved", hint=hint)


class NothingSealed:
    """An opener where there are no secrets but those given as inputs."""

    def open(self, sealed: Sealed) -> str:
        """Raise TextNotResolved."""
        raise TextNotResolved(f"the secret {sealed.handle} is not given", hint="give it in a file, --values FILE")


@dataclass(frozen=True, slots=True)
class TextSource:
    """What texts are resolved with: the owners of the variables by category, who opens secrets, and the seed."""

    providers: Mapping[str, Provider] = field(default_factory=dict[str, Provider])
    opener: Opener = field(default_factory=NothingSealed)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Resolving:
    """For which run, on which phone and when a play's texts are resolved. `now` is in the zone that dates show."""

    run: str
    phone: str
    now: datetime


class KeptTexts(Protocol):
    """Where what texts came to is kept, by run."""

    async def texts(self, run: str) -> Mapping[str, str]:
        """Return what was kept, by name."""
        ...

    async def keep_texts(self, run: str, texts: Mapping[str, str]) -> None:
        """Keep it."""
        ...


async def resolved_plan(plan: Plan, source: TextSource, resolving: Resolving, journal: KeptTexts) -> Plan:
    """Return the plan with every text ready to be played on one phone.

    What the run has kept already stays as it was. Raises TextNotResolved, which says where; NotApproved; and what
    the owners of values raise.
    """
    resolution = _Resolution(source, resolving, await journal.texts(resolving.run))
    inputs = {
        key: await resolution.text(key, text, f"input {key.removeprefix('param.')}")
        for key, text in plan.inputs.items()
    }
    steps = [await resolution.step(step, inputs) for step in plan.steps]
    loops = [await resolution.loop(loop, number, inputs) for number, loop in enumerate(plan.loops, 1)]
    if resolution.new:
        await journal.keep_texts(resolving.run, resolution.new)
    return replace(plan, steps=tuple(steps), loops=tuple(loops), inputs={})


def needed(plan: Plan) -> frozenset[str]:
    """Return the categories of variables that the plan's texts have."""
    texts = list(plan.inputs.values())
    for step in plan.steps:
        task_with(step.task, _noting(texts))
    for loop in plan.loops:
        loop_with(loop, _noting(texts))
    return frozenset(category_of(each) for text in texts for each in references(text))


class _FromPlay(str):
    """What stands for a variable that the play will set, so that it is a part of its own."""

    name: str

    __slots__ = ("name",)

    def __new__(cls, name: str) -> Self:
        marker = super().__new__(cls, f"${{run.{name}}}")
        marker.name = name
        return marker


class _Late:
    """Answers for what is filled in later: variables of the play, and secrets by their handles."""

    async def fetch(self, context: Context, requests: Sequence[Request]) -> Sequence[str]:  # noqa: ARG002  others need it
        """Return what stands for them."""
        return [_late(request) for request in requests]

    reserve = fetch


def _late(request: Request) -> str:
    variable = cast("Reference", request.variable)  # the categories asked here have no other form
    return Sealed(variable.name) if variable.category == SEALED else _FromPlay(variable.name)


_LATE: Final = _Late()


class _Resolution:
    def __init__(self, source: TextSource, resolving: Resolving, kept: Mapping[str, str]) -> None:
        self._source = source
        self._for = resolving
        self._kept = kept
        self._providers: Mapping[str, Provider] = {**source.providers, "run": _LATE, SEALED: _LATE}
        self._drafts: list[Draft] = []
        self.new: dict[str, str] = {}

    async def step(self, step: Step, inputs: Mapping[str, Text]) -> Step:
        self._drafts.clear()
        texts: list[Text] = []
        task_with(step.task, _noting(texts))
        where = f"step {step.number} “{step.task.name}”"
        done = iter([await self._at(f"{step.number}.{place}", text, where, inputs) for place, text in enumerate(texts)])
        ready = step_of(step.number, task_with(step.task, lambda _: next(done)), step.before, step.after)
        drafts = "; ".join(f"{draft.kind} by {draft.model}: {draft.prompt}" for draft in self._drafts)
        return replace(ready, shown={**ready.shown, "generated": drafts}) if drafts else ready

    async def loop(self, loop: Loop, number: int, inputs: Mapping[str, Text]) -> Loop:
        texts: list[Text] = []
        loop_with(loop, _noting(texts))
        where = f"the repeat of tasks {loop.first} to {loop.last}"
        done = iter([await self._at(f"l{number}.{place}", text, where, inputs) for place, text in enumerate(texts)])
        return loop_with(loop, lambda _: next(done))

    async def _at(self, name: str, text: Text, where: str, inputs: Mapping[str, Text]) -> Text:
        return await self.text(name, substitute(text, inputs), where)

    async def text(self, name: str, text: Text, where: str) -> Text:
        """Return what the text of that name comes to. The same for the same run, whatever happens in between."""
        if is_settled(text):
            return text
        if name not in self._kept:
            self.new[name] = _written(await self._rendered(name, text, where))
        return self._read(self._kept.get(name) or self.new[name])

    async def _rendered(self, name: str, text: Text, where: str) -> Rendered:
        seed = Seed(self._source.seed, self._for.phone)
        try:
            context = Context(self._for.run, name, seed, self._for.now)
            rendered = render(text, await resolve(text, self._providers, context), seed)
        except LanguageError as error:
            raise TextNotResolved(f"{where}: {error.message}", hint=error.hint) from error
        if rendered.needs_approval:
            raise NotApproved(where)
        return rendered

    def _read(self, kept: str) -> Text:
        parts = cast("list[str | dict[str, str]]", json.loads(kept))
        self._drafts += [_draft(part) for part in parts if isinstance(part, dict) and "prompt" in part]
        return text_of(_part(part) for part in parts)


def _noting(texts: list[Text]) -> Change:
    """Return a change that changes nothing, and notes every text."""

    def note(text: Text) -> Text:
        texts.append(text)
        return text

    return note


def _written(rendered: Rendered) -> str:
    return json.dumps(list(_document(rendered)), ensure_ascii=False)


def _document(rendered: Rendered) -> Iterator[object]:
    for part in rendered.parts:
        match part:
            case Draft():
                yield {"draft": part.text, "kind": part.kind, "prompt": part.prompt, "model": part.model}
            case Sealed():
                yield {"sealed": part.handle}
            case _FromPlay():
                yield {"run": part.name}
            case _:
                yield part


def _part(part: str | Mapping[str, str]) -> Part:
    if isinstance(part, str):
        return Literal(part)
    if "draft" in part:
        return Literal(part["draft"])
    return Reference(SEALED, part["sealed"]) if SEALED in part else Reference("run", part["run"])


def _draft(part: Mapping[str, str]) -> Draft:
    return Draft(part["draft"], part["kind"], part["prompt"], part["model"])
