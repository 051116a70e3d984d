"""`drover sequence`: look at sequence files."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

import typer

from drover.bootstrap.registry import open_registry, registry_beside
from drover.cli import exits
from drover.cli.play import HelpersOption
from drover.cli.say import warn
from drover.platform.documents import BadDocument, Fault
from drover.screens.check.overlaps import find_overlaps
from drover.screens.domain import Registry
from drover.sequences.files import load_sequence
from drover.sequences.helpers import load_helpers
from drover.sequences.lint import lint
from drover.sequences.ways import with_ways

app = typer.Typer(help="Look at sequence files.")


@app.callback(invoke_without_command=True)
def sequence(context: typer.Context) -> None:
    """Look at sequence files."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("lint", short_help="Find what would keep sequences from being played.")
def lint_files(
    files: Annotated[list[Path], typer.Argument(help="Sequence files.", metavar="FILE")],
    registry: Annotated[
        Path | None, typer.Option(help="The registry folder; else `registry` beside the file.", metavar="DIR")
    ] = None,
    helpers: HelpersOption = None,
) -> int:
    """Find what would keep sequences from being played.

    That is: unknown names, unreachable steps, steps without a check, and screens that cannot be told apart.
    """
    faults = list(_faults(files, registry, load_helpers(helpers)))
    for file, fault in faults:
        typer.echo(f"{file}: {fault}")
        if fault.hint:
            typer.echo(f"  {fault.hint}")
    if not faults:
        typer.echo(f"{len(files)} {'file' if len(files) == 1 else 'files'}, nothing to mend")
    return exits.FAILED if faults else exits.OK


def _faults(files: list[Path], folder: Path | None, helpers: Collection[str]) -> Iterator[tuple[Path, Fault]]:
    """Yield what is wrong with the files, and, once for each, with the registries that they need."""
    opened: dict[Path, Registry] = {}
    for file in files:
        try:
            loaded = load_sequence(file)
            place = folder or registry_beside(file)
            if place not in opened:
                opened[place] = open_registry(place, warn)
                yield from _overlaps(opened[place], place)
            found = lint(with_ways(loaded, opened[place]), opened[place], helpers)
        except BadDocument as error:
            yield from ((Path(error.file), fault) for fault in error.faults)
        else:
            yield from ((file, fault) for fault in found)


def _overlaps(registry: Registry, folder: Path) -> Iterator[tuple[Path, Fault]]:
    for overlap in find_overlaps(registry):
        first, second = (key.replace(".", "/") + ".json" for key in overlap.screens)
        yield folder / first, Fault("", f"overlaps {folder / second}: {overlap.reason}", overlap.hint)
