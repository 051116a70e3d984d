"""The example of Plaza, put into a client's definitions: screens, sequences, workflows, and the app itself."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from drover.accounts.service import Apps, AppWish
from drover.audit.domain import System
from drover.kernel.errors import InvalidInput
from drover.platform.content import Content
from drover.platform.db.database import Database
from drover.platform.db.whose import OneClient
from drover.platform.documents import read_json
from drover.protocol.archive import pack
from drover.sequences.definitions import FILE as TASKS_FILE
from drover.sequences.portable import portable
from drover.workflows.domain.definitions import DefinitionKind
from drover.workflows.service.definitions import Definitions

_BY: Final = System("drover up --example")


@dataclass(frozen=True, slots=True)
class ExampleFiles:
    """What an example's folder holds: its registry's archive, apps by name, and definitions, what others name first.

    `files` are what sequences push.
    """

    name: str
    screens: bytes
    packages: Mapping[str, str]
    definitions: Sequence[tuple[DefinitionKind, str, Mapping[str, object]]]
    files: Sequence[Path] = ()


def read_example(folder: Path) -> ExampleFiles:
    """Return what is in a folder with `registry/`, sequences beside it, and `workflows/`.

    Raises InvalidInput, BadDocument.
    """
    registry = folder / "registry"
    if not registry.is_dir():
        raise InvalidInput(f"{folder}: holds no example", hint="give the folder examples/plaza")
    apps = {file.parent.name: str(_object(file).get("package", "")) for file in sorted(registry.glob("*/app.json"))}
    sequences = [portable(file) for file in sorted(folder.glob("*.json")) if file.name != TASKS_FILE]
    workflows = [(file, _object(file)) for file in sorted((folder / "workflows").glob("*.json"))]
    return ExampleFiles(
        name=folder.name,
        screens=pack(registry),
        packages={name: package for name, package in apps.items() if package},
        definitions=[
            *((DefinitionKind.SEQUENCE, each.name, each.body) for each in sequences),
            *((DefinitionKind.WORKFLOW, str(body.get("name", file.stem)), body) for file, body in workflows),
        ],
        files=[path for each in sequences for path in each.files.values()],
    )


@dataclass(frozen=True, slots=True)
class Example:
    """Puts an example's files into a client's definitions."""

    database: Database
    definitions: Definitions
    apps: Apps
    content: Content

    async def put(self, whose: OneClient, files: ExampleFiles) -> None:
        """Put them there; what is there already and the same stays as it is. Raises BadDocument."""
        screens = await self.content.put(files.screens)
        for file in files.files:
            await self.content.put(await asyncio.to_thread(file.read_bytes))
        async with self.database.writing(whose) as unit:
            known = {app.name for app in await self.apps.list(unit)}
            for name in files.packages.keys() - known:
                await self.apps.create(unit, AppWish(name, files.packages[name]), _BY)
            await self.definitions.put(unit, _BY, DefinitionKind.SCREENS, files.name, {"content": screens})
            for kind, name, body in files.definitions:
                await self.definitions.put(unit, _BY, kind, name, body)


def _object(file: Path) -> dict[str, object]:
    body = read_json(file)
    if not isinstance(body, dict):
        raise InvalidInput(f"{file}: is no JSON object", hint="it is probably not the file meant")
    return cast("dict[str, object]", body)
