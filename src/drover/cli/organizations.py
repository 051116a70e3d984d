"""`drover organizations`: several agencies on one PostgreSQL; for the operator of the host, with the database alone."""

import getpass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from drover.cli import interrupts
from drover.cli.asking import ReasonOption, group
from drover.cli.database import DatabaseOption
from drover.cli.remote import JsonOption, show
from drover.platform.settings import load_settings

if TYPE_CHECKING:
    from drover.tenancy.service import Organization

_SHOWN: Final = ("name", "id", "status", "created_at")
NameArgument = Annotated[str, typer.Argument(help="Its name, or its id.", metavar="NAME")]

app = group("organizations", "Organizations of an installation on PostgreSQL.")


@app.command("list")
def list_organizations(database: DatabaseOption = "", json_line: JsonOption = False) -> None:
    """List the organizations."""
    from drover.bootstrap.organizations import on_host  # noqa: PLC0415  the database takes seconds to load: here alone

    async def work() -> list[dict[str, object]]:
        async with on_host(load_settings(), database) as host:
            return [_shown(one) for one in await host.organizations.every()]

    show({"items": interrupts.run(work())}, _SHOWN, json_line=json_line)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Its name.")],
    admin: Annotated[str, typer.Option("--admin", help="The name that its first administrator logs in with.")],
    database: DatabaseOption = "",
    json_line: JsonOption = False,
) -> None:
    """Make an organization, with a client and an administrator, whose password is shown this once."""
    from drover.bootstrap.organizations import on_host  # noqa: PLC0415  as above

    async def work() -> dict[str, object]:
        async with on_host(load_settings(), database) as host:
            made = await host.beginning.organization(name, admin)
        return {"id": made.organization, "client": made.client, "username": made.username, "password": made.password}

    show(interrupts.run(work()), ("id", "client", "username", "password"), json_line=json_line)


@app.command("suspend")
def suspend(
    name: NameArgument, reason: ReasonOption = "", database: DatabaseOption = "", json_line: JsonOption = False
) -> None:
    """Let nobody of an organization log in, and none of its runs start, until it is resumed."""
    show(_set(name, reason, database, suspended=True), _SHOWN, json_line=json_line)


@app.command("resume")
def resume(
    name: NameArgument, reason: ReasonOption = "", database: DatabaseOption = "", json_line: JsonOption = False
) -> None:
    """Let a suspended organization work again."""
    show(_set(name, reason, database, suspended=False), _SHOWN, json_line=json_line)


def _set(name: str, reason: str, database: str, *, suspended: bool) -> dict[str, object]:
    from drover.bootstrap.organizations import on_host  # noqa: PLC0415  as above
    from drover.tenancy.service.organizations import Operator  # noqa: PLC0415  as above

    async def work() -> dict[str, object]:
        async with on_host(load_settings(), database) as host:
            change = host.organizations.suspend if suspended else host.organizations.resume
            return _shown(await change(name, Operator(getpass.getuser()), reason))

    return interrupts.run(work())


def _shown(one: "Organization") -> dict[str, object]:
    return {"name": one.name, "id": one.id, "status": one.status.value, "created_at": one.created_at.isoformat()}
