"""The users of one phone: each has a display and apps with data of their own, and one of them is in front."""

from collections.abc import Callable, Mapping
from typing import Final

from drover.kernel.errors import DroverError, Kind
from drover.simulator.handset import Handset

OWNER: Final = 0
_FIRST_SECONDARY: Final = 10
MOST_USERS: Final = 4

MakeUser = Callable[[int], Handset]
"""Returns the display and apps of a new user, by the user's number."""


class UserRefused(DroverError):
    """A user that is not there, or that cannot be made or removed; the message is Android's."""

    kind = Kind.REFUSED


class Users:
    """A phone's users by number. The owner is 0, the others are counted from 10 on, as Android does."""

    def __init__(self, owner: Handset, make_user: MakeUser | None) -> None:
        self._make_user = make_user
        self._names: dict[int, str] = {OWNER: "Owner"}
        self._handsets: dict[int, Handset] = {OWNER: owner}
        self.current = OWNER

    @property
    def handset(self) -> Handset:
        """What belongs to the user in front."""
        return self._handsets[self.current]

    @property
    def names(self) -> Mapping[int, str]:
        """The users' names by number."""
        return self._names

    def of(self, number: int) -> Handset:
        """Return what belongs to a user. Raises UserRefused."""
        if number not in self._handsets:
            raise UserRefused(f"user {number} does not exist")
        return self._handsets[number]

    def create(self, name: str) -> int:
        """Make a user and return its number. Raises UserRefused."""
        if self._make_user is None or len(self._names) >= MOST_USERS:
            raise UserRefused("couldn't create User.")
        number = next(number for number in range(_FIRST_SECONDARY, 100) if number not in self._names)
        self._handsets[number] = self._make_user(number)
        self._names[number] = name
        return number

    def remove(self, number: int) -> None:
        """Remove a user and all that it stored. Raises UserRefused for the owner and for who is in front."""
        if number in {OWNER, self.current} or number not in self._names:
            raise UserRefused(f"couldn't remove user id {number}")
        del self._names[number]
        del self._handsets[number]

    def reset(self) -> None:
        """Bring every user's display and apps to their first state, the owner in front."""
        self.current = OWNER
        for handset in self._handsets.values():
            handset.reset()
