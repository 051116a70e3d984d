"""The frame around every page: where one is, which client, who, and the kill switch. Pages register with `page`."""

import inspect
from collections.abc import Awaitable, Callable
from functools import partial, wraps
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from nicegui import ui
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from drover.console.door import authenticated
from drover.console.kill_switch import kill_switch
from drover.console.visit import CLIENT_COOKIE, Visit, acting, done, follow, leave, sentences, tell, visit_of
from drover.kernel.errors import DroverError
from drover.platform.web.statuses import STATUSES
from drover.tenancy.service import Act

__all__ = ["Visit", "acting", "authenticated", "done", "follow", "heading", "leave", "nothing_there", "page", "tell"]

View = Callable[..., Awaitable[None]]
_BUILD_S: Final = 15.0
_HEAD: Final = (
    '<link rel="icon" href="/theme/drover.svg"><link rel="stylesheet" href="/theme/theme.css">'
    '<script src="/theme/theme.js"></script>'
)
_ERROR: Final = Template((files("drover.console.theme") / "error.html").read_text("utf-8"))
_VISIBILITY: Final = (
    "document.addEventListener('visibilitychange', () => emitEvent('drover_visible', !document.hidden))"
)
PLACES: Final = (
    ("/wall", "Wall", "grid_view", Act.SEE),
    ("/runs", "Runs", "play_circle", Act.SEE),
    ("/phones", "Phones", "smartphone", Act.SEE),
    ("/schedules", "Schedules", "calendar_month", Act.SEE),
    ("/users", "Users", "group", Act.MANAGE_USERS),
)
"""Where the navigation leads: address, words, icon, and the act without which it is not offered."""


def page(path: str, *, title: str) -> Callable[[View], View]:
    """Register `view(visit, ...)` as the page at `path`, inside the shell.

    Its other parameters are those of the path and the query, as FastAPI reads them. A DroverError that it raises is
    shown in its place, under the status of the error's kind.
    """

    def register(view: View) -> View:
        given = list(inspect.signature(view).parameters.values())[1:]

        @wraps(view)
        async def build(request: Request, **values: object) -> Response | None:
            try:
                visit = await visit_of(request, request.query_params.get("client"))
            except DroverError as error:
                return failure_page(error)
            await _framed(visit, path, title, lambda: view(visit, **values))
            return None

        asked = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
        keyword = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in given]
        build.__signature__ = inspect.Signature([asked, *keyword])  # type: ignore[attr-defined]  # read by FastAPI
        ui.page(path, title=f"{title} · Drover", response_timeout=_BUILD_S)(build)
        return view

    return register


async def _framed(visit: Visit, path: str, title: str, view: Callable[[], Awaitable[None]]) -> None:
    ui.add_head_html(_HEAD)
    client = ui.context.client
    with client.layout:
        header = ui.element("header").classes("dr-header")
        header.move(target_index=0)
    with header:
        await _header(visit, path)
    ui.on("drover_visible", lambda event: setattr(visit, "visible", bool(event.args)))
    ui.run_javascript(_VISIBILITY)
    try:
        await view()
    except DroverError as error:
        client.status_code = STATUSES[error.kind]
        client.content.clear()
        with client.content:
            heading(title)
            _failure(error)


async def _header(visit: Visit, path: str) -> None:
    with ui.element("a").props('href="/wall" aria-label="Drover"').classes("dr-brand"):
        ui.element("img").props('src="/theme/drover.svg" alt="" width="22" height="22"')
        ui.label("Drover")
    with ui.element("nav").props('aria-label="Views"').classes("dr-nav"):
        for place, words, icon, act in PLACES:
            if visit.may(act):
                _place(visit, place, words, icon, current=path == place or path.startswith(f"{place}/"))
    ui.element("div").classes("dr-space")
    banner = await kill_switch(visit)
    _client_switch(visit)
    _theme_switch()
    _user_menu(visit)
    with ui.context.client.layout:
        banner.move(ui.context.client.layout, target_index=1)


def _place(visit: Visit, place: str, words: str, icon: str, *, current: bool) -> None:
    with ui.element("a").props(f'href="{visit.path(place)}"').classes("dr-place") as link:
        ui.icon(icon)
        ui.label(words)
    if current:
        link.props('aria-current="page"')


def _client_switch(visit: Visit) -> None:
    if len(visit.clients) < 2:  # noqa: PLR2004  there is nothing to choose
        ui.label(visit.clients[visit.client]).classes("dr-client").tooltip("The client that you look at")
        return

    def choose(chosen: str) -> None:
        ui.run_javascript(f"document.cookie = '{CLIENT_COOKIE}={chosen}; path=/; samesite=strict; max-age=31536000'")
        path = visit.address.partition("?")[0]
        place = next((one for one, *_ in PLACES if path.startswith(one)), "/wall")
        ui.navigate.to(f"{place}?client={chosen}")

    button = ui.button(visit.clients[visit.client], icon="business").props("flat no-caps dense")
    with button.classes("dr-client"), ui.menu():
        for one, name in visit.clients.items():
            ui.menu_item(name, partial(choose, one))


def _theme_switch() -> None:
    button = ui.button(icon="contrast").props('flat dense aria-label="Switch between dark and light"')
    button.classes("dr-tool").on("click", js_handler="() => droverTheme.toggle()")


def _user_menu(visit: Visit) -> None:
    button = ui.button(icon="account_circle").props(f'flat dense aria-label="{escape(visit.caller.username)}: menu"')
    with button.classes("dr-tool"), ui.menu().classes("dr-menu"):
        ui.label(visit.caller.username).classes("dr-menu-who")
        for words, place in (("Change password", "/password"), ("Tokens", "/tokens")):
            ui.menu_item(words, partial(ui.navigate.to, visit.path(place)))
        with ui.element("form").props('method="post" action="/logout"'):
            ui.element("input").props(f'type="hidden" name="csrf" value="{visit.csrf}"')
            with ui.element("button").props('type="submit"').classes("dr-menu-button"):
                ui.label("Log out")


def heading(text: str, note: str = "") -> None:
    """Begin a page: its one first heading, and a note beside it."""
    with ui.element("div").classes("dr-heading"):
        with ui.element("h1"):
            ui.label(text)
        if note:
            ui.label(note).classes("dr-note")


def _failure(error: DroverError) -> None:
    with ui.element("div").classes("dr-failure").props('role="alert"'):
        ui.icon("error_outline")
        ui.label(sentences(error))


def failure_page(error: DroverError) -> HTMLResponse:
    """Return a page of its own for what is refused before there is anything to put a frame around."""
    return HTMLResponse(_ERROR.substitute(title="Not here", told=escape(sentences(error))), STATUSES[error.kind])


async def nothing_there(request: Request) -> Response:
    """Return the page that answers for addresses at which there is nothing."""
    told = f"There is nothing at {request.url.path}. The navigation leads to everything that you may see."
    return HTMLResponse(_ERROR.substitute(title="Nothing here", told=escape(told)), 404)
