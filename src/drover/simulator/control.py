"""The control API of a rack: reads the phones' state and injects faults, over HTTP on the loopback address."""

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.platform import documents
from drover.platform.ports import bound_socket
from drover.platform.web.server import serving
from drover.simulator.faults import parse_fault
from drover.simulator.finger import Finger, parse_touches
from drover.simulator.phone import SimulatedPhone
from drover.simulator.profiles import ProfileName

_STATUSES: Final[Mapping[Kind, int]] = {Kind.INVALID: 400, Kind.REFUSED: 403, Kind.NOT_FOUND: 404, Kind.CONFLICT: 409}
_OTHER_STATUS: Final = 500
_LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_MOST_BODY_BYTES: Final = 64 * 1024


class NoSuchPhone(InvalidInput):
    """The rack has no phone of that name."""

    kind = Kind.NOT_FOUND

    def __init__(self, name: str, names: Sequence[str]) -> None:
        super().__init__(f"phone {name!r} is not in this rack", hint=f"it has: {', '.join(names)}")


class NoChallenge(DroverError):
    """The app in front does not ask who is there."""

    kind = Kind.CONFLICT

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} shows no login challenge", hint="log in with a username that contains `challenge`")


class ForeignRequest(DroverError):
    """A request that came by a name other than the loopback's: some web page's, perhaps."""

    kind = Kind.REFUSED


class _Profile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    profile: ProfileName


class Control:
    """The API, served while the `async with` block lasts. Raises PortTaken on entering."""

    def __init__(self, phones: Sequence[SimulatedPhone], port: int) -> None:
        self._port = port
        self._exits = contextlib.AsyncExitStack()
        self._app = control_app(phones)
        self.url = ""

    async def __aenter__(self) -> Self:
        self.url = await self._exits.enter_async_context(serving(self._app, bound_socket(self._port)))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exits.aclose()


def control_app(phones: Sequence[SimulatedPhone]) -> ASGIApp:
    """Return the API of `phones` as an ASGI application."""
    by_name = {phone.identity.name: phone for phone in phones}
    routes = [Route(path, _endpoint(by_name, serve), methods=[method]) for method, path, serve in _ROUTES]
    return _LoopbackOnly(Starlette(routes=routes))


Serve = Callable[[SimulatedPhone, Request], Awaitable[Response]]


def _endpoint(phones: Mapping[str, SimulatedPhone], serve: Serve | None) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        if serve is None:
            return JSONResponse({"phones": [dict(phone.describe()) for phone in phones.values()]})
        try:
            name = request.path_params["name"]
            if name not in phones:
                raise NoSuchPhone(name, list(phones))
            return await serve(phones[name], request)
        except DroverError as error:
            return _refusal(error)

    return respond


async def _describe(phone: SimulatedPhone, _request: Request) -> Response:
    return JSONResponse(dict(phone.describe()))


async def _give_fault(phone: SimulatedPhone, request: Request) -> Response:
    phone.faults.give(parse_fault(await _text(request)))
    return _faults(phone)


async def _touch(phone: SimulatedPhone, request: Request) -> Response:
    return JSONResponse({"presses": await Finger(phone).play(parse_touches(await _text(request)))})


async def _text(request: Request) -> str:
    """Return what was sent. Raises InvalidInput where it is too large or no text."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BODY_BYTES:
            raise InvalidInput(f"the request is larger than {_MOST_BODY_BYTES} bytes", hint="send less at once")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput("the request is not UTF-8 text", hint="send JSON") from error


async def _clear_faults(phone: SimulatedPhone, _request: Request) -> Response:
    phone.faults.clear_all()
    return _faults(phone)


async def _clear_fault(phone: SimulatedPhone, request: Request) -> Response:
    phone.faults.clear(request.path_params["fault"])
    return _faults(phone)


async def _pass_challenge(phone: SimulatedPhone, _request: Request) -> Response:
    if not phone.handset.pass_challenge(phone.clock.monotonic()):
        raise NoChallenge(phone.identity.name)
    return JSONResponse(dict(phone.describe()))


async def _set_profile(phone: SimulatedPhone, request: Request) -> Response:
    phone.delays.profile = documents.parse(_Profile, await _text(request), "profile").profile
    return JSONResponse(dict(phone.describe()))


async def _authorize(phone: SimulatedPhone, _request: Request) -> Response:
    phone.authorization.accept()
    return JSONResponse(dict(phone.describe()))


async def _forget_keys(phone: SimulatedPhone, _request: Request) -> Response:
    phone.authorization.forget()
    return JSONResponse(dict(phone.describe()))


async def _reboot(phone: SimulatedPhone, _request: Request) -> Response:
    phone.reboot()
    return JSONResponse(dict(phone.describe()))


async def _reset(phone: SimulatedPhone, _request: Request) -> Response:
    phone.reset()
    return JSONResponse(dict(phone.describe()))


async def _screen(phone: SimulatedPhone, _request: Request) -> Response:
    return Response(await phone.png(), media_type="image/png", headers={"Cache-Control": "no-store"})


def _faults(phone: SimulatedPhone) -> Response:
    return JSONResponse({"faults": [dict(fault) for fault in phone.faults.describe()]})


def _refusal(error: DroverError) -> Response:
    status = _STATUSES.get(error.kind, _OTHER_STATUS)
    return JSONResponse({"error": error.message, "hint": error.hint}, status_code=status)


_ROUTES: Final[Sequence[tuple[str, str, Serve | None]]] = (
    ("GET", "/phones", None),
    ("GET", "/phones/{name}", _describe),
    ("POST", "/phones/{name}/faults", _give_fault),
    ("DELETE", "/phones/{name}/faults", _clear_faults),
    ("DELETE", "/phones/{name}/faults/{fault}", _clear_fault),
    ("POST", "/phones/{name}/touches", _touch),
    ("POST", "/phones/{name}/challenge", _pass_challenge),
    ("POST", "/phones/{name}/profile", _set_profile),
    ("POST", "/phones/{name}/authorize", _authorize),
    ("DELETE", "/phones/{name}/keys", _forget_keys),
    ("POST", "/phones/{name}/reboot", _reboot),
    ("POST", "/phones/{name}/reset", _reset),
    ("GET", "/phones/{name}/screen.png", _screen),
)


class _LoopbackOnly:
    """Refuses requests by a foreign name (DNS rebinding) or from a foreign web page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get(b"origin")
        if _is_loopback(f"//{headers.get(b'host', '')}") and (origin is None or _is_loopback(origin)):
            await self._app(scope, receive, send)
            return
        refusal = ForeignRequest(
            "the control API answers only requests to the loopback address", hint="use http://127.0.0.1 and its port"
        )
        await _refusal(refusal)(scope, receive, send)


def _is_loopback(address: str) -> bool:
    try:
        return urlsplit(address).hostname in _LOOPBACK_HOSTS
    except ValueError:
        return False
