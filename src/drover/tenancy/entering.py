"""How routes of all capabilities enter a client, or act for the organization: one dependency that asks for access.

A route below `/clients/{client_id}/` has `entered: Annotated[Entered, Depends(entering(Act.RUN))]`, and works in units
of `entered.whose`; one of the organization has `caller: Annotated[Caller, Depends(allowed(Act.MANAGE_USERS))]`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from drover.platform.db.whose import OneClient, Reach
from drover.platform.web.callers import caller_of
from drover.tenancy.domain.caller import Caller
from drover.tenancy.domain.roles import Act

Known = Annotated[Caller, Depends(caller_of(Caller))]
"""The caller, whatever they may do."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A caller inside a client, where they may do what the route is for."""

    caller: Caller
    client: str

    @property
    def whole(self) -> OneClient:
        """The client as a whole, for what is only told of the part that `whose` sees."""
        return OneClient(self.caller.organization, self.client)

    @property
    def whose(self) -> OneClient:
        """In whose name units of work are done: they see no more of the client than the caller's access reaches."""
        access = self.caller.clients[self.client]
        return OneClient(self.caller.organization, self.client, Reach(access.racks, access.apps))


def entering(act: Act) -> Callable[[Request, Known], Entered]:
    """Return a dependency that enters the client of the path for `act`. Raises UnknownClient (404), NotAllowed (403).

    Access that is limited to some racks or apps does not reach to acts that name none: a route whose act is on what a
    unit of `whose` finds, which is within reach, uses `entering_for_some`.
    """

    def enter(request: Request, caller: Known) -> Entered:
        client = str(request.path_params["client_id"])
        caller.require(act, client)
        return Entered(caller, client)

    return enter


def entering_for_some(act: Act) -> Callable[[Request, Known], Entered]:
    """Return a dependency that enters the client for an act on what is found there. Raises as `entering` does."""

    def enter(request: Request, caller: Known) -> Entered:
        client = str(request.path_params["client_id"])
        caller.require_for_some(act, client)
        return Entered(caller, client)

    return enter


def allowed(act: Act) -> Callable[[Known], Caller]:
    """Return a dependency that gives a caller who may do `act` in the organization. Raises NotAllowed."""

    def allow(caller: Known) -> Caller:
        caller.require(act)
        return caller

    return allow
