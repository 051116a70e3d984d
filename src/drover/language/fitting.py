"""Criteria in memory: whether what is known of one entity fits. `criteria` says what each comparison means."""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from drover.language.criteria import (
    All,
    Among,
    AnyOf,
    Compare,
    Contains,
    Criteria,
    Criterion,
    Missing,
    Not,
    Operator,
    Value,
)
from drover.language.errors import Mismatched, UnknownName

Fact = str | bool | int | float | Decimal | date | datetime | timedelta | tuple[str, ...] | None
"""What may be known of an entity: a `datetime` is aware, None is a missing value."""


class Type(Enum):
    """What a field holds."""

    TEXT = "a text"
    NUMBER = "a number"
    FLAG = "true or false"
    DATE = "a date"
    MOMENT = "a moment"
    DURATION = "a duration"
    LIST = "a list"


_TYPES: Final = (
    (bool, Type.FLAG),
    (str, Type.TEXT),
    (int | float | Decimal, Type.NUMBER),
    (datetime, Type.MOMENT),
    (date, Type.DATE),
    (timedelta, Type.DURATION),
    (tuple, Type.LIST),
)
_ORDERED: Final = frozenset({Type.TEXT, Type.NUMBER, Type.DATE, Type.MOMENT, Type.DURATION})
_COMPARABLE: Final = frozenset(
    {(each, each) for each in Type if each is not Type.LIST}
    | {(Type.MOMENT, Type.DATE), (Type.MOMENT, Type.DURATION), (Type.DATE, Type.DURATION)}
)
"""Which types of field compare with which types of value."""

_FOLD: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_COMPARE: Final[Mapping[Operator, Callable[[Any, Any], bool]]] = {
    Operator.EQUAL: operator.eq,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.MORE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


def check(criteria: Criteria, fields: Mapping[str, Type]) -> None:
    """Raise UnknownName for a field that there is not, Mismatched for a comparison that its type does not have."""
    for criterion in criteria_in(criteria):
        if criterion.field not in fields:
            raise UnknownName(criterion.column, "field", criterion.field, fields)
        _check(criterion, fields[criterion.field])


def criteria_in(criteria: Criteria) -> Iterable[Criterion]:
    """Yield the comparisons in the criteria, from the left."""
    match criteria:
        case Not():
            yield from criteria_in(criteria.criterion)
        case All() | AnyOf():
            for each in criteria.criteria:
                yield from criteria_in(each)
        case _:
            yield criteria


def fits(criteria: Criteria, facts: Mapping[str, Fact], now: datetime) -> bool:
    """Whether the criteria hold; `now` is aware. Raises UnknownName and Mismatched as `check`."""
    match criteria:
        case Not():
            return not fits(criteria.criterion, facts, now)
        case All():
            return all(fits(each, facts, now) for each in criteria.criteria)
        case AnyOf():
            return any(fits(each, facts, now) for each in criteria.criteria)
        case _:
            if criteria.field not in facts:
                raise UnknownName(criteria.column, "field", criteria.field, facts)
            return _holds(criteria, facts[criteria.field], now)


def type_of(fact: Fact | Value) -> Type:
    """Return the type of what is not missing."""
    return next(kind for made_of, kind in _TYPES if isinstance(fact, made_of))


def _holds(criterion: Criterion, fact: Fact, now: datetime) -> bool:
    if fact is None or isinstance(criterion, Missing):
        unequal = isinstance(criterion, Compare) and criterion.operator is Operator.UNEQUAL
        return fact is None and (unequal or isinstance(criterion, Missing))
    _check(criterion, type_of(fact))
    match criterion:
        case Compare(operator=Operator.UNEQUAL):
            return not _compared(fact, Operator.EQUAL, criterion.value, now)
        case Compare():
            return _compared(fact, criterion.operator, criterion.value, now)
        case Among():
            return any(_compared(fact, Operator.EQUAL, value, now) for value in criterion.values)
        case _:
            wanted = _folded(str(criterion.value))
            return wanted in ([_folded(each) for each in fact] if isinstance(fact, tuple) else _folded(str(fact)))


def _compared(fact: Fact, how: Operator, value: Value, now: datetime) -> bool:
    left: Any = fact
    right: Any = value
    if isinstance(value, timedelta) and isinstance(fact, date):
        begin = fact if isinstance(fact, datetime) else datetime(fact.year, fact.month, fact.day, tzinfo=UTC)
        left = now - begin
    elif isinstance(fact, datetime) and not isinstance(value, datetime):
        left = fact.astimezone(UTC).date()
    elif isinstance(fact, str) and isinstance(value, str):
        left, right = _folded(fact), _folded(value)
    return _COMPARE[how](left, right)


def _folded(text: str) -> str:
    return text.translate(_FOLD)


def _check(criterion: Criterion, held: Type) -> None:
    column, name = criterion.column, criterion.field
    match criterion:
        case Missing():
            return
        case Contains():
            if held not in {Type.TEXT, Type.LIST} or type_of(criterion.value) is not Type.TEXT:
                reason = f"{name} is {held.value}: it cannot contain {type_of(criterion.value).value}"
                raise Mismatched(column, reason, hint="a text contains a text, and a list its members")
        case Among():
            for value in criterion.values:
                _check_types(column, name, held, type_of(value))
        case _:
            _check_types(column, name, held, type_of(criterion.value))
            if criterion.operator not in {Operator.EQUAL, Operator.UNEQUAL} and held not in _ORDERED:
                raise Mismatched(column, f"{name} is {held.value}, which has no order", hint="compare with = or !=")


def _check_types(column: int, name: str, held: Type, given: Type) -> None:
    if (held, given) not in _COMPARABLE:
        hint = "write numbers as 1000, dates as 2026-01-31, durations as 7d, other texts in quotes"
        raise Mismatched(column, f"{name} is {held.value} and cannot be compared with {given.value}", hint=hint)
