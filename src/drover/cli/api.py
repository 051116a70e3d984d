"""`drover api`: ask anything of a running `drover up`, as its OpenAPI document tells."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from drover.cli.remote import ClientOption, TokenOption, UrlOption, remote
from drover.kernel.errors import InvalidInput
from drover.platform.documents import read_json


def api(
    method: Annotated[
        Literal["GET", "POST", "PUT", "PATCH", "DELETE"], typer.Argument(help="GET, POST, PUT, PATCH or DELETE.")
    ],
    path: Annotated[str, typer.Argument(help="What follows /api/v1; {client} stands for the client's id.")],
    body: Annotated[str, typer.Option(help="JSON to send; @FILE reads a file.")] = "",
    client: ClientOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
) -> None:
    """Ask a route, and print what it answers as one JSON line."""
    given = _parsed(body) if body else None
    with remote(url, token, client) as asked:
        where = path.replace("{client}", asked.client_id()) if "{client}" in path else path
        answer = asked.ask(method, where if where.startswith("/") else f"/{where}", body=given)
    typer.echo(json.dumps(answer, ensure_ascii=False))


def _parsed(text: str) -> object:
    if text.startswith("@"):
        return read_json(Path(text[1:]))
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"--body: is not JSON: {error}", hint="quote it as one word, or give @FILE") from error
