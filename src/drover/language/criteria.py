"""Criteria as a neutral tree, which both memory (`fitting`) and SQL can evaluate. It prints as its source.

A comparison is true or false, never unknown. Where a field has no value every comparison with it is false, so
`not followers > 5` and `lifecycle != active` hold for it; `!=` is exactly the negation of `=`.

- Numbers compare exactly, as decimals.
- Texts compare with the letters A to Z in either case alike and every other character as it is, by code point.
- Dates compare as days; a moment compared with a date is first taken as its day in UTC.
- A duration compared with a date or moment means the time that has passed since then: `created < 7d` is true of what
  was created in the last seven days, and of what lies ahead.
- `contains` asks whether a text has that part, or a list that member.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final

from drover.language.position import column_field

Value = str | bool | Decimal | date | datetime | timedelta
"""What a criterion compares with. A `datetime` is aware; a `timedelta` is of whole seconds and not negative."""

KEYWORDS: Final = ("and", "or", "not", "in", "contains", "is", "missing", "true", "false")
_BARE: Final = re.compile(rf"(?!(?:{'|'.join(KEYWORDS)})\Z)[^\W\d][\w.-]*")
_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


class Operator(Enum):
    """How a field is compared."""

    EQUAL = "="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Compare:
    """The field compares so with the value."""

    field: str
    operator: Operator
    value: Value
    column: int = column_field()

    def __str__(self) -> str:
        """Return the source."""
        return f"{self.field} {self.operator.value} {written(self.value)}"


@dataclass(frozen=True, slots=True)
class Among:
    """The field equals one of the values."""

    field: str
    values: tuple[Value, ...]
    column: int = column_field()

    def __str__(self) -> str:
        """Return the source."""
        return f"{self.field} in ({', '.join(written(value) for value in self.values)})"


@dataclass(frozen=True, slots=True)
class Contains:
    """The field's text has that part, or its list that member."""

    field: str
    value: Value
    column: int = column_field()

    def __str__(self) -> str:
        """Return the source."""
        return f"{self.field} contains {written(self.value)}"


@dataclass(frozen=True, slots=True)
class Missing:
    """The field has no value."""

    field: str
    column: int = column_field()

    def __str__(self) -> str:
        """Return the source."""
        return f"{self.field} is missing"


@dataclass(frozen=True, slots=True)
class Not:
    """The criterion does not hold."""

    criterion: "Criteria"

    def __str__(self) -> str:
        """Return the source."""
        return f"not {_inside(self.criterion, All, AnyOf, Not)}"


@dataclass(frozen=True, slots=True)
class All:
    """Each of at least two holds."""

    criteria: tuple["Criteria", ...]

    def __str__(self) -> str:
        """Return the source."""
        return " and ".join(_inside(each, All, AnyOf) for each in self.criteria)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of at least two holds, or more."""

    criteria: tuple["Criteria", ...]

    def __str__(self) -> str:
        """Return the source."""
        return " or ".join(_inside(each, AnyOf) for each in self.criteria)


Criterion = Compare | Among | Contains | Missing
Criteria = Criterion | Not | All | AnyOf


def quoted(text: str) -> str:
    """Return the text in quotes, as names and values are written that are no plain words."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def written(value: Value) -> str:
    """Return the source of a value."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value if _BARE.fullmatch(value) else quoted(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            seconds = value.days * 86_400 + value.seconds
            unit, size = next((unit, size) for unit, size in _UNITS if seconds % size == 0)
            return f"{seconds // size}{unit}"


def _inside(criteria: Criteria, *looser: type) -> str:
    return f"({criteria})" if isinstance(criteria, looser) else str(criteria)
