"""What Plaza keeps on the phone, beyond the end of its process: slots, their accounts, and what these did."""

from dataclasses import dataclass, field
from typing import Final, Literal

from drover.simulator.handset import JsonValue
from drover.simulator.plaza.shelf import Shelf

SLOTS: Final = 30
MAX_ACCOUNTS: Final = 4

Standing = Literal["good", "challenged", "suspended"]


@dataclass
class Account:
    """A login of one slot. What it did stays when it logs out, as if a server kept it.

    Everything done once too often shows: each post, story, message, highlight is an entry of the shelf, and `saved` has
    an entry for each saving of the profile: the bio it was saved with.
    """

    username: str
    name: str
    bio: str = ""
    gender: str = ""
    standing: Standing = "good"
    logged_in: bool = True
    notifications: bool = True
    saved: list[str] = field(default_factory=list[str])
    shelf: Shelf = field(default_factory=Shelf)

    def save_profile(self, name: str, username: str, bio: str, gender: str) -> None:
        """Keep an edited profile; the account keeps its login's username as its key in the slot."""
        self.name, self.username, self.bio, self.gender = name, username, bio, gender
        self.saved.append(bio)

    def as_json(self) -> dict[str, JsonValue]:
        """Return the account, with a count of everything that is done once."""
        shelf = self.shelf.as_json()
        counts = {"saves": len(self.saved), **self.shelf.counts()}
        return {
            "username": self.username,
            "name": self.name,
            "bio": self.bio,
            "gender": self.gender,
            "standing": self.standing,
            "logged_in": self.logged_in,
            "notifications": self.notifications,
            "saved": list(self.saved),
            "saves": len(self.saved),
            **shelf,
            "counts": dict(counts),
        }


@dataclass
class Slot:
    """An isolated copy of the app's data. Accounts are kept by the username that logged in, in order of first login.

    `permission`, `update` and `rating` are the answers given to those popups, empty before.
    """

    onboarded: bool = False
    active: str = ""
    logins: int = 0
    permission: str = ""
    update: str = ""
    rating: str = ""
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])

    @property
    def account(self) -> Account | None:
        """The active account, or None while nobody is logged in."""
        return self.accounts.get(self.active)

    @property
    def logged_in(self) -> tuple[Account, ...]:
        """The accounts that are logged in, the first one first."""
        return tuple(account for account in self.accounts.values() if account.logged_in)

    @property
    def full(self) -> bool:
        """Whether no further account can log in."""
        return len(self.logged_in) >= MAX_ACCOUNTS

    def holds(self, username: str) -> bool:
        """Whether an account is logged in."""
        account = self.accounts.get(username)
        return account is not None and account.logged_in

    def log_in(self, username: str) -> Account:
        """Make the account of that username the active one; a first login also names the person."""
        account = self.accounts.get(username)
        if account is None:
            account = self.accounts[username] = Account(username, name_of(username), standing=standing_of(username))
        account.logged_in = True
        self.active = username
        self.logins += 1
        return account

    def log_out(self) -> None:
        """Log the active account out; the first of those still logged in becomes active."""
        account = self.account
        if account is not None:
            account.logged_in = False
        self.active = next((login for login, each in self.accounts.items() if each.logged_in), "")

    def use(self, number: int) -> bool:
        """Make the account `number` (from 1) of those logged in the active one; False where there is none."""
        logins = [login for login, account in self.accounts.items() if account.logged_in]
        if not 1 <= number <= len(logins):
            return False
        self.active = logins[number - 1]
        return True

    def as_json(self) -> dict[str, JsonValue]:
        """Return the slot for the control API."""
        accounts: dict[str, JsonValue] = {login: account.as_json() for login, account in self.accounts.items()}
        return {**{name: getattr(self, name) for name in _OF_SLOT}, "active": self.active, "accounts": accounts}


@dataclass
class Store:
    """All slots; `number` tells which one is in use."""

    number: int = 1
    slots: dict[int, Slot] = field(default_factory=dict[int, Slot])

    @property
    def slot(self) -> Slot:
        """The slot in use."""
        return self.slots.setdefault(self.number, Slot())

    def as_json(self) -> dict[str, JsonValue]:
        """Return all slots that were used, and beside them what the slot in use and its active account hold."""
        slot, account = self.slot, self.slot.account
        answers: dict[str, JsonValue] = {name: getattr(slot, name) for name in _OF_SLOT}
        shown = (account or Account("", "")).as_json()
        return {
            **shown,
            "slot": self.number,
            **answers,
            "logged_in": account is not None,
            "slots": {str(number): each.as_json() for number, each in sorted(self.slots.items())},
        }


_OF_SLOT: Final = ("onboarded", "logins", "permission", "update", "rating")


def name_of(username: str) -> str:
    """Return the name that goes with a username: `ada.lovelace` is Ada Lovelace."""
    return " ".join(word.capitalize() for word in username.replace("_", ".").split(".") if word) or username


def standing_of(username: str) -> Standing:
    """Return how Plaza treats a login: usernames with `challenge` are asked who they are, `banned...` are suspended."""
    if "challenge" in username.lower():
        return "challenged"
    return "suspended" if username.lower().startswith("banned") else "good"
