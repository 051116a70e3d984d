"""Choices: how many texts they come to, which those are, and one drawn evenly.

The variants of a text are numbered from 0, the last choice changing first. Every variant is equally likely, so an
option with choices of its own is drawn more often than one without.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from drover.language.text import Choice, Foreach, Part, Text, text_of

_DIGEST_BYTES: Final = 64
"""2^512 is so far above the most variants, 10^100, that a remainder favours none by more than 10^-53."""


@dataclass(frozen=True, slots=True)
class Seed:
    """What draws depend on, and on nothing else: a number, and whom or what the text is for, such as a phone."""

    number: int = 0
    target: str = ""

    def draw(self, below: int, *place: object) -> int:
        """Return a number from 0 to `below` - 1, all equally likely, the same for the same seed and place."""
        named = "\x1f".join(str(part).replace("\x1f", "\x1f\x1f") for part in (self.number, self.target, *place))
        digest = hashlib.blake2b(named.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
        return int.from_bytes(digest) % below


def variants(text: Text, *, first: int = 0) -> Iterator[Text]:
    """Yield the variants in their order from number `first` on, one at a time; their number is `text.variants`.

    They have no choices any more, but still their variables. In a foreach all turns have the same.
    """
    number = first
    while number < text.variants:
        yield variant(text, number)
        number += 1


def some_variants(text: Text, most: int) -> tuple[Text, ...]:
    """Return the first `most` variants, or all where there are not so many."""
    return tuple(islice(variants(text), most))


def variant(text: Text, number: int) -> Text:
    """Return the variant of that number, from 0."""
    parts: list[Part] = []
    for part, rest in numbered(text, number):
        match part:
            case Choice():
                option, inner = option_of(part, rest)
                parts += variant(part.options[option], inner).parts
            case Foreach():
                parts.append(Foreach(part.group, variant(part.body, rest), part.column))
            case _:
                parts.append(part)
    return text_of(parts)


def numbered(text: Text, number: int) -> list[tuple[Part, int]]:
    """Return the parts, each with the number of its own variant, where the text's is `number`."""
    found: list[tuple[Part, int]] = []
    for part in reversed(text.parts):
        own = 0
        if isinstance(part, Choice):
            number, own = divmod(number, part.variants)
        elif isinstance(part, Foreach):
            number, own = divmod(number, part.body.variants)
        found.append((part, own))
    return found[::-1]


def option_of(choice: Choice, number: int) -> tuple[int, int]:
    """Return which option the choice's variant of that number is in, from 0, and its number there."""
    place = 0
    while number >= choice.options[place].variants:
        number -= choice.options[place].variants
        place += 1
    return place, number
