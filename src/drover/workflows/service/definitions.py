"""Definitions: kept in versions, compared, brought back; and what runs need of them."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from pydantic import Field

from drover.audit.domain import Actor
from drover.audit.service import Trail
from drover.kernel.errors import InvalidInput
from drover.platform.blobs import MemoryBlobs
from drover.platform.content import BlobContent, Content
from drover.platform.db.database import Unit
from drover.platform.documents import BadDocument, Fault, parse
from drover.sequences.condition_files import Strict
from drover.sequences.domain import Sequence as PlayedSequence
from drover.sequences.domain import variable_of
from drover.sequences.files import read_sequence
from drover.workflows.domain.definitions import (
    Definition,
    DefinitionKind,
    DefinitionStatus,
    UnknownDefinition,
    Version,
    canonical,
    difference,
    digest_of,
    files_of,
)
from drover.workflows.domain.planning import NewStep
from drover.workflows.domain.workflow import PlaySequence, Workflow
from drover.workflows.files import DefinitionName, workflow_of
from drover.workflows.lint import Known, KnownSequence, lint
from drover.workflows.repository import definitions as repository
from drover.workflows.repository.definitions import DefinitionFilter
from drover.workflows.service.ports import Pinned, SequenceDocument

__all__ = ["DefinitionFilter", "Definitions", "Surroundings"]

MOST_NOTE: Final = 2_000
_NAMED: Final = 500
"""How many known names a suggestion is chosen from."""
_NO_FOLDER: Final = Path("definitions")
"""What stands for the folder of a definition: it has none, and so nothing beside it."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What definitions may name that is not a definition: helpers, categories of variables, and files in `content`."""

    helpers: frozenset[str] = field(default_factory=frozenset[str])
    categories: frozenset[str] = field(default_factory=frozenset[str])
    content: Content = field(default_factory=lambda: BlobContent(MemoryBlobs()))


class ContentDiffers(InvalidInput):
    """What was sent is not what it was announced to be."""

    def __init__(self, digest: str, found: str) -> None:
        super().__init__(f"content has the SHA-256 {found}, not {digest:.64}", hint="send it again")


class ScreensFile(Strict):
    """A snapshot of a screen registry, by the SHA-256 of its archive in the content store."""

    content: str = Field(pattern=r"^[0-9a-f]{64}$")


class _NameFile(Strict):
    name: DefinitionName


class Definitions:
    """The definitions of a client. Every change is audited in the unit that makes it."""

    def __init__(self, trail: Trail, surroundings: Surroundings) -> None:
        self._trail = trail
        self._surroundings = surroundings

    async def put(
        self, unit: Unit, actor: Actor, kind: DefinitionKind, name: str, body: Mapping[str, object], *, note: str = ""
    ) -> Definition:
        """Keep a body under a name, as a new version where it differs from the one in use. Raises BadDocument.

        A retired definition is in use again. What a sequence or workflow refers to must be there: see `lint`.
        """
        _check_name(name, note)
        await self._check(unit, kind, name, body)
        known = await repository.named(unit, kind, name, lock=True)
        digest = digest_of(body)
        if known is None:
            known = Definition(self._trail.new_id(), kind, name, 0, DefinitionStatus.ACTIVE, self._trail.clock.now())
        elif (await repository.version_of(unit, known.id, known.version)).digest == digest:
            return await self._set_status(unit, actor, known, DefinitionStatus.ACTIVE)
        definition = replace(known, version=known.version + 1, status=DefinitionStatus.ACTIVE)
        at = self._trail.clock.now()
        version = Version(definition.id, definition.version, body, digest, actor.actor, at, note)
        await repository.keep(unit, definition, version)
        act = "definition.changed" if known.version else "definition.made"
        self._note(unit, actor, act, known, definition, note, digest=digest)
        return definition

    async def get(
        self, unit: Unit, kind: DefinitionKind, name: str, version: int | None = None
    ) -> tuple[Definition, Version]:
        """Return a definition and a version of it, else the one in use. Raises UnknownDefinition."""
        definition = await self._named(unit, kind, name)
        return definition, await repository.version_of(unit, definition.id, version or definition.version)

    async def list(
        self, unit: Unit, wanted: DefinitionFilter, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Definition]:
        """Return definitions in order of (name, id), those after one."""
        return await repository.listed(unit, wanted, after, limit)

    async def versions(
        self, unit: Unit, kind: DefinitionKind, name: str, before: int | None, limit: int
    ) -> Sequence[Version]:
        """Return versions, the newest first, those older than `before`. Raises UnknownDefinition."""
        return await repository.versions_of(unit, (await self._named(unit, kind, name)).id, before, limit)

    async def diff(self, unit: Unit, kind: DefinitionKind, name: str, old: int, new: int) -> str:
        """Return how a version differs from another, as a unified diff; empty for none. Raises UnknownDefinition."""
        definition = await self._named(unit, kind, name)
        before, after = [await repository.version_of(unit, definition.id, each) for each in (old, new)]
        return difference(before.body, after.body, f"{name} version {old}", f"{name} version {new}")

    async def restore(self, unit: Unit, actor: Actor, kind: DefinitionKind, name: str, version: int) -> Definition:
        """Bring an old version back, as a new one. Raises UnknownDefinition, and BadDocument where it fits no more."""
        _, old = await self.get(unit, kind, name, version)
        return await self.put(unit, actor, kind, name, old.body, note=f"version {version} again")

    async def retire(self, unit: Unit, actor: Actor, kind: DefinitionKind, name: str) -> Definition:
        """Offer a definition no more. Runs and schedules that name it go on. Raises UnknownDefinition."""
        await self._named(unit, kind, name)
        definition = await repository.named(unit, kind, name, lock=True)
        if definition is None:
            raise _unknown(kind, name)
        return await self._set_status(unit, actor, definition, DefinitionStatus.RETIRED)

    async def upload(self, digest: str, content: bytes) -> None:
        """Keep what definitions are to name by its SHA-256. Raises ContentDiffers, BlobNotKept."""
        found = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        if found != digest:
            raise ContentDiffers(digest, found)
        await self._surroundings.content.put(content)

    async def digest(self, unit: Unit, kind: DefinitionKind, name: str, file: str, version: int | None = None) -> str:
        """Return the digest of a file that a definition names. Raises UnknownDefinition."""
        _, shown = await self.get(unit, kind, name, version)
        digest = files_of(kind, shown.body).get(file)
        if digest is None:
            raise UnknownDefinition(f"{kind.value} {name} names no file {file}", hint="its body lists its files")
        return digest

    async def content(self, digest: str) -> bytes:
        """Return what a definition of the client's own names by that digest. Raises BlobMissing, ContentDamaged."""
        return await self._surroundings.content.get(digest)

    async def lint(self, unit: Unit, workflow: Workflow) -> tuple[Fault, ...]:
        """Return what keeps a workflow from being run here."""
        return lint(workflow, await self._known(unit, workflow))

    async def pin(self, unit: Unit, workflow_id: str, version: int | None) -> Pinned:
        """Return a workflow with what it names, at a version or at the one in use. Raises UnknownDefinition."""
        definition = await repository.by_id(unit, workflow_id)
        chosen = version or definition.version
        workflow = await self.workflow(unit, workflow_id, chosen)
        played = {step.work.sequence for step in workflow.steps if isinstance(step.work, PlaySequence)}
        found = {each.name: each for each in await repository.of_kind(unit, DefinitionKind.SEQUENCE, played)}
        steps: list[NewStep] = []
        for step in workflow.steps:
            if not isinstance(step.work, PlaySequence):
                steps.append(NewStep(step.id, step.work.helper, None, None))
                continue
            sequence = found.get(step.work.sequence)
            if sequence is None:
                raise _unknown(DefinitionKind.SEQUENCE, step.work.sequence)
            steps.append(NewStep(step.id, sequence.name, sequence.id, step.work.version or sequence.version))
        versions = {definition.name: chosen} | {
            step.sequence: step.sequence_version or 0 for step in steps if step.sequence_id
        }
        return Pinned(workflow, workflow_id, chosen, tuple(steps), versions)

    async def workflow(self, unit: Unit, workflow_id: str, version: int) -> Workflow:
        """Return a workflow at a version, which never changes. Raises UnknownDefinition."""
        definition = await repository.by_id(unit, workflow_id)
        body = (await repository.version_of(unit, workflow_id, version)).body
        return workflow_of(body, f"{definition.name} version {version}")

    async def sequence(self, unit: Unit, sequence_id: str, version: int) -> SequenceDocument:
        """Return a sequence at a version, which never changes. Raises UnknownDefinition."""
        body = (await repository.version_of(unit, sequence_id, version)).body
        return SequenceDocument(canonical(body).encode(), files_of(DefinitionKind.SEQUENCE, body))

    async def screens(self, unit: Unit) -> str:
        """Return the digest of the registry's archive that is in use. Raises UnknownDefinition where there is none."""
        definition = await repository.newest(unit, DefinitionKind.SCREENS)
        if definition is None:
            raise UnknownDefinition("the client has no screens", hint="import a screen registry")
        version = await repository.version_of(unit, definition.id, definition.version)
        return ScreensFile.model_validate(dict(version.body)).content

    async def _check(self, unit: Unit, kind: DefinitionKind, name: str, body: Mapping[str, object]) -> None:
        match kind:
            case DefinitionKind.SEQUENCE:
                _sequence(name, body)
                await self._check_files(name, files_of(kind, body))
            case DefinitionKind.SCREENS:
                parse(ScreensFile, json.dumps(body), name)
            case DefinitionKind.WORKFLOW:
                workflow = workflow_of(body, name)
                faults = await self.lint(unit, workflow)
                if faults:
                    raise BadDocument(name, faults)

    async def _check_files(self, name: str, files: Mapping[str, str]) -> None:
        content = self._surroundings.content
        missing = [file for file, digest in files.items() if not await content.has(digest)]
        if missing:
            raise BadDocument(name, [Fault(f"files.{file}", "is not there", "upload it first") for file in missing])

    async def _known(self, unit: Unit, workflow: Workflow) -> Known:
        played = {step.work.sequence for step in workflow.steps if isinstance(step.work, PlaySequence)}
        found = await repository.of_kind(unit, DefinitionKind.SEQUENCE, played)
        known = {each.name: await self._known_sequence(unit, each) for each in found}
        if played - set(known):
            nothing = KnownSequence("", {})
            others = await repository.names_of_kind(unit, DefinitionKind.SEQUENCE, _NAMED)
            known = {name: nothing for name in others if name not in played} | known
        return Known(known, self._surroundings.helpers, self._surroundings.categories)

    async def _known_sequence(self, unit: Unit, definition: Definition) -> KnownSequence:
        body = (await repository.version_of(unit, definition.id, definition.version)).body
        sequence = _sequence(definition.name, body)
        return KnownSequence(
            app=sequence.app,
            inputs={name: param.default is None for name, param in sequence.params.items()},
            sets=frozenset(variable_of(task.act) for task in sequence.tasks) - {""},
            versions=await repository.version_numbers(unit, definition.id),
        )

    async def _named(self, unit: Unit, kind: DefinitionKind, name: str) -> Definition:
        definition = await repository.named(unit, kind, name)
        if definition is None:
            raise _unknown(kind, name)
        return definition

    async def _set_status(self, unit: Unit, actor: Actor, known: Definition, status: DefinitionStatus) -> Definition:
        if known.status is status:
            return known
        definition = replace(known, status=status)
        await repository.keep(unit, definition)
        act = "definition.retired" if status is DefinitionStatus.RETIRED else "definition.offered"
        self._note(unit, actor, act, known, definition, "")
        return definition

    def _note(
        self, unit: Unit, actor: Actor, act: str, before: Definition, after: Definition, note: str, **more: object
    ) -> None:
        facts = [
            {"kind": each.kind.value, "name": each.name, "version": each.version, "status": each.status.value}
            for each in (before, after)
        ]
        self._trail.note(
            unit,
            actor,
            act,
            ("definition", after.id),
            before=facts[0] if before.version else None,
            after=facts[1] | more,
            reason=note,
        )


def _sequence(name: str, body: Mapping[str, object]) -> PlayedSequence:
    return read_sequence(json.dumps({"files": {}, **body}), str(_NO_FOLDER / name))


def _check_name(name: str, note: str) -> None:
    parse(_NameFile, json.dumps({"name": name}), "definition")
    if len(note) > MOST_NOTE:
        raise InvalidInput(f"note: has {len(note)} characters", hint=f"at most {MOST_NOTE} are possible")


def _unknown(kind: DefinitionKind, name: str) -> UnknownDefinition:
    return UnknownDefinition(f"there is no {kind.value} {name}", hint="list the definitions to see their names")
