"""Where a node of a tree began in its source."""

from dataclasses import field


def column_field() -> int:
    """Return a dataclass field for a column counted from 1; it takes no part in equality, and is 0 without a source."""
    return field(default=0, compare=False)
