"""Apps and what may be done in them. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Final, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import JsonValue

from drover.accounts.domain.placing import MOST_SLOTS
from drover.kernel.errors import InvalidInput

_KEYS: Final = ("tasks", "acts_per_day", "quiet")
_QUIET_KEYS: Final = {"from", "to", "zone"}


_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_-]+)+")


class BadApp(InvalidInput):
    """An app cannot be kept so."""


class BadPolicy(InvalidInput):
    """An app's policy cannot be read; says what is wrong where."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(
            f"policy.{where}: {reason}",
            hint='like {"tasks": ["tap", "type"], "acts_per_day": 200,'
            ' "quiet": {"from": "22:00", "to": "07:00", "zone": "Europe/Berlin"}}',
        )


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the day in which nothing is done, by the clocks of a time zone; they may go over midnight."""

    start: time
    end: time
    zone: str

    def holds(self, now: datetime) -> bool:
        """Whether it is quiet at `now`; the start belongs to it, the end does not."""
        there = now.astimezone(ZoneInfo(self.zone)).time()
        if self.start <= self.end:
            return self.start <= there < self.end
        return there >= self.start or there < self.end


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be done in an app: kinds of task (None: all), acts per account and day (None: any number), and when."""

    tasks: frozenset[str] | None = None
    acts_per_day: int | None = None
    quiet: Quiet | None = None

    def allows(self, task: str) -> bool:
        """Whether a kind of task is allowed."""
        return self.tasks is None or task in self.tasks

    def document(self) -> dict[str, JsonValue]:
        """Return it as `policy_of` reads it."""
        document: dict[str, JsonValue] = {}
        if self.tasks is not None:
            document["tasks"] = [*sorted(self.tasks)]
        if self.acts_per_day is not None:
            document["acts_per_day"] = self.acts_per_day
        if self.quiet is not None:
            quiet = self.quiet
            document["quiet"] = {"from": f"{quiet.start:%H:%M}", "to": f"{quiet.end:%H:%M}", "zone": quiet.zone}
        return document


@dataclass(frozen=True, slots=True)
class App:
    """An entry of the app registry.

    `slots` is how many slots it has on each phone, 0 for none; `switch_sequence` names the sequence that changes
    accounts, empty where there is none.
    """

    id: str
    name: str
    package: str
    slots: int = 0
    switch_sequence: str = ""
    policy: Policy = field(default_factory=Policy)


def check_package(package: str) -> str:
    """Return a package name. Raises BadApp."""
    if _PACKAGE.fullmatch(package) is None:
        raise BadApp(f"{package!r} is no package", hint="like org.example.plaza")
    return package


def check_slots(slots: int) -> int:
    """Return a number of slots that an app can have on a phone. Raises BadApp."""
    if not 0 <= slots <= MOST_SLOTS:
        raise BadApp(f"{slots} slots", hint=f"an app has 0 to {MOST_SLOTS} slots on a phone")
    return slots


def policy_of(document: Mapping[str, JsonValue]) -> Policy:
    """Return the policy that a document writes. Raises BadPolicy."""
    unknown = [key for key in document if key not in _KEYS]
    if unknown:
        raise BadPolicy(unknown[0], f"is not known; known: {', '.join(_KEYS)}")
    return Policy(
        tasks=_tasks(document.get("tasks")),
        acts_per_day=_acts(document.get("acts_per_day")),
        quiet=_quiet(document.get("quiet")),
    )


def _tasks(value: JsonValue) -> frozenset[str] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(kind, str) and kind for kind in value):
        raise BadPolicy("tasks", "must be a list of kinds of task")
    return frozenset(cast("list[str]", value))


def _acts(value: JsonValue) -> int | None:
    if value is None:
        return None
    if type(value) is not int or value < 0:
        raise BadPolicy("acts_per_day", "must be a whole number, 0 or more")
    return value


def _quiet(value: JsonValue) -> Quiet | None:
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != _QUIET_KEYS:
        raise BadPolicy("quiet", "must have from, to and zone")
    start, end = _hour("from", value["from"]), _hour("to", value["to"])
    if start == end:
        raise BadPolicy("quiet.to", "must differ from `from`")
    return Quiet(start, end, _zone(value["zone"]))


def _hour(name: str, value: JsonValue) -> time:
    try:
        return datetime.strptime(value if isinstance(value, str) else "", "%H:%M").time()  # noqa: DTZ007  a time of day
    except ValueError:
        raise BadPolicy(f"quiet.{name}", "must be a time of day such as 22:00") from None


def _zone(value: JsonValue) -> str:
    name = value if isinstance(value, str) else ""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadPolicy("quiet.zone", "must be a time zone such as Europe/Berlin") from None
    return name
