"""The audit trail over HTTP. It stands here as the trail itself knows nothing of callers."""

from datetime import datetime
from typing import Annotated, Any, Literal, cast

from fastapi import Depends, Query
from pydantic import BaseModel

from drover.audit.domain import ORGANIZATION_CHAIN, Entry, Head
from drover.audit.service import Report, Trail
from drover.platform.db.database import Database
from drover.platform.db.whose import OneClient, Organization
from drover.platform.web.pages import Page, PageWanted, page_of
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.tenancy.entering import Entered, allowed, entering
from drover.tenancy.service import Act, Caller

router = capability_router("audit")
Opened = Annotated[Database, Depends(provided(Database))]
Kept = Annotated[Trail, Depends(provided(Trail))]
Wanted = Annotated[PageWanted, Depends()]
Auditor = Annotated[Entered, Depends(entering(Act.SEE_AUDIT))]
OrganizationAuditor = Annotated[Caller, Depends(allowed(Act.SEE_ORGANIZATION_AUDIT))]


class EntryShape(BaseModel):
    """One act. `position` is its place in the chain; null until it is sealed, a second later."""

    id: str
    position: int | None
    at: datetime
    actor: str
    actor_kind: str
    address: str
    act: str
    subject_kind: str
    subject_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str
    phone: str | None
    frame: str | None


class BreakShape(BaseModel):
    """A place at which a chain does not hold."""

    position: int
    flaw: Literal["missing", "changed", "other_head"]
    id: str


class ReportShape(BaseModel):
    """Whether a chain holds. Keep `position` and `hash` elsewhere, and give them to a later check."""

    whole: bool
    position: int
    hash: str
    breaks: list[BreakShape]


class Anchor:
    """The end of a chain that was told earlier: it must be in the chain still."""

    def __init__(
        self,
        position: Annotated[int | None, Query(ge=1, description="`position` of an earlier check.")] = None,
        hash: Annotated[str, Query(max_length=64, description="`hash` of the same check.")] = "",  # noqa: A002  its name
    ) -> None:
        self.head = None if position is None else Head(position, hash)


@router.get("/clients/{client_id}/audit", summary="What was done in a client, newest first")
async def index(entered: Auditor, trail: Kept, database: Opened, wanted: Wanted) -> Page[EntryShape]:
    """List the acts of a client's chain."""
    return await _page(database, trail, entered.whose, entered.client, wanted)


@router.get("/clients/{client_id}/audit/check", summary="Check a client's chain")
async def check(entered: Auditor, trail: Kept, database: Opened, anchor: Annotated[Anchor, Depends()]) -> ReportShape:
    """Go along the chain, and tell what was changed, removed or moved."""
    return await _check(database, trail, entered.whose, entered.client, anchor)


@router.get("/audit", summary="What was done in no client, newest first")
async def index_of_organization(
    caller: OrganizationAuditor, trail: Kept, database: Opened, wanted: Wanted
) -> Page[EntryShape]:
    """List the acts of the organization's own chain."""
    return await _page(database, trail, Organization(caller.organization), ORGANIZATION_CHAIN, wanted)


@router.get("/audit/check", summary="Check the organization's own chain")
async def check_of_organization(
    caller: OrganizationAuditor, trail: Kept, database: Opened, anchor: Annotated[Anchor, Depends()]
) -> ReportShape:
    """Go along the chain, and tell what was changed, removed or moved."""
    return await _check(database, trail, Organization(caller.organization), ORGANIZATION_CHAIN, anchor)


async def _page(
    database: Database, trail: Trail, whose: OneClient | Organization, chain: str, wanted: PageWanted
) -> Page[EntryShape]:
    after = cast("tuple[datetime, str] | None", wanted.position(datetime, str))
    async with database.reading(whose) as unit:
        rows = await trail.newest(unit, chain, after=after, limit=wanted.rows)
    return page_of(rows, wanted, lambda row: (row[0].at, row[0].id), lambda row: _shape(*row))


async def _check(
    database: Database, trail: Trail, whose: OneClient | Organization, chain: str, anchor: Anchor
) -> ReportShape:
    async with database.reading(whose) as unit:
        return _report(await trail.verify_chain(unit, chain, anchor=anchor.head))


def _shape(entry: Entry, position: int | None) -> EntryShape:
    return EntryShape(
        id=entry.id,
        position=position,
        at=entry.at,
        actor=entry.actor,
        actor_kind=entry.actor_kind,
        address=entry.address,
        act=entry.act,
        subject_kind=entry.subject.kind,
        subject_id=entry.subject.id,
        before=None if entry.before is None else dict(entry.before),
        after=None if entry.after is None else dict(entry.after),
        reason=entry.reason,
        phone=entry.phone,
        frame=entry.frame,
    )


def _report(report: Report) -> ReportShape:
    breaks = [BreakShape(position=one.position, flaw=one.flaw.value, id=one.id) for one in report.breaks]
    return ReportShape(whole=report.whole, position=report.head.position, hash=report.head.hash, breaks=breaks)
