"""`drover clients`, `users`, `token`: who may use a running `drover up`; and the kill switch."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal

import typer

from drover.cli.asking import ReasonOption, Things, WhichArgument, acts, because, group, lists, shows
from drover.cli.remote import DONE, ClientOption, Json, JsonOption, Remote, TokenOption, UrlOption, remote, show

CLIENTS: Final = Things("/clients", ("name", "id", "status", "halt.reason"), of_client=False)


def _worded(api: Remote, users: Sequence[Json]) -> Sequence[Json]:
    """Say users' accesses by the names of clients."""
    names = api.names("/clients", of_client=False)
    return [user | {"clients": [_access(names.get(id_, id_), one) for id_, one in _held(user)]} for user in users]


def _held(user: Json) -> Iterable[tuple[str, Json]]:
    return user["clients"].items()


def _access(client: str, access: Json) -> str:
    limits = [f"{what} {', '.join(access[what])}" for what in ("racks", "apps") if access[what] is not None]
    return " ".join([f"{client}: {access['level'].replace('_', ' ')}", *(f"({limit})" for limit in limits)])


USERS: Final = Things(
    "/users", ("username", "id", "role", "status", "clients"), name="username", of_client=False, worded=_worded
)
HALTS: Final = ("scope", "at", "reason", "by")
TOKENS: Final = Things("/me/tokens", ("name", "id", "scopes", "last_used_at", "expires_at"), of_client=False)

clients = group("clients", "Clients of the organization, and their kill switches.")
lists(clients, "list", CLIENTS, "List the clients.")
shows(clients, "show", CLIENTS, "Show a client.")
acts(clients, "halt", CLIENTS, "Stop every run of a client within a second.", below="/halt", body=because)
acts(clients, "unhalt", CLIENTS, "Let a client's runs go on.", below="/unhalt", body=because)

users = group("users", "Users of the organization, and their access to clients.")
lists(users, "list", USERS, "List the users.")
shows(users, "show", USERS, "Show a user and their access.")

tokens = group("token", "My API tokens.")
lists(tokens, "list", TOKENS, "List my tokens.")
acts(tokens, "revoke", TOKENS, "Make a token of mine useless.", below="", method="DELETE")

Role = Literal["super_user", "admin", "client_user", "viewer"]
Level = Literal["full", "limited", "read_only"]


@clients.command("create")
def create_client(
    name: Annotated[str, typer.Argument(help="Its name.")],
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Make a client."""
    with remote(url, token) as api:
        show(api.ask("POST", "/clients", body={"name": name}), CLIENTS.columns, json_line=json_line)


@users.command("create")
def create_user(
    username: Annotated[str, typer.Argument(help="The name to log in with.")],
    role: Annotated[Role, typer.Option(help="What the user is in the organization.")] = "client_user",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Make a user, with a random password that is shown this once."""
    with remote(url, token) as api:
        made = api.ask("POST", "/users", body={"username": username, "role": role})
        show(made, ("username", "id", "role", "password"), json_line=json_line)


@users.command("grant")
def grant(
    which: WhichArgument,
    level: Annotated[Level, typer.Option(help="How far it reaches.")] = "limited",
    rack: Annotated[list[str] | None, typer.Option(help="Only this rack, by name or id; may be repeated.")] = None,
    app: Annotated[list[str] | None, typer.Option(help="Only this app, by name; may be repeated.")] = None,
    reason: ReasonOption = "",
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Grant a user access to a client, in place of what they have."""
    with remote(url, token, client) as api:
        path = f"{USERS.one(api, which)}/access/{api.client_id()}"
        racks = [api.find("/racks", "name", one, of_client=False) for one in rack] if rack else None
        body = {"level": level, "racks": racks, "apps": app or None, "reason": reason}
        show(api.ask("PUT", path, body=body) or DONE, (), json_line=json_line)


@users.command("withdraw")
def withdraw(
    which: WhichArgument,
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Withdraw a user's access to a client."""
    with remote(url, token, client) as api:
        path = f"{USERS.one(api, which)}/access/{api.client_id()}"
        show(api.ask("DELETE", path) or DONE, (), json_line=json_line)


@users.command("set")
def change_user(
    which: WhichArgument,
    role: Annotated[Role | None, typer.Option(help="Another role.")] = None,
    status: Annotated[Literal["active", "inactive", "deleted"] | None, typer.Option(help="Another status.")] = None,
    reason: ReasonOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Change a user's role or status; who is not active is logged out at once."""
    with remote(url, token) as api:
        given = {"role": role, "status": status, "reason": reason}
        body = {name: value for name, value in given.items() if value}
        USERS.show(api, api.ask("PATCH", USERS.one(api, which), body=body), json_line=json_line)


@tokens.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="What it is for.")],
    scope: Annotated[list[str], typer.Option(help="What it is good for: read, run, halt, define, secrets, manage.")],
    days: Annotated[int, typer.Option(help="How long it is good for, 1 to 366.", min=1, max=366)] = 90,
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Make a token, which is shown this once; after `drover login` alone."""
    with remote(url, token) as api:
        made = api.ask("POST", "/me/tokens", body={"name": name, "scopes": scope, "days": days})
        show(made, ("name", "id", "scopes", "expires_at", "token"), json_line=json_line)


def halt(
    reason: ReasonOption = "halted from the command line",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Stop every run of every client within a second; nothing starts until `drover unhalt`."""
    with remote(url, token) as api:
        show(api.ask("POST", "/halt", body={"reason": reason}), ("at", "by", "reason"), json_line=json_line)


def unhalt(
    reason: ReasonOption = "unhalted from the command line",
    url: UrlOption = "",
    token: TokenOption = "",
    json_line: JsonOption = False,
) -> None:
    """Let runs go on, but those of clients that are halted by themselves."""
    with remote(url, token) as api:
        show(api.ask("POST", "/unhalt", body={"reason": reason}) or DONE, (), json_line=json_line)


def halts(url: UrlOption = "", token: TokenOption = "", json_line: JsonOption = False) -> None:
    """List the kill switches that are thrown: of clients, or of everything."""
    with remote(url, token) as api:
        thrown = api.ask("GET", "/halts")
        if not json_line:
            names = api.names("/clients", of_client=False)
            items = [one | {"scope": names.get(one["client"], "everything")} for one in thrown["items"]]
            thrown = {"items": items}
        show(thrown, HALTS, json_line=json_line)
