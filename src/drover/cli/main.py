"""The `drover` command: commands are thin; errors become a sentence, a cure and an exit code here and only here."""

import os
import sys
import traceback
from typing import Annotated

import click
import typer

from drover import __version__
from drover.cli import demo, exits, play, screens, sequence, sim
from drover.kernel.errors import DroverError
from drover.platform.logging import configure_logging

app = typer.Typer(
    name="drover",
    help="Runs racks of phones: record a flow once, replay it on any number of phones, every screen verified.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo")(demo.demo)
app.command("play")(play.play)
app.command("sim")(sim.sim)
app.add_typer(screens.app, name="screens")
app.add_typer(sequence.app, name="sequence")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"drover {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show every log line, and tracebacks.")] = False,
) -> None:
    """Set what holds for every command."""


def main() -> None:
    """Run the command that the words of the command line name, and exit with its code."""
    words = [word for word in sys.argv[1:] if word != "--debug"]
    debug = len(words) < len(sys.argv) - 1 or os.environ.get("DROVER_DEBUG") == "1"
    configure_logging(debug=debug)
    sys.exit(run(words, debug=debug))


def run(words: list[str], *, debug: bool) -> int:
    """Run one command and return its exit code."""
    try:
        result: object = app(args=words, prog_name="drover", standalone_mode=False)
    except DroverError as error:
        _say(error.message, error.hint)
        code = exits.BY_KIND[error.kind]
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.exceptions.Abort):
        _say("interrupted", "")
        code = exits.INTERRUPTED
    except Exception as error:  # noqa: BLE001  the last door: whatever comes here is a defect of ours
        _say(f"unexpected error: {error!r}", "run again with --debug, and report what it shows")
        code = exits.INTERNAL
    else:
        return result if isinstance(result, int) else exits.OK
    if debug:
        traceback.print_exc()
    return code


def _say(message: str, hint: str) -> None:
    for line in message.splitlines():
        typer.echo(f"drover: {line}", err=True)
    if hint:
        typer.echo(f"  {hint}", err=True)
