"""Queries of requests that came with a key of their own, so that none of them is done twice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from drover.platform.db.database import Unit
from drover.tenancy.models import IdempotencyKeyRow


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """A request under a key: its digest, when it was begun, and the answer, None while it is being done."""

    digest: str
    at: datetime
    status: int | None
    body: str


async def request(unit: Unit, user_id: str, key: str) -> KeptRequest | None:
    """Return what is kept under a user's key, locked until the unit ends."""
    row = await _row(unit, user_id, key)
    if row is None:
        return None
    return KeptRequest(row.request_hash, row.at, row.status, str((row.body or {}).get("text", "")))


async def begin(unit: Unit, user_id: str, key: str, digest: str, at: datetime) -> None:
    """Keep that the first request of a key was begun. Raises Conflict where another was faster."""
    unit.session.add(IdempotencyKeyRow(user_id=user_id, key=key, request_hash=digest, at=at))
    await unit.session.flush()


async def begin_again(unit: Unit, user_id: str, key: str, digest: str, at: datetime) -> None:
    """Keep that a request was begun in place of the one that is kept, which this unit has locked."""
    row = await _row(unit, user_id, key)
    if row is not None:
        row.request_hash, row.at, row.status, row.body = digest, at, None, None
        await unit.session.flush()


async def finish(unit: Unit, user_id: str, key: str, status: int, body: str) -> None:
    """Keep what a request was answered."""
    row = await _row(unit, user_id, key)
    if row is not None:
        row.status, row.body = status, {"text": body}
        await unit.session.flush()


async def forget(unit: Unit, user_id: str, key: str) -> None:
    """Forget a request, if it is there."""
    chosen = (IdempotencyKeyRow.user_id == user_id) & (IdempotencyKeyRow.key == key)
    await unit.session.execute(delete(IdempotencyKeyRow).where(chosen))


async def forget_before(unit: Unit, at: datetime) -> None:
    """Forget the requests begun before then."""
    await unit.session.execute(delete(IdempotencyKeyRow).where(IdempotencyKeyRow.at < at))


async def _row(unit: Unit, user_id: str, key: str) -> IdempotencyKeyRow | None:
    chosen = (IdempotencyKeyRow.user_id == user_id) & (IdempotencyKeyRow.key == key)
    return await unit.session.scalar(select(IdempotencyKeyRow).where(chosen).with_for_update())
