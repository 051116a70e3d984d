"""What happened to a phone, from what the database tells of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from drover.platform.db.database import Unit
from drover.platform.db.outbox import events_about

_MOST: Final = 100
_Body = Mapping[str, Any]
_WORDS: Final[Mapping[str, Callable[[_Body], str]]] = {
    "phone_registered": lambda body: f"Seen for the first time, as {body.get('name', '')}",
    "phone_state": lambda body: f"{body.get('before')} → {body.get('after')}{_why(body)}",
    "phone_changed": lambda body: "Changed: " + _changed(body),
    "lease_taken": lambda body: f"Taken by {_holder(body)}",
    "lease_released": lambda body: f"Let go by {_holder(body)}",
    "lease_expired": lambda body: f"The lease of {_holder(body)} ran out",
    "lease_broken": lambda body: f"Taken away from {_holder(body)}",
}


async def history_of(unit: Unit, phone_id: str) -> Sequence[tuple[datetime, str]]:
    """Return what happened to a phone lately, the latest first."""
    events = await events_about(unit, ("phone", phone_id), most=_MOST)
    return [(event.at, words(event.kind, event.body)) for event in events]


def words(kind: str, body: _Body) -> str:
    """Return an event in words; one that is not known here by its kind."""
    told = _WORDS.get(kind)
    return kind.replace("_", " ").capitalize() if told is None else told(body)


def _why(body: _Body) -> str:
    return f": {body['reason']}" if body.get("reason") else ""


def _holder(body: _Body) -> str:
    purpose = body.get("purpose")
    return f"{body.get('holder_kind', 'somebody')}" + (f" ({purpose})" if purpose else "")


def _changed(body: _Body) -> str:
    tags = ", ".join(body.get("tags") or []) or "no tags"
    hold = f", held in {body['hold']}" if body.get("hold") else ""
    return f"{body.get('name')}, {tags}{hold}" + ("" if body.get("active", True) else ", not active")
