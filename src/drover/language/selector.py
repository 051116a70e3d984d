"""Selectors as trees: which phones or accounts are meant. Frozen data that prints as its source."""

import re
from dataclasses import dataclass
from typing import Final
from typing import Literal as OneOf

from drover.language.criteria import quoted
from drover.language.position import column_field

_BARE: Final = re.compile(r"[\w*][\w.*-]*")


@dataclass(frozen=True, slots=True)
class Name:
    """A name, or a pattern, whose `*` match any run of characters."""

    pattern: str
    column: int = column_field()

    def matches(self, name: str) -> bool:
        """Whether `name` is meant."""
        first, *rest = self.pattern.split("*")
        if not rest:
            return name == first
        *middle, last = rest
        end = len(name) - len(last)
        if end < len(first) or not (name.startswith(first) and name.endswith(last)):
            return False
        position = len(first)
        for piece in middle:
            found = name.find(piece, position, end)
            if found < 0:
                return False
            position = found + len(piece)
        return True


@dataclass(frozen=True, slots=True)
class Names:
    """Phones by name. With `every`, all phones but those of `names`; without, those of `names`."""

    every: bool
    names: tuple[Name, ...]

    def __str__(self) -> str:
        """Return the source, without `phone:`."""
        return _list([name.pattern for name in self.names], every=self.every)


@dataclass(frozen=True, slots=True)
class Owned:
    """Those of a client, tag or group."""

    kind: OneOf["client", "tag", "group"]
    name: Name

    def __str__(self) -> str:
        """Return the source, without `phone:` or `account:`."""
        pattern = self.name.pattern
        return f"{self.kind}:{pattern if _BARE.fullmatch(pattern) else quoted(pattern)}"


@dataclass(frozen=True, slots=True)
class PhoneSelector:
    """`phone:...`."""

    phones: Names | Owned

    def __str__(self) -> str:
        """Return the source."""
        return f"phone:{self.phones}"


@dataclass(frozen=True, slots=True)
class AccountName:
    """`plaza.account1`; a name of `*` is written `all`."""

    app: Name
    name: Name

    def __str__(self) -> str:
        """Return the source."""
        return f"{self.app.pattern}.{'all' if self.name.pattern == '*' else self.name.pattern}"


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts by app and name. With `every`, all but those of `names`."""

    every: bool
    names: tuple[AccountName, ...]

    def __str__(self) -> str:
        """Return the source, without `account:`."""
        return _list([str(name) for name in self.names], every=self.every)


@dataclass(frozen=True, slots=True)
class AccountSelector:
    """`account:...@...`; only a group may stand without phones, and then means all of it."""

    accounts: Accounts | Owned
    phones: Names | Owned | None

    def __str__(self) -> str:
        """Return the source."""
        match self.phones:
            case None:
                return f"account:{self.accounts}"
            case Names():
                return f"account:{self.accounts}@{self.phones}"
            case _:
                return f"account:{self.accounts}@phone:{self.phones}"


Selector = PhoneSelector | AccountSelector


def _list(names: list[str], *, every: bool) -> str:
    return ("all-" if names else "all") * every + ",".join(names)
