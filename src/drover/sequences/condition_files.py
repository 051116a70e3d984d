"""The form of texts, places and conditions in a sequence file, and what each means."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from drover.devices.geometry import Rect, Size
from drover.kernel.errors import InvalidInput
from drover.language.errors import LanguageError
from drover.language.parsing import parse_text
from drover.language.pattern import parse_pattern
from drover.language.text import Literal as Plain
from drover.language.text import Reference, Text, is_draw, is_reserved, literal
from drover.platform.documents import Fault
from drover.sequences import domain
from drover.sequences.domain import (
    ActionName,
    Comparison,
    Condition,
    PushMedia,
    ScreenIs,
    Shown,
    Target,
    TextIs,
    ValueIs,
)

MAX_TEXT = 10_000
MAX_PATTERN = 200
MAX_MEDIA_BYTES = 100 * 1024 * 1024
MEDIA = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".mp4", ".mov", ".webm")

_KEY = r"^[a-z0-9_]+\.[a-z0-9_]+$"
_ACTION = r"^[a-z0-9_]+\.[a-z0-9_]+\.[a-z0-9_]+$"
_NAME = r"^[a-z][a-z0-9_]*$"

ScreenKey = Annotated[str, Field(pattern=_KEY, description="A whole screen key, such as plaza.feed.")]
ActionKey = Annotated[str, Field(pattern=_ACTION, description="A named action, such as plaza.feed.open_profile.")]
Name = Annotated[str, Field(pattern=_NAME, max_length=100)]
Box = Annotated[
    list[int],
    Field(min_length=4, max_length=4, description="A rectangle x1, y1, x2, y2 in pixels of the sequence's reference."),
]
TextSource = Annotated[
    str,
    Field(
        max_length=MAX_TEXT,
        description="A text of the language: ${param.<name>} is an input, ${run.<name>} what was read, {a|b} a choice.",
    ),
]
Pattern = Annotated[str, Field(max_length=MAX_PATTERN, description="A regular expression.")]
Seconds = Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Reader:
    """What a task needs of its surroundings to become an act; what is wrong with it goes to `faults`.

    `files` are the digests of what it may push, by name; None: they are those of what lies in `folder`.
    """

    app: str
    reference: Size
    folder: Path
    where: str
    faults: list[Fault]
    files: Mapping[str, str] | None = None

    def target(self, on: "str | list[int] | ShownFile", field: str = "on") -> Target:
        """Return where to act."""
        if isinstance(on, ShownFile):
            return Shown(self.text(on.text, f"{field}.text"), self.place(on.within, f"{field}.in"))
        return self._place(on, field)

    def place(self, on: str | list[int] | None, field: str) -> ActionName | Rect | None:
        """Return a rectangle or a named action, or None for none."""
        return None if on is None else self._place(on, field)

    def text(self, source: str, field: str = "text") -> Text:
        """Return the parsed text."""
        try:
            return parse_text(source)
        except InvalidInput as error:
            self._note(field, error.message, error.hint)
            return Text(())

    def undrawn(self, source: str, field: str) -> Text:
        """Return the parsed text of what an app's way has in several places, where it must come to the same."""
        text = self.text(source, field)
        parts = [part for part in text.parts if not isinstance(part, Plain)]
        drawn = [part for part in parts if not isinstance(part, Reference) or is_draw(part) or is_reserved(part)]
        if drawn:
            where = f"{field}: column {drawn[0].column}"
            self._note(where, "is drawn anew wherever it stands", "make it an input's default, and use the input here")
        return text

    def pattern(self, source: str, field: str) -> str:
        """Return a regular expression that is one."""
        try:
            parse_pattern(source)
        except LanguageError as error:
            self._note(field, error.message, error.hint)
        return source

    def media(self, file: str) -> PushMedia:
        """Return the act that pushes a file, which lies beside the sequence or below."""
        name, path = PurePosixPath(file).as_posix(), self.folder / file
        digest = ""
        if Path(file).is_absolute() or ".." in Path(file).parts:
            self._note("file", f"{file} leads out of the sequence's folder", "put the file beside the sequence")
        elif path.suffix.lower() not in MEDIA:
            self._note("file", f"{file} is no picture or video", f"known: {', '.join(MEDIA)}")
        elif self.files is None:
            digest = self._digest(path, file)
        elif name in self.files:
            digest = self.files[name]
        else:
            self._note("file", f"{name} is not among the sequence's files", "name its SHA-256 in `files`")
        return PushMedia(str(path), digest)

    def _digest(self, path: Path, file: str) -> str:
        try:
            if path.stat().st_size > MAX_MEDIA_BYTES:
                self._note("file", f"{file} is larger than {MAX_MEDIA_BYTES} bytes", "choose a smaller one")
                return ""
            with path.open("rb") as content:
                return hashlib.file_digest(content, "sha256").hexdigest()
        except OSError as error:
            self._note("file", f"{file} cannot be read ({(error.strerror or str(error)).lower()})", "check the path")
            return ""

    def _place(self, on: str | list[int], field: str) -> ActionName | Rect:
        if isinstance(on, str):
            screen, _, action = on.rpartition(".")
            return ActionName(screen, action)
        try:
            rect = Rect(*on)
        except ValueError as error:
            self._note(field, str(error), "give x1, y1, x2, y2")
            return Rect(0, 0, 1, 1)
        if not rect.within(self.reference):
            reason = f"lies outside the reference of {self.reference.width}x{self.reference.height}"
            self._note(field, reason, "correct it, or `reference`")
        return rect

    def _note(self, field: str, reason: str, hint: str) -> None:
        self.faults.append(Fault(f"{self.where}.{field}", reason, hint))


class Strict(BaseModel):
    """A part of a document: no other fields, no conversions."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ShownFile(Strict):
    """The one place where the UI tree shows a text."""

    text: TextSource
    within: ActionKey | Box | None = Field(default=None, alias="in", description="Look only inside this.")


class ScreenIsFile(Strict):
    """The phone shows that screen."""

    screen: ScreenKey

    def condition(self, read: Reader) -> Condition:  # noqa: ARG002  others need it
        """Return the condition."""
        return ScreenIs(self.screen)


class TextIsFile(ShownFile):
    """The UI tree shows that text."""

    def condition(self, read: Reader) -> Condition:
        """Return the condition."""
        return TextIs(read.text(self.text), read.place(self.within, "in"))


class _CompareFile(Strict):
    equals: TextSource | None = None
    matches: Pattern | None = None
    is_empty: Literal[True] | None = None

    def compare(self, reference: str, read: Reader) -> Condition:
        """Return the comparison with the one thing that is given."""
        value = parse_text("${" + reference + "}")
        given = self.model_fields_set & {"equals", "matches", "is_empty"}
        if len(given) != 1:
            read.faults.append(
                Fault(read.where, "compares with nothing, or twice", "give one of equals, matches, is_empty")
            )
        if self.matches is not None:
            return ValueIs(value, Comparison.MATCHES, literal(read.pattern(self.matches, "matches")))
        if self.equals is not None:
            return ValueIs(value, Comparison.EQUALS, read.text(self.equals, "equals"))
        return ValueIs(value, Comparison.IS_EMPTY, Text(()))


class VariableIsFile(_CompareFile):
    """A variable compares so."""

    var: Name

    def condition(self, read: Reader) -> Condition:
        """Return the condition."""
        return self.compare(f"run.{self.var}", read)


class ParameterIsFile(_CompareFile):
    """An input compares so."""

    param: Name

    def condition(self, read: Reader) -> Condition:
        """Return the condition."""
        return self.compare(f"param.{self.param}", read)


class NotFile(Strict):
    """The condition does not hold."""

    negated: "ConditionFile" = Field(alias="not")

    def condition(self, read: Reader) -> Condition:
        """Return the condition."""
        return domain.Not(self.negated.condition(read))


class AllFile(Strict):
    """Every condition holds."""

    conditions: list["ConditionFile"] = Field(alias="all", min_length=1, max_length=20)

    def condition(self, read: Reader) -> Condition:
        """Return the condition."""
        return domain.All(tuple(each.condition(read) for each in self.conditions))


class AnyFile(Strict):
    """At least one condition holds."""

    conditions: list["ConditionFile"] = Field(alias="any", min_length=1, max_length=20)

    def condition(self, read: Reader) -> Condition:
        """Return the condition."""
        return domain.Any(tuple(each.condition(read) for each in self.conditions))


ConditionFile = ScreenIsFile | TextIsFile | VariableIsFile | ParameterIsFile | NotFile | AllFile | AnyFile

NotFile.model_rebuild()
AllFile.model_rebuild()
AnyFile.model_rebuild()
