"""The one table that decides who may do what: role and kind of act, access level, scope of a token. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType
from typing import Final


class Role(Enum):
    """What a user is in the organization."""

    SUPER_USER = "super_user"
    ADMIN = "admin"
    CLIENT_USER = "client_user"
    VIEWER = "viewer"


class Level(IntEnum):
    """How far an access to a client reaches; a higher one holds all of a lower one."""

    READ_ONLY = 1
    LIMITED = 2
    FULL = 3

    @property
    def word(self) -> str:
        """The level as tables and documents write it."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Level":
        """Return the level that `word` names. Raises ValueError."""
        for level in cls:
            if level.word == word:
                return level
        raise ValueError(f"{word!r} is no access level")


class Scope(Enum):
    """What a token can be good for; a login has all of them."""

    READ = "read"
    RUN = "run"
    HALT = "halt"
    DEFINE = "define"
    SECRETS = "secrets"
    MANAGE = "manage"


class Act(Enum):
    """The kinds of act that are permitted or refused."""

    SEE = "see"
    SEE_AUDIT = "see_audit"
    SEE_SECRETS = "see_secrets"
    RUN = "run"
    CONTROL = "control"
    DEFINE = "define"
    MANAGE_PHONES = "manage_phones"
    BREAK_LEASE = "break_lease"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_ACCESS = "manage_access"
    HALT = "halt"
    UNHALT = "unhalt"
    SEE_ORGANIZATION = "see_organization"
    SEE_ORGANIZATION_AUDIT = "see_organization_audit"
    MANAGE_RACKS = "manage_racks"
    MANAGE_USERS = "manage_users"
    MANAGE_CLIENTS = "manage_clients"
    HALT_ALL = "halt_all"
    UNHALT_ALL = "unhalt_all"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do one kind of act.

    `level` is the least access to the client that it needs; None: it is an act of the organization, in no client.
    `placed`: it reaches phones, so that an access to some racks or apps alone must be asked with the rack and app. What
    concerns all phones of a client, such as its audit trail, names none, and is beyond such an access.
    """

    roles: frozenset[Role]
    level: Level | None
    scope: Scope
    placed: bool = False


_EVERYBODY: Final = frozenset(Role)
_WORKING: Final = frozenset({Role.SUPER_USER, Role.ADMIN, Role.CLIENT_USER})
_ADMINS: Final = frozenset({Role.SUPER_USER, Role.ADMIN})
_SUPER: Final = frozenset({Role.SUPER_USER})

RULES: Final[Mapping[Act, Rule]] = MappingProxyType(
    {
        Act.SEE: Rule(_EVERYBODY, Level.READ_ONLY, Scope.READ),
        Act.SEE_AUDIT: Rule(_WORKING, Level.FULL, Scope.READ, placed=True),
        Act.SEE_SECRETS: Rule(_WORKING, Level.FULL, Scope.SECRETS),
        Act.RUN: Rule(_WORKING, Level.LIMITED, Scope.RUN, placed=True),
        Act.CONTROL: Rule(_WORKING, Level.FULL, Scope.RUN, placed=True),
        Act.DEFINE: Rule(_WORKING, Level.FULL, Scope.DEFINE),
        Act.MANAGE_PHONES: Rule(_WORKING, Level.FULL, Scope.MANAGE, placed=True),
        Act.BREAK_LEASE: Rule(_ADMINS, Level.FULL, Scope.MANAGE, placed=True),
        Act.MANAGE_ACCOUNTS: Rule(_WORKING, Level.FULL, Scope.MANAGE),
        Act.MANAGE_ACCESS: Rule(_ADMINS, Level.FULL, Scope.MANAGE),
        Act.HALT: Rule(_WORKING, Level.LIMITED, Scope.HALT),
        Act.UNHALT: Rule(_WORKING, Level.FULL, Scope.HALT, placed=True),
        Act.SEE_ORGANIZATION: Rule(_EVERYBODY, None, Scope.READ),
        Act.SEE_ORGANIZATION_AUDIT: Rule(_SUPER, None, Scope.READ),
        Act.MANAGE_RACKS: Rule(_ADMINS, None, Scope.MANAGE),
        Act.MANAGE_USERS: Rule(_ADMINS, None, Scope.MANAGE),
        Act.MANAGE_CLIENTS: Rule(_SUPER, None, Scope.MANAGE),
        Act.HALT_ALL: Rule(_SUPER, None, Scope.HALT),
        Act.UNHALT_ALL: Rule(_SUPER, None, Scope.HALT),
    }
)

# Which roles a role may give and take away: an administrator never makes another, nor themselves more.
GIVES: Final[Mapping[Role, frozenset[Role]]] = MappingProxyType(
    {
        Role.SUPER_USER: _EVERYBODY,
        Role.ADMIN: frozenset({Role.CLIENT_USER, Role.VIEWER}),
        Role.CLIENT_USER: frozenset(),
        Role.VIEWER: frozenset(),
    }
)


def who_may(role: Role, act: Act, level: Level | None) -> bool:
    """Return whether `role` with `level` in the client may do `act`; `level` None: no access, or no client at all."""
    rule = RULES[act]
    if role not in rule.roles:
        return False
    return rule.level is None or (level is not None and level >= rule.level)
