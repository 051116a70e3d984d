"""The kill switch."""

from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, Field

from drover.platform.db.database import Database
from drover.platform.db.whose import Organization
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.tenancy.endpoints.shapes import Given, HaltShape, Reason
from drover.tenancy.entering import Known
from drover.tenancy.service import Act, Halts, Thrown

router = capability_router("halts")
Opened = Annotated[Database, Depends(provided(Database))]
HaltService = Annotated[Halts, Depends(provided(Halts))]


class HaltWanted(Given):
    """Why everything is to stop."""

    reason: Annotated[Reason, Field(min_length=1)]


class UnhaltWanted(Given):
    """Why it may go on."""

    reason: Annotated[Reason, Field(min_length=1)]


class ThrownShape(HaltShape):
    """A kill switch that is thrown: of a client, or of all of the organization (null)."""

    client: str | None


class ThrownList(BaseModel):
    """All that are thrown and concern the caller."""

    items: list[ThrownShape]


@router.get("/halts", summary="Kill switches that are thrown")
async def index(caller: Known, halts: HaltService, database: Opened) -> ThrownList:
    """List that of the organization, and those of the clients that the caller knows of."""
    async with database.reading(Organization(caller.organization)) as unit:
        thrown = await halts.thrown(unit)
    known = [one for one in thrown if one.client is None or one.client in caller.clients or caller.may(Act.HALT_ALL)]
    return ThrownList(items=[_shape(one) for one in known])


@router.post("/halt", summary="Stop everything")
async def halt_all(given: HaltWanted, caller: Known, halts: HaltService) -> ThrownShape:
    """Stop every run of the organization within a second; nothing starts until it is taken back."""
    return _shape(await halts.halt_all(caller, given.reason))


@router.post("/unhalt", summary="Let everything go on", status_code=204)
async def unhalt_all(given: UnhaltWanted, caller: Known, halts: HaltService) -> None:
    """Take the organization's kill switch back; clients that are halted by themselves stay so."""
    await halts.unhalt_all(caller, given.reason)


@router.post("/clients/{client_id}/halt", summary="Stop a client")
async def halt(client_id: str, given: HaltWanted, caller: Known, halts: HaltService) -> ThrownShape:
    """Stop every run of the client within a second; nothing of it starts until it is taken back."""
    return _shape(await halts.halt(caller, client_id, given.reason))


@router.post("/clients/{client_id}/unhalt", summary="Let a client go on", status_code=204)
async def unhalt(client_id: str, given: UnhaltWanted, caller: Known, halts: HaltService) -> None:
    """Take the client's kill switch back."""
    await halts.unhalt(caller, client_id, given.reason)


def _shape(thrown: Thrown) -> ThrownShape:
    return ThrownShape(client=thrown.client, at=thrown.halt.at, by=thrown.halt.by, reason=thrown.halt.reason)
