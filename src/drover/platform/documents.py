"""JSON documents that users write: read with limits, checked against a model, refused with file, path and reason."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from drover.kernel.errors import InvalidInput

MAX_DOCUMENT_BYTES = 4 * 1024 * 1024

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a document: where in it (`tasks[3].on`, or `line 4, column 9`), what, and the cure."""

    where: str
    reason: str
    hint: str = ""

    def __str__(self) -> str:
        """Return it as one line."""
        return ": ".join(part for part in (self.where, self.reason) if part)


class BadDocument(InvalidInput):
    """A document cannot be used; `faults` lists everything that is wrong with it."""

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        lines = [f"{file}: {fault}" for fault in faults]
        super().__init__("\n".join(lines), hint=faults[0].hint)
        self.file = file
        self.faults = tuple(faults)


def json_path(parts: Sequence[str | int]) -> str:
    """Return `tasks[3].on` for ("tasks", 3, "on")."""
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return path.removeprefix(".")


def read_text(path: Path, *, limit: int = MAX_DOCUMENT_BYTES) -> str:
    """Return the file's text. Raises BadDocument where it is missing, too large or not UTF-8."""
    try:
        with path.open("rb") as stream:
            # Asked for more than there is, Python would make room for it first; a pipe does not say how much there is.
            size = os.fstat(stream.fileno()).st_size
            content = stream.read(min(limit, size or limit) + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadDocument(str(path), [Fault("", f"cannot be read ({reason})", "check the path")]) from error
    if len(content) > limit:
        raise BadDocument(str(path), [Fault("", f"is larger than {limit} bytes", "it is probably not the file meant")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault(f"byte {error.start}", "is not UTF-8 text", "save the file as UTF-8")
        raise BadDocument(str(path), [fault]) from error


def read_json(path: Path) -> object:
    """Return what the JSON of a file says. Raises BadDocument."""
    return _loaded(read_text(path), str(path))


def parse(model: type[Model], text: str, file: str) -> Model:
    """Return `text`, which is JSON, as a `model`. Raises BadDocument naming `file` and every fault."""
    data = _loaded(text, file)
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise BadDocument(file, _faults(error, data)) from error


def _loaded(text: str, file: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        fault = Fault(
            f"line {error.lineno}, column {error.colno}", f"is not JSON: {error.msg.lower()}", "mend the syntax"
        )
        raise BadDocument(file, [fault]) from error
    except RecursionError as error:
        raise BadDocument(file, [Fault("", "is nested too deeply", "it is probably not the file meant")]) from error
    except _DuplicateName as error:
        raise BadDocument(file, [Fault("", f"has the name {error} twice in one object", "remove one")]) from error
    except ValueError as error:  # an integer of more digits than Python reads
        raise BadDocument(file, [Fault("", f"is not JSON that can be read: {error}", "mend the value")]) from error


class _DuplicateName(Exception):
    """Two members of one JSON object share a name."""


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no number")


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, value in pairs:
        if name in members:
            raise _DuplicateName(repr(name))
        members[name] = value
    return members


_REASONS = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field",
}


def _faults(error: ValidationError, data: object) -> tuple[Fault, ...]:
    """Return the faults by place; where a value may have several forms, the reasons of all are joined."""
    reasons: dict[str, list[str]] = {}
    for detail in error.errors(include_url=False):
        reason = _REASONS.get(detail["type"]) or _plain(detail["msg"])
        told = reasons.setdefault(json_path(_parts(detail["loc"], data, missing=detail["type"] == "missing")), [])
        if reason not in told:
            told.append(reason)
    hint = "compare it with the JSON Schema and the examples"
    return tuple(Fault(where, ", or ".join(told), hint) for where, told in reasons.items())


def _parts(location: tuple[str | int, ...], data: object, *, missing: bool) -> list[str | int]:
    """Return the parts of a location that are in the document; the others name forms that a value may have."""
    parts: list[str | int] = []
    here = data
    for part in location[:-1] if missing else location:
        if isinstance(here, dict) and part in here:
            here = cast("dict[str | int, object]", here)[part]
        elif isinstance(here, list) and isinstance(part, int):
            here = cast("list[object]", here)[part]
        else:
            continue
        parts.append(part)
    return [*parts, location[-1]] if missing else parts


def _plain(message: str) -> str:
    text = message.removeprefix("Value error, ").removeprefix("Input ")
    return text[:1].lower() + text[1:]
