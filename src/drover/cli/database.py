"""`drover database`: what is done to the database while Drover does not run."""

import json
from typing import Annotated

import typer

from drover.cli import interrupts
from drover.platform.settings import load_settings

app = typer.Typer(help="Care for the database.")

DatabaseOption = Annotated[
    str,
    typer.Option("--database", help="sqlite:///PATH or postgresql://ROLE@HOST/NAME; or DROVER_DATABASE."),
]

OwnerOption = Annotated[
    str, typer.Option("--owner", help="PostgreSQL: the address as the tables' owner, to upgrade them with.")
]


@app.callback(invoke_without_command=True)
def database(context: typer.Context) -> None:
    """Care for the database."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("upgrade", short_help="Bring the tables up to date.")
def upgrade(
    database: DatabaseOption = "",
    owner: OwnerOption = "",
    json_line: Annotated[bool, typer.Option("--json", help="Print one JSON line.")] = False,
) -> None:
    """Bring the tables up to date, making them where there are none; all or nothing."""
    from drover.bootstrap.databases import (  # noqa: PLC0415  the database takes seconds to load: here alone
        bring_up_to_date,
        databases,
    )

    bases = databases(load_settings(), database, owner)
    upgraded = interrupts.run(bring_up_to_date(bases))
    if json_line:
        typer.echo(json.dumps({"database": bases.shown, "before": upgraded.before, "after": upgraded.after}))
    elif upgraded.before == upgraded.after:
        typer.echo(f"{bases.shown}: is up to date ({upgraded.after})")
    else:
        typer.echo(f"{bases.shown}: upgraded from {upgraded.before or 'nothing'} to {upgraded.after}")
