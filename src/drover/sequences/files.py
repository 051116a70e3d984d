"""Sequence files: JSON, self-contained, with a published schema."""

import hashlib
from collections.abc import Iterator
from collections.abc import Sequence as Items
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from drover.devices.geometry import Size
from drover.platform.documents import BadDocument, Fault, parse, read_text
from drover.sequences.condition_files import MAX_TEXT, Reader, ScreenKey, Strict
from drover.sequences.definitions import expanded, with_use
from drover.sequences.domain import Effect, Loop, Param, PushMedia, Sequence, Task, named_action, target_of
from drover.sequences.task_files import RepeatFile, SingleTaskFile, TaskFile
from drover.sequences.wording import describe

MOST_DEPTH = 4
MOST_STEPS = 20_000
"""How many steps the rounds of all loops may come to."""
MOST_FILES = 200

FileName = Annotated[str, Field(min_length=1, max_length=400)]
FileDigest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ParamFile(Strict):
    """An input of the sequence."""

    description: str = ""
    default: str | None = Field(default=None, max_length=MAX_TEXT)
    secret: bool = False


class ReferenceFile(Strict):
    """The size, in pixels, that the sequence's rectangles refer to."""

    width: int = Field(ge=100, le=10_000)
    height: int = Field(ge=100, le=10_000)


class SequenceFile(Strict):
    """Ordered tasks with one function."""

    schema_version: Literal[1] = Field(alias="schema", description="The version of this format.")
    name: str = Field(min_length=1, max_length=200)
    description: str = ""
    version: int = Field(default=1, ge=1)
    app: str = Field(pattern=r"^[a-z0-9_]+$", description="The app of the registry that the sequence is for.")
    reference: ReferenceFile = ReferenceFile(width=1080, height=2400)
    params: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ParamFile] = Field(default_factory=dict)
    start: ScreenKey | None = Field(default=None, description="The screen that the first task begins on.")
    on_error: Literal["stop", "continue"] = Field(
        default="stop", description="`continue`: every task that may be repeated is optional."
    )
    recovery_prompt: str = Field(default="", max_length=4000, description="What whoever helps should know.")
    releases: bool = Field(default=False, description="Its steps take so long that nothing else should wait for them.")
    files: dict[FileName, FileDigest] | None = Field(
        default=None,
        max_length=MOST_FILES,
        description="The SHA-256 of each file that tasks push; without it they are read from beside the sequence.",
    )
    tasks: list[TaskFile] = Field(min_length=1, max_length=1000)


def schema() -> dict[str, object]:
    """Return the JSON Schema of a sequence file."""
    return with_use(SequenceFile.model_json_schema(by_alias=True))


def load_sequence(path: Path) -> Sequence:
    """Return the sequence in a file. Raises BadDocument with every fault found."""
    return read_sequence(read_text(path), str(path))


def read_sequence(text: str, file: str) -> Sequence:
    """Return the sequence that `text` is; `file` names it in errors, and what it refers to lies beside it.

    Named definitions (`use`) are filled in. Raises BadDocument.
    """
    folder = Path(file).parent
    text = expanded(text, folder, file)
    document = parse(SequenceFile, text, file)
    reader = _Tasks(document, folder)
    reader.read(document.tasks, "tasks", depth=0)
    faults = [*reader.faults, *_needless_files(document, reader.tasks, folder)]
    if faults:
        raise BadDocument(file, faults)
    return Sequence(
        name=document.name,
        description=document.description,
        version=document.version,
        app=document.app,
        reference=reader.reference,
        params={name: Param(p.description, p.default, p.secret) for name, p in document.params.items()},
        tasks=tuple(reader.tasks),
        digest=hashlib.sha256(text.encode()).hexdigest(),
        loops=tuple(sorted(reader.loops, key=lambda loop: (loop.first, -loop.last))),
        start=document.start,
        recovery_prompt=document.recovery_prompt,
        releases=document.releases,
    )


EFFECTS = {"wait_for_screen": Effect.READ, "wait": Effect.READ, "assert": Effect.READ, "read": Effect.READ}


class _Tasks:
    """Reads tasks in the order of the document, also those inside `repeat`, and counts them."""

    def __init__(self, document: SequenceFile, folder: Path) -> None:
        self.reference = Size(document.reference.width, document.reference.height)
        self.tasks: list[Task] = []
        self.loops: list[Loop] = []
        self.faults: list[Fault] = []
        self._document = document
        self._folder = folder

    def read(self, tasks: Items[TaskFile], where: str, *, depth: int, rounds: int = 1) -> None:
        """Read the tasks at `where`, which lie inside loops of so many rounds in all."""
        for index, task in enumerate(tasks):
            place = f"{where}[{index}]"
            if isinstance(task, RepeatFile):
                self._repeat(task, place, depth, rounds)
            else:
                self._task(task, place, inside_loop=rounds > 1)

    def _repeat(self, repeat: RepeatFile, where: str, depth: int, rounds: int) -> None:
        self.faults += _repeat_faults(repeat, where, depth)
        most = repeat.times or (repeat.most if repeat.going_on or repeat.enough else 1)
        first, place, reader = len(self.tasks) + 1, len(self.loops), self._reader(where)
        if depth < MOST_DEPTH:
            self.read(repeat.tasks, f"{where}.tasks", depth=depth + 1, rounds=rounds * most)
        last = len(self.tasks)
        if rounds * most * (last - first + 1) > MOST_STEPS:
            reason = f"may come to {rounds * most * (last - first + 1)} steps"
            self.faults.append(Fault(where, reason, f"at most {MOST_STEPS} are possible: lower times or most"))
        when, going_on, enough = (
            each.condition(reader) if each is not None else None
            for each in (repeat.when, repeat.going_on, repeat.enough)
        )
        self.loops.insert(place, Loop(first, max(first, last), most, when, going_on, enough))

    def _task(self, task: SingleTaskFile, where: str, *, inside_loop: bool) -> None:
        reader = self._reader(where)
        act = task.act(reader)
        action = named_action(target_of(act))
        effect = Effect(task.effect) if task.effect else EFFECTS.get(task.kind, Effect.REPEATABLE)
        if effect is Effect.ONCE and inside_loop and not task.once_per_round:
            reason = "is done only once, but lies in a repeat"
            self.faults.append(Fault(f"{where}.effect", reason, "add once_per_round: true, or move it out"))
        self.tasks.append(
            Task(
                name=task.name or describe(act),
                kind=task.kind,
                act=act,
                effect=effect,
                before=task.before or (action.screen if action is not None else None),
                after=task.after,
                timeout_s=task.timeout_s,
                when=task.when.condition(reader) if task.when is not None else None,
                happened=task.happened.condition(reader) if task.happened is not None else None,
                optional=task.optional or (self._document.on_error == "continue" and effect is not Effect.ONCE),
                where=where,
            )
        )

    def _reader(self, where: str) -> Reader:
        return Reader(self._document.app, self.reference, self._folder, where, self.faults, self._document.files)


def _needless_files(document: SequenceFile, tasks: Items[Task], folder: Path) -> Iterator[Fault]:
    pushed = {media.path for media in media_of(tasks)}
    for name in document.files or ():
        if str(folder / name) not in pushed:
            yield Fault(f"files.{name}", "no task pushes it", "leave it out, or write it as the task does")


def media_of(tasks: Items[Task]) -> Iterator[PushMedia]:
    """Yield the acts that push files."""
    yield from (task.act for task in tasks if isinstance(task.act, PushMedia))


def _repeat_faults(repeat: RepeatFile, where: str, depth: int) -> Iterator[Fault]:
    given = [name for name in ("times", "going_on", "enough") if getattr(repeat, name) is not None]
    if len(given) > 1:
        yield Fault(where, "repeats by two rules", "give one of times, while, until")
    if depth >= MOST_DEPTH:
        yield Fault(where, f"lies in more than {MOST_DEPTH} others", "nest fewer")
