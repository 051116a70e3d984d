"""Names that there are not, told with those that are near. Pure."""

from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

from drover.platform.documents import Fault

MOST_NAMED: Final = 12


def unknown(where: str, what: str, name: str, known: Collection[str]) -> Fault:
    """Return the fault that there is no `what` called `name`."""
    close = get_close_matches(name, list(known), n=3)
    names = sorted(known)[:MOST_NAMED]
    more = f" and {len(known) - len(names)} more" if len(known) > len(names) else ""
    hint = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(names) or 'none'}{more}"
    return Fault(where, f"unknown {what} {name}", hint)
