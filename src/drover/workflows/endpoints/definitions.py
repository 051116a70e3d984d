"""The HTTP routes of a client's definitions: sequences, workflows and screens, in versions."""

from datetime import datetime
from typing import Annotated, Any, Final, cast

from fastapi import Depends, Query, Request, Response, status
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from drover.platform.db.database import Database
from drover.platform.web.pages import Page, PageWanted, page_of
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.tenancy.entering import Entered, entering
from drover.tenancy.service import Act
from drover.workflows.domain.definitions import Definition, DefinitionKind, DefinitionStatus, Version
from drover.workflows.service.definitions import DefinitionFilter, Definitions

router = capability_router("definitions")

Data = Annotated[Database, Depends(provided(Database))]
Seeing = Annotated[Entered, Depends(entering(Act.SEE))]
Defining = Annotated[Entered, Depends(entering(Act.DEFINE))]
Wanted = Annotated[PageWanted, Depends()]
Service = Annotated[Definitions, Depends(provided(Definitions))]

_LIST = "/clients/{client_id}/definitions"
UPLOADS: Final = "/clients/[^/]+/content/[^/]+"
_ONE = _LIST + "/{kind}/{name}"
_BYTES: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"application/octet-stream": {}}}}


class DefinitionShown(BaseModel):
    """A definition; `version` is the one in use."""

    id: str
    kind: DefinitionKind
    name: str
    version: int
    status: DefinitionStatus
    created_at: datetime

    @classmethod
    def of(cls, definition: Definition) -> "DefinitionShown":
        """Return how a definition is shown."""
        return cls(
            id=definition.id,
            kind=definition.kind,
            name=definition.name,
            version=definition.version,
            status=definition.status,
            created_at=definition.created_at,
        )


class VersionShown(BaseModel):
    """A version of a definition: who made it, when, and what they noted."""

    version: int
    digest: str
    by: str
    at: datetime
    note: str

    @classmethod
    def of(cls, version: Version) -> "VersionShown":
        """Return how a version is shown."""
        return cls(version=version.version, digest=version.digest, by=version.by, at=version.at, note=version.note)


class DefinitionWhole(DefinitionShown):
    """A definition with a version of it."""

    shown: VersionShown
    body: dict[str, JsonValue]


class Difference(BaseModel):
    """How one version differs from another: a unified diff of their texts, empty where they are the same."""

    old: int
    new: int
    diff: str


class DefinitionWanted(BaseModel):
    """A body to keep under a name."""

    model_config = ConfigDict(extra="forbid")

    body: dict[str, JsonValue]
    note: str = Field(default="", max_length=2000)


class Restoring(BaseModel):
    """Which version is to come back."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1)


@router.get(_LIST, summary="The client's definitions, by name")
async def list_definitions(
    entered: Seeing,
    wanted: Wanted,
    data: Data,
    definitions: Service,
    kind: DefinitionKind | None = None,
    status: DefinitionStatus | None = None,
) -> Page[DefinitionShown]:
    """Return a page of them."""
    after = cast("tuple[str, str] | None", wanted.position(str, str))
    async with data.reading(entered.whose) as unit:
        found = await definitions.list(unit, DefinitionFilter(kind, status), after, wanted.rows)
    return page_of(found, wanted, lambda each: (each.name, each.id), DefinitionShown.of)


@router.get(_ONE, summary="A definition, in use or at a version")
async def get_definition(
    kind: DefinitionKind,
    name: str,
    entered: Seeing,
    data: Data,
    definitions: Service,
    version: Annotated[int | None, Query(ge=1)] = None,
) -> DefinitionWhole:
    """Return it with its body."""
    async with data.reading(entered.whose) as unit:
        definition, shown = await definitions.get(unit, kind, name, version)
    head = DefinitionShown.of(definition).model_dump()
    return DefinitionWhole(**head, shown=VersionShown.of(shown), body=cast("dict[str, JsonValue]", shown.body))


@router.put(_ONE, summary="Keep a definition")
async def put_definition(
    kind: DefinitionKind, name: str, wanted: DefinitionWanted, entered: Defining, data: Data, definitions: Service
) -> DefinitionShown:
    """Make a new version where the body differs from the one in use. 422 with every fault of the body."""
    async with data.writing(entered.whose) as unit:
        return DefinitionShown.of(
            await definitions.put(unit, entered.caller, kind, name, wanted.body, note=wanted.note)
        )


@router.put(
    "/clients/{client_id}/content/{digest}",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Upload what definitions name by its SHA-256",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
async def put_content(digest: str, request: Request, entered: Defining, definitions: Service) -> None:  # noqa: ARG001  who is not let in uploads nothing
    """Keep a picture, a video or an archive of screens, 100 MiB at most. 422 where the digest is another one's."""
    await definitions.upload(digest, await request.body())


@router.get(
    _ONE + "/files/{file:path}", summary="A file that a definition names", response_class=Response, responses=_BYTES
)
async def get_file(
    kind: DefinitionKind,
    name: str,
    file: str,
    entered: Seeing,
    data: Data,
    definitions: Service,
    version: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Return its content. What a sequence pushes is named in its `files`; a registry is `screens.zip`."""
    async with data.reading(entered.whose) as unit:
        digest = await definitions.digest(unit, kind, name, file, version)
    content = await definitions.content(digest)
    return Response(content, media_type="application/octet-stream", headers={"Content-Disposition": "attachment"})


@router.delete(_ONE, summary="Retire a definition")
async def retire_definition(
    kind: DefinitionKind, name: str, entered: Defining, data: Data, definitions: Service
) -> DefinitionShown:
    """Offer it no more. Its versions stay, and runs and schedules that name it go on."""
    async with data.writing(entered.whose) as unit:
        return DefinitionShown.of(await definitions.retire(unit, entered.caller, kind, name))


@router.get(_ONE + "/versions", summary="A definition's versions, the newest first")
async def list_versions(
    kind: DefinitionKind, name: str, entered: Seeing, wanted: Wanted, data: Data, definitions: Service
) -> Page[VersionShown]:
    """Return a page of them."""
    position = cast("tuple[int] | None", wanted.position(int))
    before = position[0] if position is not None else None
    async with data.reading(entered.whose) as unit:
        found = await definitions.versions(unit, kind, name, before, wanted.rows)
    return page_of(found, wanted, lambda each: (each.version,), VersionShown.of)


@router.get(_ONE + "/diff", summary="How one version differs from another")
async def diff_versions(
    kind: DefinitionKind,
    name: str,
    entered: Seeing,
    data: Data,
    definitions: Service,
    old: Annotated[int, Query(ge=1)],
    new: Annotated[int, Query(ge=1)],
) -> Difference:
    """Return a unified diff."""
    async with data.reading(entered.whose) as unit:
        return Difference(old=old, new=new, diff=await definitions.diff(unit, kind, name, old, new))


@router.post(_ONE + "/restore", summary="Bring an old version back")
async def restore_version(
    kind: DefinitionKind, name: str, wanted: Restoring, entered: Defining, data: Data, definitions: Service
) -> DefinitionShown:
    """Make it a new version."""
    async with data.writing(entered.whose) as unit:
        return DefinitionShown.of(await definitions.restore(unit, entered.caller, kind, name, wanted.version))
