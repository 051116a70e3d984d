"""One visit of a page: who came, which client they look at, and what they may do there now."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final
from urllib.parse import quote, unquote, urlencode
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from nicegui import ui
from starlette.requests import Request

from drover.console.door import LOGIN, Visitor, services_of, visitor_of
from drover.console.services import ConsoleServices
from drover.kernel.errors import DroverError, Kind
from drover.platform.db.database import Unit
from drover.platform.db.whose import OneClient, Organization
from drover.tenancy.service import Act, Caller, CredentialRefused, UnknownClient

CLIENT_COOKIE: Final = "drover_client"
ZONE_COOKIE: Final = "drover_zone"
_MOST_CLIENTS: Final = 1_000
_UTC: Final = ZoneInfo("UTC")
_log = structlog.get_logger(__name__)


class NoClient(DroverError):
    """The caller has access to no client, so that there is nothing to show."""

    kind = Kind.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("you have access to no client", hint="ask an administrator for it")


@dataclass(slots=True)
class Visit:
    """A page that somebody looks at.

    `caller` is who they were when the page was made; what they do later is asked of their session again, see `again`.
    `clients` are the names of the clients that they may look at, by id; `client` is the chosen one.
    """

    caller: Caller
    client: str
    clients: Mapping[str, str]
    services: ConsoleServices
    zone: tzinfo
    address: str
    csrf: str = field(repr=False)
    visitor: Visitor = field(repr=False)
    visible: bool = True

    @property
    def whose(self) -> OneClient:
        """In whose name this page's units of work are done."""
        return OneClient(self.caller.organization, self.client)

    @property
    def organization(self) -> Organization:
        """In whose name units of work are done that concern users and agents."""
        return Organization(self.caller.organization)

    def reading(self) -> AbstractAsyncContextManager[Unit]:
        """Return a unit that reads what is the client's."""
        return self.services.database.reading(self.whose)

    def writing(self) -> AbstractAsyncContextManager[Unit]:
        """Return a unit that changes what is the client's."""
        return self.services.database.writing(self.whose)

    def may(self, act: Act, *, rack: str | None = None) -> bool:
        """Return whether the caller may do `act` in the client, or in the organization for an act of it."""
        return self.caller.may(act, self.client, rack=rack)

    def path(self, path: str, **query: object) -> str:
        """Return the address of a view of this client; it says which, where there is a choice."""
        words = {name: str(value) for name, value in query.items() if value not in (None, "")}
        if len(self.clients) > 1:
            words["client"] = self.client
        return path + (f"?{urlencode(words)}" if words else "")

    async def again(self, act: Act | None = None, *, rack: str | None = None) -> Caller:
        """Return the caller as their session stands now, who may do `act` in the client.

        Raises CredentialRefused where the session has ended, NotAllowed, UnknownClient.
        """
        session = await self.services.login.session_of(self.visitor.secret, self.visitor.address)
        self.caller = session.caller
        if act is not None:
            self.caller.require(act, self.client, rack=rack)
        return self.caller

    def local(self, moment: datetime | None, *, seconds: bool = True) -> str:
        """Return a moment in the zone of the browser, or a dash for none."""
        if moment is None:
            return "-"
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


async def visit_of(request: Request, asked: str | None) -> Visit:
    """Return the visit of a page; `asked` is the client that its address names. Raises UnknownClient, NoClient."""
    visitor, services = visitor_of(request.scope), services_of(request.scope)
    clients = await _clients(services, visitor.caller)
    if not clients:
        raise NoClient
    if asked is not None and asked not in clients:
        raise UnknownClient(asked)
    kept = request.cookies.get(CLIENT_COOKIE, "")
    chosen = asked or (kept if kept in clients else next(iter(clients)))
    return Visit(
        caller=visitor.caller,
        client=chosen,
        clients=clients,
        services=services,
        zone=_zone(request.cookies.get(ZONE_COOKIE, "")),
        address=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        csrf=visitor.csrf,
        visitor=visitor,
    )


def acting(visit: Visit, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Return a handler that does `work` and tells what was refused, in words; a session that has ended is left."""

    async def handle() -> None:
        try:
            await work()
        except CredentialRefused:
            leave(visit)
        except DroverError as error:
            tell(error)
        except Exception as error:  # noqa: BLE001  a defect must be told to the person who clicked
            _log.exception("a page met a defect", path=visit.address, error=repr(error))
            ui.notify("An unexpected error; the log of the process tells more.", type="negative", position="top")

    return handle


def follow(visit: Visit, every_s: float, look: Callable[[], Awaitable[None]]) -> ui.timer:
    """Look again every `every_s` seconds while the page is visible; one look at a time. A session that ends is left."""
    under_way = asyncio.Lock()

    async def turn() -> None:
        if not visit.visible or under_way.locked():
            return
        async with under_way:
            try:
                await look()
            except CredentialRefused:
                leave(visit)
            except DroverError as error:
                _log.info("a page cannot be brought up to date", path=visit.address, error=str(error))

    return ui.timer(every_s, turn, immediate=False)


def leave(visit: Visit) -> None:
    """Go to the login page, and from there back here."""
    ui.navigate.to(f"{LOGIN}?to={quote(visit.address, safe='')}")


def tell(error: DroverError) -> None:
    """Tell what was refused, and what to do."""
    ui.notify(sentences(error), type="negative", position="top", multi_line=True, close_button="Close", timeout=9000)


def done(text: str) -> None:
    """Tell that something was done."""
    ui.notify(text, type="positive", position="top", timeout=3000)


def sentences(error: DroverError) -> str:
    """Return a failure in sentences: what and where, then what to do."""
    parts = (error.message, error.hint)
    return " ".join(f"{part[:1].upper()}{part[1:]}{'' if part.endswith('.') else '.'}" for part in parts if part)


async def _clients(services: ConsoleServices, caller: Caller) -> dict[str, str]:
    async with services.database.reading(Organization(caller.organization)) as unit:
        known = await services.clients.page(unit, caller, after=None, limit=_MOST_CLIENTS)
    return {client.id: client.name for client in known if client.id in caller.clients}


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(unquote(name)) if name else _UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return _UTC
