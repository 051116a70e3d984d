"""Users of the organization: made, changed, put out; and what they may reach in each client."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, cast

from nicegui import ui

from drover.console.parts.listing import Column, Cursor, Listing, Row, acts, badge, tags, text
from drover.console.parts.panels import ask, dialog_of, secret
from drover.console.shell import Visit, acting, done, heading, page
from drover.platform.web.pages import USUAL, PageWanted, encode
from drover.tenancy.domain.roles import GIVES
from drover.tenancy.service import Access, Act, Level, Role, Status, UserAccess

_COLUMNS: Final = (
    Column("name", "User", "tight"),
    Column("status", "Status", "tight"),
    Column("role", "Role", "tight"),
    Column("access", "Access"),
    Column("since", "Made", "tight"),
    Column("acts", "Acts", "tight", hidden=True),
)
_TONES: Final = {Status.ACTIVE: "good", Status.INACTIVE: "warn", Status.DELETED: ""}
_NO_ACCESS: Final = "none"


@page("/users", title="Users")
async def users(visit: Visit, after: Cursor = None) -> None:
    """List the users that the caller administers. Raises NotAllowed, BadCursor."""
    visit.caller.require(Act.MANAGE_USERS)
    view = _View(visit, PageWanted(limit=USUAL, after=after))
    await view.look()


class _View:
    """The list, and the forms."""

    def __init__(self, visit: Visit, wanted: PageWanted) -> None:
        self._visit = visit
        self._wanted = wanted
        self._found: Mapping[str, UserAccess] = {}
        heading("Users", "of the organization")
        with ui.element("div").classes("dr-bar"):
            ui.button("New user", icon="person_add", on_click=self._ask_new).props("unelevated no-caps")
        self._listing = Listing("Users", _COLUMNS, empty="There are none.", on_act=self._asked)
        self._pager = ui.element("nav").classes("dr-pager").props('aria-label="Pages of the list"')

    async def look(self) -> None:
        """Read the list, and show it."""
        visit, after = self._visit, cast("tuple[str, str] | None", self._wanted.position(str, str))
        async with visit.services.database.reading(visit.organization) as unit:
            found = await visit.services.users.page(unit, visit.caller, after=after, limit=self._wanted.rows)
        self._found = {one.user.id: one for one in found[:USUAL]}
        self._listing.show([self._row(one) for one in found[:USUAL]])
        self._pager.clear()
        if len(found) > USUAL:
            last = found[USUAL - 1].user
            with self._pager:
                ui.link("More users", visit.path("/users", after=encode((last.username, last.id))))

    def _row(self, one: UserAccess) -> Row:
        user, clients = one.user, self._visit.clients
        reached = [
            f"{clients[client]}: {access.level.word}" for client, access in one.clients.items() if client in clients
        ]
        own = user.id == self._visit.caller.user
        may = not own and user.role in GIVES[self._visit.caller.role] and user.status is not Status.DELETED
        turn = ("disable", "Disable", "bad") if user.status is Status.ACTIVE else ("enable", "Enable")
        offered = acts(("edit", "Role and access"), ("reset", "New password"), turn)
        return {
            "id": user.id,
            "id_words": user.username,
            "name": text(user.username, main=True, sub="you" if own else ""),
            "status": badge(user.status.value, _TONES[user.status]),
            "role": text(user.role.value.replace("_", " ")),
            "access": tags(sorted(reached)),
            "since": text(self._visit.local(user.created_at, seconds=False)),
            "acts": offered if may else text("" if own else "not yours to change"),
        }

    async def _asked(self, user_id: str, act: str) -> None:
        one = self._found[user_id]
        forms = {"edit": self._ask_edit, "reset": self._ask_reset, "disable": self._ask_turn, "enable": self._ask_turn}
        forms[act](one)

    def _roles(self) -> Mapping[str, str]:
        return {role.value: role.value.replace("_", " ") for role in Role if role in GIVES[self._visit.caller.role]}

    def _ask_new(self) -> None:
        with dialog_of("New user") as dialog:
            ui.label("The password is drawn, and shown once.").classes("dr-note")
            name = ui.input("Name of the user").props("outlined dense autofocus maxlength=64").classes("dr-wide")
            role = ui.select(dict(self._roles()), value=Role.CLIENT_USER.value, label="Role").props("outlined dense")
            level = _level("Access to " + self._visit.clients[self._visit.client], Level.LIMITED)

            async def make() -> None:
                await self._make(str(name.value or ""), Role(str(role.value)), str(level.value))
                dialog.close()

            _buttons(self._visit, dialog, "Make the user", make)

    async def _make(self, username: str, role: Role, level: str) -> None:
        visit = self._visit
        caller = await visit.again(Act.MANAGE_USERS)
        prepared = await visit.services.passwords.prepare(username.strip().lower())
        async with visit.services.database.writing(visit.organization) as unit:
            made = await visit.services.users.create(unit, caller, username, role, prepared)
            if level != _NO_ACCESS:
                access = Access(Level.of(level))
                await visit.services.users.grant(unit, caller, made.id, visit.client, access)
        await self.look()
        secret(f"Password of {made.username}", "It is shown this once. Hand it over safely.", prepared.plain)

    def _ask_edit(self, one: UserAccess) -> None:
        with dialog_of(one.user.username) as dialog:
            role = ui.select(dict(self._roles()), value=one.user.role.value, label="Role").props("outlined dense")
            chosen = {
                client: _level(f"Access to {name}", one.clients[client].level if client in one.clients else None)
                for client, name in self._visit.clients.items()
            }
            reason = ui.input("Reason").props("outlined dense maxlength=500").classes("dr-wide")

            async def keep() -> None:
                levels = {client: str(select.value) for client, select in chosen.items()}
                await self._keep(one, Role(str(role.value)), levels, str(reason.value or "").strip())
                dialog.close()

            _buttons(self._visit, dialog, "Keep", keep)

    async def _keep(self, one: UserAccess, role: Role, levels: Mapping[str, str], reason: str) -> None:
        visit, service = self._visit, self._visit.services.users
        caller = await visit.again(Act.MANAGE_USERS)
        async with visit.services.database.writing(visit.organization) as unit:
            await service.change(unit, caller, one.user.id, role=role, reason=reason)
            for client, level in levels.items():
                before = one.clients.get(client)
                if level == (before.level.word if before else _NO_ACCESS):
                    continue
                if level == _NO_ACCESS:
                    await service.withdraw(unit, caller, one.user.id, client, reason)
                    continue
                racks, apps = (before.racks, before.apps) if before else (None, None)
                await service.grant(unit, caller, one.user.id, client, Access(Level.of(level), racks, apps), reason)
        done("Kept.")
        await self.look()

    def _ask_reset(self, one: UserAccess) -> None:
        note = (
            "The one they have stops working, and they are logged out everywhere. The new one is drawn and shown once."
        )
        title = f"New password for {one.user.username}"
        ask(self._visit, title, note, "Draw a password", lambda why: self._reset(one, why), reason=True)

    async def _reset(self, one: UserAccess, why: str) -> None:
        visit = self._visit
        caller = await visit.again(Act.MANAGE_USERS)
        prepared = await visit.services.passwords.prepare(one.user.username)
        async with visit.services.database.writing(visit.organization) as unit:
            await visit.services.users.reset_password(unit, caller, one.user.id, prepared, why)
        secret(f"Password of {one.user.username}", "It is shown this once. Hand it over safely.", prepared.plain)

    def _ask_turn(self, one: UserAccess) -> None:
        active = one.user.status is Status.ACTIVE
        words = "Disable" if active else "Enable"
        note = "They are logged out at once, and their tokens stop working." if active else "They may log in again."
        wanted = Status.INACTIVE if active else Status.ACTIVE
        title = f"{words} {one.user.username}"
        ask(self._visit, title, note, words, lambda why: self._turn(one, wanted, why), reason=True, danger=active)

    async def _turn(self, one: UserAccess, wanted: Status, why: str) -> None:
        visit = self._visit
        caller = await visit.again(Act.MANAGE_USERS)
        async with visit.services.database.writing(visit.organization) as unit:
            await visit.services.users.change(unit, caller, one.user.id, status=wanted, reason=why)
        done(f"{one.user.username} is {wanted.value}.")
        await self.look()


def _level(label: str, level: Level | None) -> ui.select:
    options = {_NO_ACCESS: "none", **{one.word: one.word.replace("_", " ") for one in Level}}
    return ui.select(options, value=level.word if level else _NO_ACCESS, label=label).props("outlined dense")


def _buttons(visit: Visit, dialog: ui.dialog, words: str, act: Callable[[], Awaitable[None]]) -> None:
    with ui.element("div").classes("dr-buttons"):
        ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
        ui.button(words, on_click=acting(visit, act)).props("unelevated no-caps")
