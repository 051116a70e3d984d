"""Named task definitions: tasks with default parameters, in a file beside the sequences that refer to them.

`{"use": "open_profile", "timeout_s": 30}` is the task of that name with another timeout.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeGuard

from pydantic import Field, JsonValue

from drover.platform.documents import BadDocument, Fault, parse, read_text
from drover.sequences.condition_files import Strict

FILE = "tasks.json"

Fields = Mapping[str, JsonValue]


class DefinitionsFile(Strict):
    """Tasks by name; each may itself use another one."""

    schema_version: Literal[1] = Field(alias="schema", description="The version of this format.")
    tasks: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]*$")], dict[str, JsonValue]] = Field(max_length=1000)


def schema() -> dict[str, object]:
    """Return the JSON Schema of a file of definitions."""
    return DefinitionsFile.model_json_schema(by_alias=True)


def expanded(text: str, folder: Path, file: str) -> str:
    """Return a sequence's text with the definitions that it uses filled in; as it is where it uses none.

    Raises BadDocument for names that are not defined, or that lead back to themselves.
    """
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError):
        return text  # whoever parses it says what is wrong, and where
    if not _is_object(document) or not any(_uses(document.get("tasks"))):
        return text
    definitions = parse(DefinitionsFile, read_text(folder / FILE), str(folder / FILE)).tasks
    faults: list[Fault] = []
    filled = {**document, "tasks": _filled(document["tasks"], definitions, "tasks", faults)}
    if faults:
        raise BadDocument(file, faults)
    return json.dumps(filled)


def _uses(tasks: JsonValue) -> Iterator[bool]:
    for task in tasks if isinstance(tasks, list) else ():
        if _is_object(task):
            yield "use" in task
            yield from _uses(task.get("tasks"))


def _filled(tasks: JsonValue, definitions: Mapping[str, Fields], where: str, faults: list[Fault]) -> JsonValue:
    if not isinstance(tasks, list):
        return tasks
    return [_filled_task(task, definitions, f"{where}[{index}]", faults) for index, task in enumerate(tasks)]


def _filled_task(task: JsonValue, definitions: Mapping[str, Fields], where: str, faults: list[Fault]) -> JsonValue:
    if not _is_object(task):
        return task
    merged = dict(task)
    followed: list[str] = []
    while "use" in merged:
        name = str(merged.pop("use"))
        if name in followed:
            reason = f"leads back to itself: {' -> '.join([*followed, name])}"
            faults.append(Fault(f"{where}.use", reason, f"mend {FILE}"))
            return {}
        if name not in definitions:
            reason = f"{name} is not defined in {FILE}"
            faults.append(Fault(f"{where}.use", reason, f"it has: {', '.join(sorted(definitions)) or 'none'}"))
            return {}
        followed.append(name)
        merged = {**definitions[name], **merged}
    if "tasks" in merged:
        merged["tasks"] = _filled(merged["tasks"], definitions, f"{where}.tasks", faults)
    return merged


def _is_object(value: object) -> TypeGuard[dict[str, JsonValue]]:
    return isinstance(value, dict)
