"""Whom an administrator may see, change and give access. Pure."""

from drover.tenancy.domain.caller import Access, Caller, NotAllowed
from drover.tenancy.domain.records import UnknownUser, UserAccess
from drover.tenancy.domain.roles import GIVES, Act, Level, Role


def sees(caller: Caller, other: UserAccess) -> bool:
    """Return whether `caller` may know of that user: themselves; else by their role and the clients they share."""
    if other.user.id == caller.user or caller.role is Role.SUPER_USER:
        return True
    shared = other.clients.keys() & caller.clients.keys()
    return caller.may(Act.MANAGE_USERS) and (bool(shared) or not other.clients)


def require_seen(caller: Caller, other: UserAccess) -> None:
    """Let a user pass of whom `caller` may know. Raises UnknownUser."""
    if not sees(caller, other):
        raise UnknownUser(other.user.id)


def require_managed(caller: Caller, other: UserAccess) -> None:
    """Let a user pass whom `caller` may change: of a role they give, and in no client that is not fully theirs.

    Whoever sets a password could act as that user, so that nobody may reach further by it. Raises UnknownUser,
    NotAllowed.
    """
    require_seen(caller, other)
    caller.require(Act.MANAGE_USERS)
    if caller.role is Role.SUPER_USER:
        return
    require_giving(caller, other.user.role)
    for client, access in other.clients.items():
        own = caller.clients.get(client)
        if own is None or not covers(own, access):
            raise NotAllowed(Act.MANAGE_USERS, "the user has access where you have less")


def require_giving(caller: Caller, role: Role) -> None:
    """Let a role pass that `caller` gives and takes away. Raises NotAllowed."""
    if role not in GIVES[caller.role]:
        raise NotAllowed(Act.MANAGE_USERS, f"a {caller.role.value} neither makes nor changes a {role.value}")


def require_granting(caller: Caller, client: str, access: Access) -> None:
    """Let an access pass that `caller` may grant in that client or withdraw from it.

    A super user may everywhere, also to themselves: that is the explicit act by which they cross into a client. Others
    need full access there, and give no more than they have. Raises UnknownClient, NotAllowed.
    """
    if caller.may(Act.MANAGE_CLIENTS):
        return
    caller.require(Act.SEE, client)
    own = caller.clients[client]
    rack, app = own.somewhere
    if not caller.may(Act.MANAGE_ACCESS, client, rack=rack, app=app) or not covers(own, access):
        raise NotAllowed(Act.MANAGE_ACCESS, "it needs full access to the client, and gives no more than that")


def covers(own: Access, given: Access) -> bool:
    """Return whether `own` is full and reaches wherever `given` does."""
    return (
        own.level is Level.FULL
        and (own.racks is None or (given.racks is not None and given.racks <= own.racks))
        and (own.apps is None or (given.apps is not None and given.apps <= own.apps))
    )
