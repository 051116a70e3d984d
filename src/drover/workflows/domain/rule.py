"""Recurrence rules (RFC 5545, 3.3.10) as values. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Final

from drover.workflows.domain.errors import BadRule

MOST_COUNT: Final = 5_000
MOST_INTERVAL: Final = 10_000
MOST_CHARACTERS: Final = 500


class Frequency(IntEnum):
    """What a rule repeats by, the longest first."""

    YEARLY = 0
    MONTHLY = 1
    WEEKLY = 2
    DAILY = 3
    HOURLY = 4
    MINUTELY = 5


WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Weekday:
    """A day of the week, 0 for Monday; with `ordinal`, the first (1), the last (-1) and so on of a month or year."""

    day: int
    ordinal: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A parsed rule. `by` holds its limits by name (`BYHOUR`), sorted; `until` is included.

    `until` is a local day, a local time, or a moment in UTC.
    """

    source: str
    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    by: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    weekdays: tuple[Weekday, ...] = ()
    week_start: int = 0

    def __str__(self) -> str:
        """Return the source."""
        return self.source


@dataclass(frozen=True, slots=True)
class _Limit:
    """What a BY part may hold, from `low` to `high`, if `negative` also from the end, and where it may stand."""

    low: int
    high: int
    negative: bool
    frequencies: frozenset[Frequency]


_ALL: Final = frozenset(Frequency)
_LIMITS: Final[Mapping[str, _Limit]] = {
    "BYMINUTE": _Limit(0, 59, negative=False, frequencies=_ALL),
    "BYHOUR": _Limit(0, 23, negative=False, frequencies=_ALL),
    "BYMONTHDAY": _Limit(1, 31, negative=True, frequencies=_ALL - {Frequency.WEEKLY}),
    "BYYEARDAY": _Limit(
        1, 366, negative=True, frequencies=frozenset({Frequency.YEARLY, Frequency.HOURLY, Frequency.MINUTELY})
    ),
    "BYWEEKNO": _Limit(1, 53, negative=True, frequencies=frozenset({Frequency.YEARLY})),
    "BYMONTH": _Limit(1, 12, negative=False, frequencies=_ALL),
    "BYSETPOS": _Limit(1, 366, negative=True, frequencies=_ALL - {Frequency.HOURLY, Frequency.MINUTELY}),
}
"""RFC 5545's table, without seconds; BYSETPOS of hours and minutes would choose among very few."""

_OTHER: Final = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY")
_NUMBER: Final = re.compile(r"[+-]?\d{1,5}")
_WEEKDAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL: Final = re.compile(r"\d{8}(T\d{6}Z?)?")
_MOST_ORDINAL: Final = {Frequency.YEARLY: 53, Frequency.MONTHLY: 5}


def parse_rule(source: str) -> Rule:
    """Return the rule, in either case, with or without `RRULE:`. Raises BadRule, which names the part."""
    if len(source) > MOST_CHARACTERS:
        raise BadRule(f"a rule of {len(source)} characters", hint=f"at most {MOST_CHARACTERS} are possible")
    text = source.strip().upper().removeprefix("RRULE:")
    parts = _parts(text)
    frequency = _frequency(parts)
    by = {name: _numbers(name, value, frequency) for name, value in parts.items() if name in _LIMITS}
    rule = Rule(
        source=text,
        frequency=frequency,
        interval=_number("INTERVAL", parts.get("INTERVAL", "1"), 1, MOST_INTERVAL),
        count=_number("COUNT", parts["COUNT"], 1, MOST_COUNT) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        by=by,
        weekdays=_weekdays(parts.get("BYDAY", ""), frequency),
        week_start=_week_start(parts.get("WKST", "MO")),
    )
    _refuse_contradictions(rule)
    return rule


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise BadRule(f"{part or 'the rule'!s} is no NAME=VALUE", hint="such as FREQ=DAILY;BYHOUR=9")
        if name == "BYSECOND":
            raise BadRule("BYSECOND: moments are whole minutes", hint="leave it out")
        if name not in _LIMITS and name not in _OTHER:
            raise BadRule(f"{name} is no part of a rule", hint=f"known: {', '.join((*_OTHER, *_LIMITS))}")
        if name in parts:
            raise BadRule(f"{name} is given twice", hint="remove one; values are parted by commas")
        parts[name] = value
    return parts


def _frequency(parts: Mapping[str, str]) -> Frequency:
    name = parts.get("FREQ", "")
    if name not in Frequency.__members__:
        reason = f"FREQ={name} is not kept here" if name else "has no FREQ"
        raise BadRule(reason, hint=f"known: {', '.join(Frequency.__members__)}")
    return Frequency[name]


def _numbers(name: str, value: str, frequency: Frequency) -> tuple[int, ...]:
    limit = _LIMITS[name]
    if frequency not in limit.frequencies:
        allowed = ", ".join(each.name for each in Frequency if each in limit.frequencies)
        raise BadRule(f"{name} has no meaning with FREQ={frequency.name}", hint=f"it goes with: {allowed}")
    return tuple(sorted({_limited(name, each, limit) for each in value.split(",")}))


def _limited(name: str, text: str, limit: _Limit) -> int:
    number = int(text) if _NUMBER.fullmatch(text) else None
    size = abs(number) if number is not None and limit.negative else number
    if number is None or size is None or not limit.low <= size <= limit.high:
        signs = ", also negative" if limit.negative else ""
        raise BadRule(f"{name}={text} is out of range", hint=f"from {limit.low} to {limit.high}{signs}")
    return number


def _number(name: str, text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        raise BadRule(f"{name}={text} is out of range", hint=f"from {low} to {high}")
    return int(text[:9])


def _weekdays(text: str, frequency: Frequency) -> tuple[Weekday, ...]:
    found: set[Weekday] = set()
    for each in text.split(",") if text else ():
        match = _WEEKDAY.fullmatch(each)
        if match is None:
            raise BadRule(f"BYDAY={each} is no day of the week", hint=f"known: {', '.join(WEEKDAYS)}; 1MO is the first")
        ordinal, most = int(match[1] or 0), _MOST_ORDINAL.get(frequency, 0)
        if abs(ordinal) > most or (match[1] and not ordinal):
            hint = f"from 1 to {most}, or from -1 to -{most}" if most else "numbers go with MONTHLY and YEARLY"
            raise BadRule(f"BYDAY={each} has no meaning with FREQ={frequency.name}", hint=hint)
        found.add(Weekday(WEEKDAYS.index(match[2]), ordinal))
    return tuple(sorted(found, key=lambda each: (each.ordinal, each.day)))


def _week_start(text: str) -> int:
    if text not in WEEKDAYS:
        raise BadRule(f"WKST={text} is no day of the week", hint=f"known: {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(text)


def _until(text: str) -> date | datetime:
    hint = "such as 20261231, 20261231T180000 (local), 20261231T170000Z (UTC)"
    if not _UNTIL.fullmatch(text):
        raise BadRule(f"UNTIL={text} is no date or time", hint=hint)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadRule(f"UNTIL={text} is no date or time", hint=hint) from error
    return moment if "T" in text else moment.date()


def _refuse_contradictions(rule: Rule) -> None:
    if rule.count is not None and rule.until is not None:
        raise BadRule("both COUNT and UNTIL are given", hint="RFC 5545 allows one of them")
    if "BYSETPOS" in rule.by and not rule.weekdays and len(rule.by) == 1:
        raise BadRule("BYSETPOS chooses from nothing", hint="add another BY part")
    if "BYMONTH" in rule.by and any(abs(each.ordinal) > _MOST_ORDINAL[Frequency.MONTHLY] for each in rule.weekdays):
        raise BadRule("BYDAY counts within the months of BYMONTH", hint="a month has no day of the week six times")
    if "BYWEEKNO" in rule.by and any(each.ordinal for each in rule.weekdays):
        raise BadRule("BYDAY cannot be numbered beside BYWEEKNO", hint="leave the numbers out")
