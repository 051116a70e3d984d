"""Who asks, and what their access lets them do. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drover.kernel.errors import DroverError, Kind
from drover.tenancy.domain.roles import RULES, Act, Level, Role, Scope, who_may


class UnknownClient(DroverError):
    """There is no such client, or none that the caller may know of: both are told alike."""

    kind = Kind.NOT_FOUND

    def __init__(self, client: str) -> None:
        super().__init__(f"there is no client {client}", hint="see the clients that you have access to")
        self.client = client


class NotAllowed(DroverError):
    """The caller's role, access or token does not reach to this kind of act."""

    kind = Kind.REFUSED

    def __init__(self, act: Act, why: str) -> None:
        super().__init__(f"{act.value} is not allowed: {why}", hint="ask an administrator for the access it needs")
        self.act = act


@dataclass(frozen=True, slots=True)
class Access:
    """The access of one user to one client; `racks` and `apps` are those it is limited to, None for all."""

    level: Level
    racks: frozenset[str] | None = None
    apps: frozenset[str] | None = None

    @property
    def somewhere(self) -> tuple[str | None, str | None]:
        """A rack and an app that it reaches, None where it is not limited to any."""
        return (min(self.racks) if self.racks else None, min(self.apps) if self.apps else None)

    def reaches(self, rack: str | None, app: str | None) -> bool:
        """Return whether it holds at that rack and app; an unnamed one is outside an access that is limited."""
        return (self.racks is None or rack in self.racks) and (self.apps is None or app in self.apps)


@dataclass(frozen=True, slots=True)
class Caller:
    """A user who has proved who they are, by a login or by a token.

    `clients` holds the clients that they have access to, by id. `credential` is the token's id, or the digest of
    the session's secret; `address` is where the request came from.
    """

    organization: str
    user: str
    username: str
    role: Role
    clients: Mapping[str, Access]
    scopes: frozenset[Scope]
    address: str
    credential: str
    by_token: bool = False

    @property
    def actor(self) -> str:
        """Who the audit trail names: the user, or the token, which belongs to one."""
        return self.credential if self.by_token else self.user

    @property
    def actor_kind(self) -> str:
        """What `actor` is the id of."""
        return "token" if self.by_token else "user"

    def may(self, act: Act, client: str | None = None, *, rack: str | None = None, app: str | None = None) -> bool:
        """Return whether this caller may do `act`, in that client where it is an act in a client."""
        return self._refusal(act, client, rack, app) is None

    def require(self, act: Act, client: str | None = None, *, rack: str | None = None, app: str | None = None) -> None:
        """Let an allowed act pass. Raises UnknownClient without any access to the client, else NotAllowed."""
        refusal = self._refusal(act, client, rack, app)
        if refusal is not None:
            raise refusal

    def require_for_some(self, act: Act, client: str) -> None:
        """Let an act pass that is allowed in the client, be it at some racks and apps alone. Raises as `require`."""
        access = self.clients.get(client)
        rack, app = access.somewhere if access is not None else (None, None)
        self.require(act, client, rack=rack, app=app)

    def acts_in(self, client: str) -> Sequence[Act]:
        """Return the acts in a client that this caller may do there, be it at some racks and apps alone."""
        access = self.clients.get(client)
        if access is None:
            return ()
        return [act for act, rule in RULES.items() if rule.level and self._allows(act, access.level)]

    def sees_rack(self, rack: str) -> bool:
        """Return whether the caller is told of that rack: those whose accesses are all limited, of theirs alone."""
        held = self.clients.values()
        return not held or any(access.racks is None or rack in access.racks for access in held)

    def require_login(self, what: str) -> None:
        """Let a logged-in person pass. Raises LoginNeeded for a token: none gets more than it was given."""
        if self.by_token:
            raise LoginNeeded(what)

    def _allows(self, act: Act, level: Level) -> bool:
        return RULES[act].scope in self.scopes and who_may(self.role, act, level)

    def _refusal(self, act: Act, client: str | None, rack: str | None, app: str | None) -> DroverError | None:
        rule = RULES[act]
        access = None if client is None else self.clients.get(client)
        if rule.level is not None and access is None:
            return UnknownClient(client or "(none named)")
        if rule.scope not in self.scopes:
            return NotAllowed(act, f"the token lacks the scope {rule.scope.value}")
        if not who_may(self.role, act, access.level if access else None):
            level = "" if access is None else f" with {access.level.word} access"
            return NotAllowed(act, f"it is not for a {self.role.value}{level}")
        if access is not None and (rule.placed or rack or app) and not access.reaches(rack, app):
            return NotAllowed(act, f"the access does not reach to rack {rack or '(none)'}, app {app or '(none)'}")
        return None


class LoginNeeded(DroverError):
    """A token was used for what only a person who has logged in may do."""

    kind = Kind.REFUSED

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} needs a login; a token cannot do it", hint="log in with username and password")
