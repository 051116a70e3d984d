"""The door of accounts for other capabilities."""

from drover.accounts.service.accounts import AccountKey, Accounts, AccountWish, key_of
from drover.accounts.service.apps import AppEdit, Apps, AppWish, Profiles
from drover.accounts.service.seen import Seen
from drover.accounts.service.targets import Target, Targets

__all__ = [
    "AccountKey",
    "AccountWish",
    "Accounts",
    "AppEdit",
    "AppWish",
    "Apps",
    "Profiles",
    "Seen",
    "Target",
    "Targets",
    "key_of",
]
