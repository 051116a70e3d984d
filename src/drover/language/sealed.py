"""Secrets that no text, log or JSON holds: a sealed reference prints as ***, and only an opener gives the value."""

from typing import Final, Protocol, Self

MASK: Final = "***"


class Sealed(str):
    """A secret that stands in a text: as a string it is three stars, whatever is done with it.

    `handle` names the secret to an opener; it is no secret itself, such as an id or what was encrypted to the agent.
    """

    handle: str

    __slots__ = ("handle",)

    def __new__(cls, handle: str) -> Self:
        """Return the reference of that handle."""
        sealed = super().__new__(cls, MASK)
        sealed.handle = handle
        return sealed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self.handle == other.handle

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Sealed, self.handle))


class Opener(Protocol):
    """Who can open secrets; used at the moment of typing, and nowhere else."""

    def open(self, sealed: Sealed) -> str:
        """Return the secret. Raises DroverError where it cannot be opened."""
        ...
