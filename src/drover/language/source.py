"""From texts back to what is written in a file: the inverse of `text.parse_text`."""

import re
from typing import Final

from drover.language.text import Literal, Text

_BRACE: Final = re.compile(r"(\\*)(\$?\{)")
_LAST: Final = re.compile(r"\\+\Z")


def source_of(text: Text) -> str:
    """Return the source that parses to `text`: the shortest, but that every brace is written as a plain one."""
    parts: list[str] = []
    for place, part in enumerate(text.parts):
        if not isinstance(part, Literal):
            parts.append(f"${{{part.key}}}")
            continue
        written = _BRACE.sub(r"\1\1\\\2", part.text)
        # A backslash right before a reference would take its brace away.
        parts.append(_LAST.sub(lambda found: 2 * found[0], written) if place + 1 < len(text.parts) else written)
    return "".join(parts)
