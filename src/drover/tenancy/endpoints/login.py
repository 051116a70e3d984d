"""Logging in and out."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field

from drover.platform.web.callers import address_of
from drover.platform.web.cookies import give_session, take_session_back
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.tenancy.endpoints.shapes import Given, Password
from drover.tenancy.entering import Known
from drover.tenancy.service import Login

router = capability_router("login")
Logins = Annotated[Login, Depends(provided(Login))]


class Credentials(Given):
    """Who wants in."""

    username: Annotated[str, Field(max_length=200)]
    password: Password


class Admission(BaseModel):
    """A session has begun; its secret is in a cookie. Requests that change anything send `csrf` as X-CSRF-Token."""

    user: str
    csrf: str
    expires_at: datetime


@router.post("/login", summary="Begin a session")
async def begin(given: Credentials, logins: Logins, request: Request, response: Response) -> Admission:
    """Set the session's cookie. Too many failures, of a user or from an address, are answered 429 for a while."""
    begun = await logins.log_in(given.username, given.password.get_secret_value(), address_of(request))
    give_session(response, request, begun.secret, logins.life.longest)
    return Admission(user=begun.caller.user, csrf=begun.csrf, expires_at=begun.expires_at)


@router.post("/logout", summary="End this session", status_code=204)
async def end(caller: Known, logins: Logins, response: Response) -> None:
    """End the session of the cookie, and take the cookie back."""
    await logins.log_out(caller)
    take_session_back(response)


@router.post("/logout-everywhere", summary="End all my sessions", status_code=204)
async def end_everywhere(caller: Known, logins: Logins, response: Response) -> None:
    """End all sessions of the user, on whatever device."""
    await logins.log_out_everywhere(caller)
    take_session_back(response)
