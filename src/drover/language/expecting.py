"""What could stand where a source breaks, exactly: read off the parser's table without parsing again.

The parser itself knows only what might follow in its state, whatever lies around; here every guess is tried.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from lark.parsers.lalr_analysis import Shift

State = object
END = "$END"


class Named(Protocol):
    """The left side of a rule of the grammar."""

    name: str


class Reduced(Protocol):
    """A rule of the grammar."""

    origin: Named
    expansion: Sequence[object]


class Table(Protocol):
    """What lark's parser is driven by, in the types that lark leaves open."""

    start_state: State
    end_state: State
    states: Mapping[State, Mapping[str, tuple[object, object]]]


def expected_after(table: Table, terminals: Sequence[str]) -> set[str]:
    """Return the terminals of which each could come after these, `$END` among them."""
    stack: list[State] = [table.start_state]
    for terminal in terminals:
        _take(table, stack, terminal)
    candidates = [name for name in table.states[stack[-1]] if name == END or name.isupper()]
    return {name for name in candidates if _take(table, list(stack), name)}


def _take(table: Table, stack: list[State], terminal: str) -> bool:
    """Change the stack as the parser does for a terminal; return whether it takes it."""
    while (found := table.states[stack[-1]].get(terminal)) is not None:
        action, target = found
        if action is Shift:
            stack.append(target)
            return True
        _reduce(table, stack, target)  # pyright: ignore[reportArgumentType] it is a rule, where it is no shift
        if terminal == END and stack[-1] == table.end_state:
            return True
    return False


def _reduce(table: Table, stack: list[State], rule: Reduced) -> None:
    size = len(rule.expansion)
    del stack[len(stack) - size :]
    stack.append(table.states[stack[-1]][rule.origin.name][1])
