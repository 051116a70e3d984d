"""Lists by keyset: a page tells where the next one begins; there are no page numbers and no totals."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Final, Generic, TypeVar, cast

from fastapi import Query
from pydantic import BaseModel

from drover.kernel.errors import InvalidInput

MOST: Final = 200
USUAL: Final = 50
_MOST_CURSOR: Final = 512

Row = TypeVar("Row")
Item = TypeVar("Item")
KeyPart = str | int | datetime


class BadCursor(InvalidInput):
    """`after` is nothing that this list has told as `next`."""

    def __init__(self) -> None:
        super().__init__("after: is no cursor of this list", hint="give what `next` told, or leave it out")


class Page(BaseModel, Generic[Item]):
    """Some items in the list's order, and the cursor of those that follow, if any."""

    items: list[Item]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class PageWanted:
    """Which part of a list is asked for; a dependency: `wanted: Annotated[PageWanted, Depends()]`."""

    limit: Annotated[int, Query(ge=1, le=MOST, description="How many items at most.")] = USUAL
    after: Annotated[str | None, Query(max_length=_MOST_CURSOR, description="`next` of the page before.")] = None

    def position(self, *parts: type[str] | type[int] | type[datetime]) -> tuple[KeyPart, ...] | None:
        """Return the key of the last row already seen, its parts of these types, or None at the list's beginning.

        Raises BadCursor.
        """
        return None if self.after is None else decode(self.after, parts)

    @property
    def rows(self) -> int:
        """How many rows to fetch: one more than are shown, to know whether any follow."""
        return self.limit + 1


def page_of(
    rows: Sequence[Row], wanted: PageWanted, key: Callable[[Row], tuple[KeyPart, ...]], show: Callable[[Row], Item]
) -> Page[Item]:
    """Return the page of `rows`, of which `wanted.rows` were fetched; `key` is what the list is ordered by."""
    shown = rows[: wanted.limit]
    following = encode(key(shown[-1])) if len(rows) > wanted.limit else None
    return Page(items=[show(row) for row in shown], next=following)


def encode(key: tuple[KeyPart, ...]) -> str:
    """Return the cursor of a row's key. Datetimes are aware."""
    parts = [part.astimezone(UTC).isoformat() if isinstance(part, datetime) else part for part in key]
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, parts: Sequence[type[str] | type[int] | type[datetime]]) -> tuple[KeyPart, ...]:
    """Return the key that `cursor` holds. Raises BadCursor unless it has exactly parts of these types."""
    try:
        data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values: object = json.loads(data)
    except (ValueError, binascii.Error, RecursionError) as error:
        raise BadCursor from error
    if not isinstance(values, list) or len(cast("list[object]", values)) != len(parts):
        raise BadCursor
    return tuple(_part(value, kind) for value, kind in zip(cast("list[object]", values), parts, strict=True))


def _part(value: object, kind: type[str] | type[int] | type[datetime]) -> KeyPart:
    if kind is int and type(value) is int and abs(value) < 2**63:
        return value
    if not isinstance(value, str) or kind is int or "\0" in value or not value.isprintable():
        raise BadCursor
    if kind is str:
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadCursor from error
    if moment.tzinfo is None:
        raise BadCursor
    return moment
