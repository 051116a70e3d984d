"""How routes of all capabilities enter a client, or act for the organization: one dependency that asks for access.

A route below `/clients/{client_id}/` has `entered: Annotated[Entered, Depends(entering(Act.RUN))]`, and works in units
of `entered.whose`; one of the organization has `caller: Annotated[Caller, Depends(allowed(Act.MANAGE_USERS))]`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from drover.platform.db.whose import OneClient
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
    def whose(self) -> OneClient:
        """In whose name units of work are done."""
        return OneClient(self.caller.organization, self.client)


def entering(act: Act) -> Callable[[Request, Known], Entered]:
    """Return a dependency that enters the client of the path for `act`. Raises UnknownClient (404), NotAllowed (403).

    Access that is limited to some racks or apps does not reach to acts that name none: a route that will know them
    enters for Act.SEE, and requires its act when it does.
    """

    def enter(request: Request, caller: Known) -> Entered:
        client = str(request.path_params["client_id"])
        caller.require(act, client)
        return Entered(caller, client)

    return enter


def allowed(act: Act) -> Callable[[Known], Caller]:
    """Return a dependency that gives a caller who may do `act` in the organization. Raises NotAllowed."""

    def allow(caller: Known) -> Caller:
        caller.require(act)
        return caller

    return allow
