"""Named task definitions: tasks with default parameters, in a file beside the sequences that refer to them.

`{"use": "open_profile", "timeout_s": 30}` is the task of that name with another timeout.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeGuard

from pydantic import Field, JsonValue

from drover.platform.documents import BadDocument, Fault, parse, read_text
from drover.sequences.condition_files import Strict

FILE = "tasks.json"
MOST_TASKS = 1000

Fields = Mapping[str, JsonValue]


class DefinitionsFile(Strict):
    """Tasks by name; each may itself use another one."""

    schema_version: Literal[1] = Field(alias="schema", description="The version of this format.")
    tasks: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]*$")], dict[str, JsonValue]] = Field(max_length=1000)


def schema() -> dict[str, object]:
    """Return the JSON Schema of a file of definitions."""
    return DefinitionsFile.model_json_schema(by_alias=True)


def with_use(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of a sequence file, in which a task may also be `use` and what it says itself."""
    used: dict[str, Any] = {
        "type": "object",
        "description": f"A task that {FILE} defines, with what is given here in the place of what it says.",
        "required": ["use"],
        "properties": {"use": {"type": "string"}},
    }
    for holder in (schema, schema["$defs"]["RepeatFile"]):
        tasks = holder["properties"]["tasks"]
        tasks["items"] = {"anyOf": [tasks["items"], {"$ref": "#/$defs/UseFile"}]}
    schema["$defs"]["UseFile"] = used
    return schema


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
    filling = _Filling(definitions)
    filled = {**document, "tasks": filling.all(document["tasks"], "tasks", ())}
    if filling.tasks > MOST_TASKS:
        reason = f"comes to more than {MOST_TASKS} tasks with its definitions filled in"
        raise BadDocument(file, [Fault("tasks", reason, "use fewer, or say times in a repeat")])
    if filling.faults:
        raise BadDocument(file, filling.faults)
    return json.dumps(filled)


def _uses(tasks: JsonValue) -> Iterator[bool]:
    for task in tasks if isinstance(tasks, list) else ():
        if _is_object(task):
            yield "use" in task
            yield from _uses(task.get("tasks"))


@dataclass
class _Filling:
    """Fills definitions in, of a file of so many `tasks` at most; what is wrong goes to `faults`."""

    definitions: Mapping[str, Fields]
    faults: list[Fault] = field(default_factory=list[Fault])
    tasks: int = 0

    def all(self, tasks: JsonValue, where: str, above: tuple[str, ...]) -> JsonValue:
        """Return the tasks with definitions filled in; `above` are the names that have led to them."""
        if not isinstance(tasks, list):
            return tasks
        return [self._one(task, f"{where}[{index}]", above) for index, task in enumerate(tasks)]

    def _one(self, task: JsonValue, where: str, above: tuple[str, ...]) -> JsonValue:
        self.tasks += 1
        if not _is_object(task) or self.tasks > MOST_TASKS:
            return task
        merged = dict(task)
        while "use" in merged:
            name = str(merged.pop("use"))
            reason, hint = self._refused(name, above)
            if reason:
                self.faults.append(Fault(f"{where}.use", reason, hint))
                return {}
            above = (*above, name)
            merged = {**self.definitions[name], **merged}
        if "tasks" in merged:
            merged["tasks"] = self.all(merged["tasks"], f"{where}.tasks", above)
        return merged

    def _refused(self, name: str, above: tuple[str, ...]) -> tuple[str, str]:
        if name in above:
            return f"leads back to itself: {' -> '.join([*above, name])}", f"mend {FILE}"
        if name not in self.definitions:
            return f"{name} is not defined in {FILE}", f"it has: {', '.join(sorted(self.definitions)) or 'none'}"
        return "", ""


def _is_object(value: object) -> TypeGuard[dict[str, JsonValue]]:
    return isinstance(value, dict)
