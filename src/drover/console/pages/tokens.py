"""The caller's own tokens: made, shown once, revoked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast

from nicegui import ui

from drover.console.parts.listing import Column, Cursor, Listing, Row, acts, tags, text
from drover.console.parts.panels import ask, dialog_of, secret
from drover.console.shell import Visit, acting, done, heading, page
from drover.platform.web.pages import USUAL, PageWanted, encode
from drover.tenancy.service import Scope, Token, scopes_of

_COLUMNS: Final = (
    Column("name", "Token", "tight"),
    Column("scopes", "Good for"),
    Column("made", "Made", "tight"),
    Column("used", "Last used", "tight"),
    Column("ends", "Ends", "tight"),
    Column("acts", "Acts", "tight", hidden=True),
)
_SCOPES: Final[Mapping[Scope, str]] = {
    Scope.READ: "read what you may see",
    Scope.RUN: "run workflows and drive phones",
    Scope.HALT: "throw the kill switch",
    Scope.DEFINE: "change definitions",
    Scope.SECRETS: "read secrets",
    Scope.MANAGE: "manage phones, users and clients",
}
_DAYS: Final = {7: "a week", 30: "30 days", 90: "90 days", 366: "a year"}


@page("/tokens", title="Tokens")
async def tokens(visit: Visit, after: Cursor = None) -> None:
    """List the tokens of the caller. Raises BadCursor."""
    view = _View(visit, PageWanted(limit=USUAL, after=after))
    await view.look()


class _View:
    """The list, and the form."""

    def __init__(self, visit: Visit, wanted: PageWanted) -> None:
        self._visit = visit
        self._wanted = wanted
        self._names: dict[str, str] = {}
        heading("Tokens", "for programs that act in your name; none does more than you may")
        with ui.element("div").classes("dr-bar"):
            ui.button("New token", icon="add", on_click=self._ask_new).props("unelevated no-caps")
        empty = "You have none. Make one for each program, so that each can be revoked by itself."
        self._listing = Listing("Tokens", _COLUMNS, empty=empty, on_act=self._ask_revoke)
        self._pager = ui.element("nav").classes("dr-pager").props('aria-label="Pages of the list"')

    async def look(self) -> None:
        """Read the list, and show it."""
        visit, after = self._visit, cast("tuple[datetime, str] | None", self._wanted.position(datetime, str))
        async with visit.services.database.reading(visit.organization) as unit:
            found = await visit.services.tokens.page(unit, visit.caller, after=after, limit=self._wanted.rows)
        self._names = {one.id: one.name for one in found}
        self._listing.show([self._row(one) for one in found[:USUAL]])
        self._pager.clear()
        if len(found) > USUAL:
            last = found[USUAL - 1]
            with self._pager:
                ui.link("Earlier tokens", visit.path("/tokens", after=encode((last.created_at, last.id))))

    def _row(self, token: Token) -> Row:
        local = self._visit.local
        return {
            "id": token.id,
            "id_words": token.name,
            "name": text(token.name, main=True, sub=f"drv_{token.id[:8]}..."),
            "scopes": tags(sorted(scope.value for scope in token.scopes)),
            "made": text(local(token.created_at, seconds=False)),
            "used": text(local(token.last_used_at, seconds=False) if token.last_used_at else "never"),
            "ends": text(local(token.expires_at, seconds=False) if token.expires_at else "never"),
            "acts": acts(("revoke", "Revoke", "bad")),
        }

    def _ask_new(self) -> None:
        with dialog_of("New token") as dialog:
            name = ui.input("What it is for").props("outlined dense autofocus maxlength=100").classes("dr-wide")
            days = ui.select(dict(_DAYS), value=90, label="Good for").props("outlined dense")
            boxes = {
                scope: ui.checkbox(f"{scope.value}: {words}", value=scope is Scope.READ)
                for scope, words in _SCOPES.items()
            }

            async def make() -> None:
                chosen = [scope.value for scope, box in boxes.items() if box.value]
                await self._make(str(name.value or ""), chosen, int(days.value or 0))
                dialog.close()

            with ui.element("div").classes("dr-buttons"):
                ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
                ui.button("Make the token", on_click=acting(self._visit, make)).props("unelevated no-caps")

    async def _make(self, name: str, chosen: list[str], days: int) -> None:
        visit = self._visit
        caller = await visit.again()
        async with visit.services.database.writing(visit.organization) as unit:
            token, told = await visit.services.tokens.create(unit, caller, name, scopes_of(chosen), days)
        await self.look()
        secret(f"Token {token.name}", "It is shown this once. Send it as `Authorization: Bearer ...`.", told.reveal())

    async def _ask_revoke(self, token_id: str, _act: str) -> None:
        title = f"Revoke {self._names.get(token_id, 'the token')}"
        note = "Whatever uses it is refused from now on."
        ask(self._visit, title, note, "Revoke", lambda _: self._revoke(token_id), danger=True)

    async def _revoke(self, token_id: str) -> None:
        visit = self._visit
        caller = await visit.again()
        async with visit.services.database.writing(visit.organization) as unit:
            await visit.services.tokens.revoke(unit, caller, token_id)
        done("Revoked.")
        await self.look()
