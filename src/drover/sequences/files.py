"""Sequence files: JSON, self-contained, with a published schema."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from drover.devices.geometry import Rect, Size
from drover.devices.ports import Key
from drover.kernel.errors import InvalidInput
from drover.language.text import Text, parse_text
from drover.platform.documents import BadDocument, Fault, parse, read_text
from drover.sequences.domain import (
    Act,
    ActionName,
    Assert,
    Direction,
    Effect,
    LongTap,
    OpenApp,
    Param,
    Press,
    Sequence,
    StopApp,
    Swipe,
    Tap,
    Target,
    Task,
    Type,
    Wait,
    WaitForScreen,
    describe,
    target_of,
)

DEFAULT_TIMEOUT_S = 10.0
MAX_TEXT = 10_000

_KEY = r"^[a-z0-9_]+\.[a-z0-9_]+$"
_ACTION = r"^[a-z0-9_]+\.[a-z0-9_]+\.[a-z0-9_]+$"

ScreenKey = Annotated[str, Field(pattern=_KEY, description="A whole screen key, such as plaza.feed.")]
ActionKey = Annotated[str, Field(pattern=_ACTION, description="A named action, such as plaza.feed.open_profile.")]
Box = Annotated[
    list[int],
    Field(min_length=4, max_length=4, description="A rectangle x1, y1, x2, y2 in pixels of the sequence's reference."),
]
TextSource = Annotated[str, Field(max_length=MAX_TEXT, description="Text; ${param.<name>} stands for an input.")]
Seconds = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class _Reader:
    """What a task needs of its surroundings to become an act; what is wrong with it goes to `faults`."""

    app: str
    reference: Size
    where: str
    faults: list[Fault]

    def target(self, on: str | list[int]) -> Target:
        if isinstance(on, str):
            screen, _, action = on.rpartition(".")
            return ActionName(screen, action)
        try:
            rect = Rect(*on)
        except ValueError as error:
            self.faults.append(Fault(f"{self.where}.on", str(error), "give x1, y1, x2, y2"))
            return Rect(0, 0, 1, 1)
        if not rect.within(self.reference):
            reason = f"lies outside the reference of {self.reference.width}x{self.reference.height}"
            self.faults.append(Fault(f"{self.where}.on", reason, "correct it, or `reference`"))
        return rect

    def text(self, source: str) -> Text:
        try:
            return parse_text(source)
        except InvalidInput as error:
            self.faults.append(Fault(f"{self.where}.text", error.message, error.hint))
            return Text(())


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _TaskFile(_Strict):
    name: str = Field(default="", max_length=200, description="What a person calls the task.")
    effect: Literal["repeatable", "once", "read"] | None = Field(
        default=None, description="Whether the act may be repeated; `once` acts are never repeated."
    )
    before: ScreenKey | None = Field(default=None, description="The screen that must be there before the act.")
    after: ScreenKey | None = Field(default=None, description="The screen that must be there after the act.")
    timeout_s: Seconds = Field(default=DEFAULT_TIMEOUT_S, gt=0, description="How long to wait for a screen.")


class TapFile(_TaskFile):
    """Touch the middle of a named action or rectangle."""

    kind: Literal["tap"]
    on: ActionKey | Box

    def act(self, read: _Reader) -> Act:
        """Return the act."""
        return Tap(read.target(self.on))


class LongTapFile(_TaskFile):
    """Touch and hold."""

    kind: Literal["long_tap"]
    on: ActionKey | Box
    seconds: Seconds = 0.8

    def act(self, read: _Reader) -> Act:
        """Return the act."""
        return LongTap(read.target(self.on), self.seconds)


class SwipeFile(_TaskFile):
    """Move a finger across a named action or rectangle."""

    kind: Literal["swipe"]
    on: ActionKey | Box
    direction: Literal["up", "down", "left", "right"]
    seconds: Seconds = 0.3

    def act(self, read: _Reader) -> Act:
        """Return the act."""
        return Swipe(read.target(self.on), Direction(self.direction), self.seconds)


class TypeFile(_TaskFile):
    """Replace what a text field holds, and read it back."""

    kind: Literal["type"]
    on: ActionKey | Box
    text: TextSource

    def act(self, read: _Reader) -> Act:
        """Return the act."""
        return Type(read.target(self.on), read.text(self.text))


class KeyFile(_TaskFile):
    """Press a key."""

    kind: Literal["key"]
    key: Literal["home", "back", "enter", "delete", "tab", "move_home", "move_end", "recents", "wake"]
    times: int = Field(default=1, ge=1, le=200)

    def act(self, read: _Reader) -> Act:  # noqa: ARG002  others need it
        """Return the act."""
        return Press(Key(self.key), self.times)


class WaitForScreenFile(_TaskFile):
    """Wait until the `after` screen is there."""

    kind: Literal["wait_for_screen"]

    def act(self, read: _Reader) -> Act:  # noqa: ARG002  others need it
        """Return the act."""
        return WaitForScreen()


class WaitFile(_TaskFile):
    """Let time pass."""

    kind: Literal["wait"]
    seconds: Seconds

    def act(self, read: _Reader) -> Act:  # noqa: ARG002  others need it
        """Return the act."""
        return Wait(self.seconds)


class OpenAppFile(_TaskFile):
    """Bring an app to the front."""

    kind: Literal["open_app"]
    app: str = Field(default="", description="An app of the registry; the sequence's own where it is left out.")

    def act(self, read: _Reader) -> Act:
        """Return the act."""
        return OpenApp(self.app or read.app)


class StopAppFile(_TaskFile):
    """End an app."""

    kind: Literal["stop_app"]
    app: str = Field(default="", description="An app of the registry; the sequence's own where it is left out.")

    def act(self, read: _Reader) -> Act:
        """Return the act."""
        return StopApp(self.app or read.app)


class AssertFile(_TaskFile):
    """Fail unless the UI tree shows the text inside a named action or rectangle."""

    kind: Literal["assert"]
    on: ActionKey | Box
    text: TextSource

    def act(self, read: _Reader) -> Act:
        """Return the act."""
        return Assert(read.target(self.on), read.text(self.text))


TaskFile = Annotated[
    TapFile
    | LongTapFile
    | SwipeFile
    | TypeFile
    | KeyFile
    | WaitForScreenFile
    | WaitFile
    | OpenAppFile
    | StopAppFile
    | AssertFile,
    Field(discriminator="kind"),
]


class ParamFile(_Strict):
    """An input of the sequence."""

    description: str = ""
    default: str | None = Field(default=None, max_length=MAX_TEXT)
    secret: bool = False


class ReferenceFile(_Strict):
    """The size, in pixels, that the sequence's rectangles refer to."""

    width: int = Field(ge=100, le=10_000)
    height: int = Field(ge=100, le=10_000)


class SequenceFile(_Strict):
    """Ordered tasks with one function."""

    schema_version: Literal[1] = Field(alias="schema", description="The version of this format.")
    name: str = Field(min_length=1, max_length=200)
    description: str = ""
    version: int = Field(default=1, ge=1)
    app: str = Field(pattern=r"^[a-z0-9_]+$", description="The app of the registry that the sequence is for.")
    reference: ReferenceFile = ReferenceFile(width=1080, height=2400)
    params: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ParamFile] = Field(default_factory=dict)
    tasks: list[TaskFile] = Field(min_length=1, max_length=1000)


def schema() -> dict[str, object]:
    """Return the JSON Schema of a sequence file."""
    return SequenceFile.model_json_schema(by_alias=True)


def load_sequence(path: Path) -> Sequence:
    """Return the sequence in a file. Raises BadDocument with every fault found."""
    return read_sequence(read_text(path), str(path))


def read_sequence(text: str, file: str) -> Sequence:
    """Return the sequence that `text` is; `file` names it in errors. Raises BadDocument."""
    document = parse(SequenceFile, text, file)
    reference = Size(document.reference.width, document.reference.height)
    faults: list[Fault] = []
    tasks = tuple(
        _task(task, _Reader(document.app, reference, f"tasks[{index}]", faults))
        for index, task in enumerate(document.tasks)
    )
    if faults:
        raise BadDocument(file, faults)
    return Sequence(
        name=document.name,
        description=document.description,
        version=document.version,
        app=document.app,
        reference=reference,
        params={name: Param(p.description, p.default, p.secret) for name, p in document.params.items()},
        tasks=tasks,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )


_EFFECTS = {"wait_for_screen": Effect.READ, "wait": Effect.READ, "assert": Effect.READ}


def _task(task: TaskFile, read: _Reader) -> Task:
    act = task.act(read)
    target = target_of(act)
    before = target.screen if isinstance(target, ActionName) else None
    return Task(
        name=task.name or describe(act),
        kind=task.kind,
        act=act,
        effect=Effect(task.effect) if task.effect else _EFFECTS.get(task.kind, Effect.REPEATABLE),
        before=task.before or before,
        after=task.after,
        timeout_s=task.timeout_s,
    )
