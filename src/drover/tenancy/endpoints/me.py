"""Who I am, my password and my tokens."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from drover.platform.db.database import Database
from drover.platform.db.whose import Organization
from drover.platform.web.callers import address_of, session_of
from drover.platform.web.idempotency import answers_a_secret
from drover.platform.web.pages import Page, PageWanted, page_of
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.tenancy.endpoints.shapes import AccessShape, Given, Password, RoleWord, ScopeWord, access_shape
from drover.tenancy.entering import Known
from drover.tenancy.service import Act, Login, Scope, Token, Tokens, scopes_of

router = capability_router("me")
Opened = Annotated[Database, Depends(provided(Database))]
Logins = Annotated[Login, Depends(provided(Login))]
TokenService = Annotated[Tokens, Depends(provided(Tokens))]


class Me(BaseModel):
    """The caller: what they may in the organization and in each client, and the session's CSRF value."""

    user: str
    username: str
    organization: str
    role: RoleWord
    scopes: list[ScopeWord]
    clients: dict[str, AccessShape]
    acts: list[str]
    acts_in: dict[str, list[str]]
    csrf: str | None


class PasswordChange(Given):
    """The present password, and the one that is wanted."""

    present: Password
    wanted: Password


class TokenWanted(Given):
    """A token to be made: what it is for, what it is good for, and how long."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[ScopeWord], Field(min_length=1)]
    days: Annotated[int, Field(ge=1, le=366)] = 90


class TokenShape(BaseModel):
    """A token, without its secret."""

    id: str
    name: str
    scopes: list[ScopeWord]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class NewToken(TokenShape):
    """A token that was just made. `token` is shown this once."""

    token: str


@router.get("/me", summary="Who I am and what I may")
async def show(caller: Known, logins: Logins, request: Request) -> Me:
    """Tell the caller what they may; a page that was loaded anew finds its CSRF value here."""
    secret = None if caller.by_token else session_of(request)
    session = None if secret is None else await logins.session_of(secret, address_of(request))
    return Me(
        user=caller.user,
        username=caller.username,
        organization=caller.organization,
        role=caller.role.value,
        scopes=_words(caller.scopes),
        clients={client: access_shape(access) for client, access in caller.clients.items()},
        acts=[act.value for act in Act if caller.may(act)],
        acts_in={client: [act.value for act in caller.acts_in(client)] for client in caller.clients},
        csrf=None if session is None else session.csrf,
    )


@router.post("/me/password", summary="Change my password", status_code=204)
async def change_password(given: PasswordChange, caller: Known, logins: Logins) -> None:
    """Set another password; all other sessions end. Failures count as those of logins do."""
    await logins.change_password(caller, given.present.get_secret_value(), given.wanted.get_secret_value())


@router.get("/me/tokens", summary="My tokens, newest first")
async def tokens(
    caller: Known, service: TokenService, database: Opened, wanted: Annotated[PageWanted, Depends()]
) -> Page[TokenShape]:
    """List the tokens that are not revoked."""
    after = cast("tuple[datetime, str] | None", wanted.position(datetime, str))
    async with database.reading(Organization(caller.organization)) as unit:
        rows = await service.page(unit, caller, after=after, limit=wanted.rows)
    return page_of(rows, wanted, lambda token: (token.created_at, token.id), _shape)


@router.post("/me/tokens", summary="Make a token", status_code=201)
async def make_token(
    given: TokenWanted, caller: Known, service: TokenService, database: Opened, request: Request
) -> NewToken:
    """Make a token, whose text is shown this once; a session is needed. It never does more than its user may."""
    answers_a_secret(request)
    async with database.writing(Organization(caller.organization)) as unit:
        token, text = await service.create(unit, caller, given.name, scopes_of(given.scopes), given.days)
    return NewToken(**_shape(token).model_dump(), token=text.reveal())


@router.delete("/me/tokens/{token_id}", summary="Revoke a token of mine", status_code=204)
async def revoke_token(token_id: str, caller: Known, service: TokenService, database: Opened) -> None:
    """Make it useless at once."""
    async with database.writing(Organization(caller.organization)) as unit:
        await service.revoke(unit, caller, token_id)


def _shape(token: Token) -> TokenShape:
    return TokenShape(
        id=token.id,
        name=token.name,
        scopes=_words(token.scopes),
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        expires_at=token.expires_at,
    )


def _words(scopes: frozenset[Scope]) -> list[ScopeWord]:
    return sorted(scope.value for scope in scopes)
