"""Clients of the organization."""

from typing import Annotated, cast

from fastapi import Depends
from pydantic import Field

from drover.platform.db.database import Database
from drover.platform.db.whose import Organization
from drover.platform.web.pages import Page, PageWanted, page_of
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.tenancy.endpoints.shapes import ClientShape, Given, Reason, StatusWord, client_shape, status_of
from drover.tenancy.entering import Known
from drover.tenancy.service import Clients

router = capability_router("clients")
Opened = Annotated[Database, Depends(provided(Database))]
ClientService = Annotated[Clients, Depends(provided(Clients))]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class ClientWanted(Given):
    """A client to be made."""

    name: Name


class ClientChange(Given):
    """What is to be another; what is left out stays."""

    name: Name | None = None
    status: StatusWord | None = None
    reason: Reason = ""


@router.get("/clients", summary="My clients, by name")
async def index(
    caller: Known, clients: ClientService, database: Opened, wanted: Annotated[PageWanted, Depends()]
) -> Page[ClientShape]:
    """List the clients that the caller has access to; for a super user, all of the organization."""
    after = cast("tuple[str, str] | None", wanted.position(str, str))
    async with database.reading(Organization(caller.organization)) as unit:
        rows = await clients.page(unit, caller, after=after, limit=wanted.rows)
    return page_of(rows, wanted, lambda client: (client.name, client.id), client_shape)


@router.post("/clients", summary="Make a client", status_code=201)
async def make(given: ClientWanted, caller: Known, clients: ClientService, database: Opened) -> ClientShape:
    """Make a client, to which the caller has full access."""
    async with database.writing(Organization(caller.organization)) as unit:
        return client_shape(await clients.create(unit, caller, given.name))


@router.get("/clients/{client_id}", summary="A client")
async def show(client_id: str, caller: Known, clients: ClientService, database: Opened) -> ClientShape:
    """Show a client."""
    async with database.reading(Organization(caller.organization)) as unit:
        return client_shape(await clients.get(unit, caller, client_id))


@router.patch("/clients/{client_id}", summary="Rename a client, or set its status")
async def change(
    client_id: str, given: ClientChange, caller: Known, clients: ClientService, database: Opened
) -> ClientShape:
    """Change it; an inactive client has no logins of its users and no new runs, and a deleted one stays deleted."""
    status = status_of(given.status)
    async with database.writing(Organization(caller.organization)) as unit:
        changed = await clients.change(unit, caller, client_id, name=given.name, status=status, reason=given.reason)
    return client_shape(changed)
