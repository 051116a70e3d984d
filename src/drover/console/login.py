"""Logging in and out: a plain form, which needs no script and holds no socket of a stranger."""

from html import escape
from importlib.resources import files
from string import Template
from typing import Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from drover.console.door import LOGIN, services_of, visitor_of
from drover.kernel.errors import DroverError
from drover.platform.web.callers import ForeignPage, address_of, session_of
from drover.platform.web.cookies import give_session, take_session_back
from drover.platform.web.problems import refusal
from drover.tenancy.service import CredentialRefused

router = APIRouter(include_in_schema=False)

_PAGE: Final = Template((files("drover.console.theme") / "login.html").read_text("utf-8"))
_HOME: Final = "/"


def own_path(asked: str) -> str:
    """Return where to go after the login: the path that was asked for if it is one of this host, else the first page.

    Two slashes, of either kind, begin the address of another host to browsers.
    """
    own = asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
    return asked if own and not asked.startswith((LOGIN, "/logout")) else _HOME


@router.get(LOGIN)
async def form(request: Request, to: str = _HOME) -> Response:
    """Show the form, or go on where somebody is logged in already."""
    secret = session_of(request)
    if secret is not None:
        try:
            await services_of(request.scope).login.session_of(secret, address_of(request))
        except CredentialRefused:
            return _shown(to)
        return RedirectResponse(own_path(to), 303)
    return _shown(to)


@router.post(LOGIN)
async def log_in(request: Request) -> Response:
    """Begin a session, and go on to where the person wanted. What is refused says why, and keeps the username."""
    given = await _fields(request)
    username, to = given.get("username", ""), given.get("to", _HOME)
    login = services_of(request.scope).login
    try:
        begun = await login.log_in(username, given.get("password", ""), address_of(request))
    except DroverError as error:
        return _shown(to, username, error)
    response = RedirectResponse(own_path(to), 303)
    give_session(response, request, begun.secret, login.life.longest)
    return response


@router.post("/logout")
async def log_out(request: Request) -> Response:
    """End the session. Raises ForeignPage without the session's own CSRF value."""
    visitor = visitor_of(request.scope)
    if (await _fields(request)).get("csrf") != visitor.csrf:
        raise ForeignPage
    await services_of(request.scope).login.log_out(visitor.caller)
    response = RedirectResponse(LOGIN, 303)
    take_session_back(response)
    return response


async def _fields(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}


def _shown(to: str, username: str = "", error: DroverError | None = None) -> HTMLResponse:
    told = ""
    if error is not None:
        told = f'<p class="told" role="alert">{escape(_sentence(error.message))} {escape(_sentence(error.hint))}</p>'
    page = _PAGE.substitute(to=escape(own_path(to)), username=escape(username), told=told)
    answer = None if error is None else refusal(error)
    response = HTMLResponse(page, 200 if answer is None else answer.status_code)
    if answer is not None and "retry-after" in answer.headers:
        response.headers["Retry-After"] = answer.headers["retry-after"]
    return response


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""
