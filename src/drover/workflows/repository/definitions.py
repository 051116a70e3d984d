"""Definitions and their versions in the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_

from drover.platform.db.database import Unit
from drover.workflows.domain.definitions import (
    Definition,
    DefinitionKind,
    DefinitionStatus,
    UnknownDefinition,
    Version,
)
from drover.workflows.models.definitions import DefinitionRow, DefinitionVersionRow


@dataclass(frozen=True, slots=True)
class DefinitionFilter:
    """Which definitions to list; None: any."""

    kind: DefinitionKind | None = None
    status: DefinitionStatus | None = None


async def named(unit: Unit, kind: DefinitionKind, name: str, *, lock: bool = False) -> Definition | None:
    """Return the definition of that name; with `lock`, nobody else changes it before this unit ends."""
    query = select(DefinitionRow).where(DefinitionRow.kind == kind.value, DefinitionRow.name == name)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = await unit.session.scalar(query)
    return None if row is None else _definition(row)


async def by_id(unit: Unit, definition_id: str) -> Definition:
    """Return a definition. Raises UnknownDefinition."""
    row = await unit.session.scalar(select(DefinitionRow).where(DefinitionRow.id == definition_id))
    if row is None:
        raise UnknownDefinition(f"there is no definition {definition_id}", hint="list the definitions")
    return _definition(row)


async def names(unit: Unit, ids: Collection[str]) -> Mapping[str, str]:
    """Return the names of definitions by their ids."""
    rows = await unit.session.execute(select(DefinitionRow.id, DefinitionRow.name).where(DefinitionRow.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def listed(
    unit: Unit, wanted: DefinitionFilter, after: tuple[str, str] | None, limit: int
) -> Sequence[Definition]:
    """Return definitions in order of name and id, those after a (name, id)."""
    query = select(DefinitionRow).order_by(DefinitionRow.name, DefinitionRow.id).limit(limit)
    if wanted.kind is not None:
        query = query.where(DefinitionRow.kind == wanted.kind.value)
    if wanted.status is not None:
        query = query.where(DefinitionRow.status == wanted.status.value)
    if after is not None:
        query = query.where(tuple_(DefinitionRow.name, DefinitionRow.id) > tuple_(*after))
    return [_definition(row) for row in await unit.session.scalars(query)]


async def of_kind(unit: Unit, kind: DefinitionKind, wanted: Collection[str]) -> Sequence[Definition]:
    """Return the definitions of a kind that have one of the names."""
    query = select(DefinitionRow).where(DefinitionRow.kind == kind.value, DefinitionRow.name.in_(wanted))
    return [_definition(row) for row in await unit.session.scalars(query)]


async def names_of_kind(unit: Unit, kind: DefinitionKind, limit: int) -> Sequence[str]:
    """Return the names of definitions of a kind that are in use, the first so many."""
    query = select(DefinitionRow.name).where(
        DefinitionRow.kind == kind.value, DefinitionRow.status == DefinitionStatus.ACTIVE.value
    )
    return list(await unit.session.scalars(query.order_by(DefinitionRow.name).limit(limit)))


async def newest(unit: Unit, kind: DefinitionKind) -> Definition | None:
    """Return the definition of a kind that is in use and was changed last; None where there is none."""
    query = (
        select(DefinitionRow)
        .join(
            DefinitionVersionRow,
            (DefinitionVersionRow.definition_id == DefinitionRow.id)
            & (DefinitionVersionRow.client_id == DefinitionRow.client_id)
            & (DefinitionVersionRow.version == DefinitionRow.version),
        )
        .where(DefinitionRow.kind == kind.value, DefinitionRow.status == DefinitionStatus.ACTIVE.value)
        .order_by(DefinitionVersionRow.at.desc(), DefinitionRow.id)
        .limit(1)
    )
    row = await unit.session.scalar(query)
    return None if row is None else _definition(row)


async def keep(unit: Unit, definition: Definition, version: Version | None = None) -> None:
    """Write a definition, known or new, and a new version of it. Raises Conflict for one that is there already."""
    row = await unit.session.scalar(select(DefinitionRow).where(DefinitionRow.id == definition.id))
    if row is None:
        row = DefinitionRow(
            id=definition.id, kind=definition.kind.value, name=definition.name, created_at=definition.created_at
        )
    row.version = definition.version
    row.status = definition.status.value
    unit.session.add(row)
    await unit.session.flush()
    if version is not None:
        unit.session.add(
            DefinitionVersionRow(
                definition_id=version.definition_id,
                version=version.version,
                body=dict(version.body),
                digest=version.digest,
                by=version.by,
                at=version.at,
                note=version.note,
            )
        )
        await unit.session.flush()


async def version_of(unit: Unit, definition_id: str, version: int) -> Version:
    """Return a version. Raises UnknownDefinition."""
    query = select(DefinitionVersionRow).where(
        DefinitionVersionRow.definition_id == definition_id, DefinitionVersionRow.version == version
    )
    row = await unit.session.scalar(query)
    if row is None:
        raise UnknownDefinition(f"there is no version {version} of it", hint="list its versions")
    return _version(row)


async def versions_of(unit: Unit, definition_id: str, before: int | None, limit: int) -> Sequence[Version]:
    """Return versions of a definition, the newest first, those older than `before`."""
    query = select(DefinitionVersionRow).where(DefinitionVersionRow.definition_id == definition_id)
    if before is not None:
        query = query.where(DefinitionVersionRow.version < before)
    query = query.order_by(DefinitionVersionRow.version.desc()).limit(limit)
    return [_version(row) for row in await unit.session.scalars(query)]


async def version_numbers(unit: Unit, definition_id: str) -> frozenset[int]:
    """Return which versions a definition has."""
    query = select(DefinitionVersionRow.version).where(DefinitionVersionRow.definition_id == definition_id)
    return frozenset(await unit.session.scalars(query))


def _definition(row: DefinitionRow) -> Definition:
    return Definition(
        row.id, DefinitionKind(row.kind), row.name, row.version, DefinitionStatus(row.status), row.created_at
    )


def _version(row: DefinitionVersionRow) -> Version:
    return Version(row.definition_id, row.version, row.body, row.digest, row.by, row.at, row.note)
