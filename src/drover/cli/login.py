"""`drover login`: a session of one's own, for what a token cannot do; kept in data_dir for this user alone."""

import json
import sys
from typing import Annotated

import typer

from drover.bootstrap.standing import OWNER_ALONE, DataFolderUnusable
from drover.cli.remote import SESSION_FILE, NotUp, UrlOption, begin_session, remote
from drover.kernel.errors import InvalidInput
from drover.platform.files import write_whole
from drover.platform.settings import load_settings


def login(
    username: Annotated[str, typer.Argument(help="Whose session.")] = "admin",
    url: UrlOption = "",
) -> None:
    """Log in with a password, which is asked for, or read from standard input where that is no terminal."""
    settings = load_settings()
    password = typer.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    if not password:
        raise InvalidInput("no password was given", hint="type it, or give it on standard input")
    session = begin_session(url, username, password)
    try:
        document = {"url": session.url, "secret": session.secret, "csrf": session.csrf}
        write_whole(settings.data_dir / SESSION_FILE, json.dumps(document).encode(), mode=OWNER_ALONE)
    except OSError as error:
        raise DataFolderUnusable(settings.data_dir, error) from error
    typer.echo(f"logged in at {session.url} as {username}", err=True)


def logout(url: UrlOption = "") -> None:
    """End the session."""
    path = load_settings().data_dir / SESSION_FILE
    if not path.exists():
        raise NotUp("nobody is logged in from here", hint="`drover login` begins a session")
    try:
        with remote(url) as api:
            api.ask("POST", "/logout")
    finally:
        path.unlink(missing_ok=True)
