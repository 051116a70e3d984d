"""The commands of `drover`, and running one of them."""

from typing import Annotated

import typer

from drover import __version__
from drover.cli import (
    api,
    database,
    demo,
    doctor,
    drafts,
    exits,
    fault,
    fleet,
    keyboard,
    login,
    organizations,
    people,
    phones,
    play,
    record,
    runs,
    scope,
    screens,
    sequence,
    sim,
    text,
    up,
    work,
)

app = typer.Typer(
    name="drover",
    help="Runs racks of phones: record a flow once, replay it on any number of phones, every screen verified.",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo", short_help="Play a sequence on simulated phones.")(demo.demo)
app.command("fault", short_help="Give simulated phones a fault.")(fault.fault)
app.command("play", short_help="Play a sequence on attached phones.")(play.play)
app.command("record", short_help="Record what a person does on a phone.")(record.record)
app.command("sim", short_help="Serve simulated phones.")(sim.sim)
app.command("up", short_help="Run everything in one process.")(up.up)
app.command("api", short_help="Ask a running Drover anything.")(api.api)
app.command("halt", short_help="Stop every run, at once.")(people.halt)
app.command("halts", short_help="List what is halted.")(people.halts)
app.command("login", short_help="Begin a session with a running Drover.")(login.login)
app.command("logout", short_help="End the session.")(login.logout)
app.command("unhalt", short_help="Let runs go on after a halt.")(people.unhalt)
app.add_typer(fleet.accounts, name="accounts")
app.add_typer(people.clients, name="clients")
app.add_typer(database.app, name="database")
app.add_typer(work.definitions, name="definitions")
app.add_typer(doctor.app, name="doctor")
app.add_typer(drafts.app, name="drafts")
app.add_typer(fleet.fleet, name="fleet")
app.add_typer(keyboard.app, name="keyboard")
app.add_typer(organizations.app, name="organizations")
app.add_typer(phones.app, name="phones")
app.add_typer(runs.runs, name="runs")
app.add_typer(work.schedule, name="schedule")
app.add_typer(scope.app, name="scope")
app.add_typer(screens.app, name="screens")
app.add_typer(sequence.app, name="sequence")
app.add_typer(text.app, name="text")
app.add_typer(people.tokens, name="token")
app.add_typer(people.users, name="users")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"drover {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def options(  # the flags do their work elsewhere: in _version, and in main before anything is parsed
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  see above
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[  # noqa: ARG001  see above
        bool, typer.Option("--debug", help="Show every log line, and tracebacks.")
    ] = False,
) -> None:
    """Set what holds for every command."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def run(words: list[str]) -> int:
    """Run the command that `words` name and return its exit code. Raises what the command raises."""
    result: object = app(args=words, prog_name="drover", standalone_mode=False)
    return result if isinstance(result, int) else exits.OK
