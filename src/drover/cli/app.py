"""The commands of `drover`, and running one of them. Only the one that is run is loaded: each needs other libraries."""

from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from drover import __version__
from drover.cli import exits
from drover.platform.memory import loading


@dataclass(frozen=True)
class Entry:
    """A command or a group of commands: what the overview says of it, and where it is in this package."""

    help: str
    module: str
    attribute: str = "app"


ENTRIES = {
    "demo": Entry("Play a sequence on simulated phones.", "demo", "demo"),
    "fault": Entry("Give simulated phones a fault.", "fault", "fault"),
    "play": Entry("Play a sequence on attached phones.", "play", "play"),
    "record": Entry("Record what a person does on a phone.", "record", "record"),
    "sim": Entry("Serve simulated phones.", "sim", "sim"),
    "up": Entry("Run everything in one process.", "up", "up"),
    "api": Entry("Ask a running Drover anything.", "api", "api"),
    "halt": Entry("Stop every run, at once.", "people", "halt"),
    "halts": Entry("List what is halted.", "people", "halts"),
    "login": Entry("Begin a session with a running Drover.", "login", "login"),
    "logout": Entry("End the session.", "login", "logout"),
    "unhalt": Entry("Let runs go on after a halt.", "people", "unhalt"),
    "accounts": Entry("Accounts and apps of a running `drover up`.", "fleet", "accounts"),
    "clients": Entry("Clients of the organization, and their kill switches.", "people", "clients"),
    "database": Entry("Care for the database.", "database"),
    "definitions": Entry("Sequences, workflows and screens that are played.", "work", "definitions"),
    "doctor": Entry("Check what Drover works with.", "doctor"),
    "drafts": Entry("Texts that an AI wrote, and their approval.", "drafts"),
    "fleet": Entry("Phones, racks and agents of a running `drover up`.", "fleet", "fleet"),
    "keyboard": Entry("Maps of on-screen keyboards.", "keyboard"),
    "organizations": Entry("Organizations of an installation on PostgreSQL.", "organizations"),
    "phones": Entry("Show the attached phones: state, battery, port, history.", "phones"),
    "runs": Entry("Runs of a running `drover up`.", "runs", "runs"),
    "schedule": Entry("Schedules of a running `drover up`.", "work", "schedule"),
    "scope": Entry("Look at selectors of phones and accounts.", "scope"),
    "screens": Entry("Look at screen registries and frames.", "screens"),
    "sequence": Entry("Look at sequence files.", "sequence"),
    "text": Entry("Check, preview and vary texts.", "text"),
    "token": Entry("My API tokens.", "people", "tokens"),
    "users": Entry("Users of the organization, and their access to clients.", "people", "users"),
}


class Later(TyperCommand):
    """A command that is loaded when its words are read; until then the overview knows its name and its help."""

    def __init__(self, name: str, entry: Entry) -> None:
        super().__init__(name, help=entry.help)
        self._name = name
        self._entry = entry

    def make_context(self, *words: Any, **more: Any) -> Any:  # noqa: ANN401  the base's types are typer's private ones
        """Return the context of the loaded command: whoever reads its words goes on with that one."""
        return self._loaded().make_context(*words, **more)

    def _loaded(self) -> Any:  # noqa: ANN401  likewise
        with loading():
            found = getattr(import_module(f"drover.cli.{self._entry.module}"), self._entry.attribute)
        alone = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
        if isinstance(found, typer.Typer):
            alone.add_typer(found, name=self._name)
        else:
            alone.command(self._name, short_help=self._entry.help)(found)
        return typer.main.get_group(alone).commands[self._name]


class Overview(TyperGroup):
    """All commands, in the order of their table."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401  likewise
        super().__init__(**attributes)
        self.commands = {name: Later(name, entry) for name, entry in ENTRIES.items()}


app = typer.Typer(
    cls=Overview,
    name="drover",
    help="Runs racks of phones: record a flow once, replay it on any number of phones, every screen verified.",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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
    if result == exits.INTERRUPTED:  # which is what typer makes of a Ctrl-C that comes while a command is loaded
        raise KeyboardInterrupt
    return result if isinstance(result, int) else exits.OK
