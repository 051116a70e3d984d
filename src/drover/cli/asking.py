"""Making commands of routes: most ask one thing of one route, and show the answer as a table or as JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from drover.cli.remote import (
    DONE,
    AfterOption,
    ClientOption,
    Json,
    JsonOption,
    LimitOption,
    Remote,
    TokenOption,
    UrlOption,
    remote,
    show,
)

WhichArgument = Annotated[str, typer.Argument(help="Its id, or its name where it has one.", metavar="WHICH")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it stays in the audit trail.")]


@dataclass(frozen=True, slots=True)
class Things:
    """Things of one kind: where the API lists them, what is shown of them, and which field is their name.

    `of_client`: they belong to a client, and the path follows the client's. `worded` adds to what is shown to people
    what the API tells by ids alone.
    """

    path: str
    columns: Sequence[str]
    name: str = "name"
    of_client: bool = True
    worded: Callable[[Remote, Sequence[Json]], Sequence[Json]] | None = None

    def show(self, api: Remote, answer: Json, *, json_line: bool) -> None:
        """Print an answer of the API: a page of things, one of them, or nothing."""
        if answer is None or json_line or self.worded is None:
            show(answer or DONE, self.columns, json_line=json_line)
            return
        page = answer if "items" in answer else {"items": [answer]}
        show({**page, "items": self.worded(api, page["items"])}, self.columns, json_line=False)

    def ask(self, api: Remote, method: str, path: str, **more: Json) -> Json:
        """Ask for something below `path`."""
        return (api.of_client if self.of_client else api.ask)(method, path, **more)

    def one(self, api: Remote, which: str) -> str:
        """Return the path of the thing that is named `which`, or has it as its id. Raises NoSuchThing."""
        return f"{self.path}/{api.find(self.path, self.name, which, of_client=self.of_client)}"


def group(name: str, purpose: str) -> typer.Typer:
    """Return an empty group of commands, that shows its help when it is called alone."""
    app = typer.Typer(name=name, help=purpose)

    @app.callback(invoke_without_command=True, help=purpose)
    def alone(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    _ = alone
    return app


def lists(app: typer.Typer, command: str, things: Things, purpose: str) -> None:
    """Add a command that lists things, page by page."""

    def run(
        limit: LimitOption = 50,
        after: AfterOption = "",
        client: ClientOption = "",
        url: UrlOption = "",
        token: TokenOption = "",
        json_line: JsonOption = False,
    ) -> None:
        with remote(url, token, client) as api:
            answer = things.ask(api, "GET", things.path, query={"limit": limit, "after": after})
            things.show(api, answer, json_line=json_line)

    app.command(command, help=purpose)(run)


def shows(app: typer.Typer, command: str, things: Things, purpose: str) -> None:
    """Add a command that shows one of the things."""

    def run(
        which: WhichArgument,
        client: ClientOption = "",
        url: UrlOption = "",
        token: TokenOption = "",
        json_line: JsonOption = False,
    ) -> None:
        with remote(url, token, client) as api:
            answer = things.ask(api, "GET", things.one(api, which))
            things.show(api, answer, json_line=json_line)

    app.command(command, help=purpose)(run)


def acts(
    app: typer.Typer,
    command: str,
    things: Things,
    purpose: str,
    *,
    below: str,
    method: str = "POST",
    body: Callable[[str], Mapping[str, object]] | None = None,
) -> None:
    """Add a command that does something to one of the things; `body` makes the request's body of the reason."""

    def run(
        which: WhichArgument,
        reason: ReasonOption = "",
        client: ClientOption = "",
        url: UrlOption = "",
        token: TokenOption = "",
        json_line: JsonOption = False,
    ) -> None:
        with remote(url, token, client) as api:
            given = body(reason) if body is not None else None
            answer = things.ask(api, method, things.one(api, which) + below, body=given)
            things.show(api, answer, json_line=json_line)

    app.command(command, help=purpose)(run)


def because(reason: str) -> Mapping[str, object]:
    """Return the body of an act that wants a reason."""
    return {"reason": reason or "asked for on the command line"}
