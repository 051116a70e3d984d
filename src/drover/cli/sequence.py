"""`drover sequence`: look at sequence files."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from drover.bootstrap.previews import value_faults
from drover.bootstrap.registry import open_registry, registry_beside
from drover.bootstrap.texts import provided_categories
from drover.bootstrap.values import load_values
from drover.cli import exits
from drover.cli.play import HelpersOption, ValuesOption
from drover.cli.say import warn
from drover.kernel.clock import SystemClock
from drover.platform.documents import BadDocument, Fault
from drover.platform.settings import load_settings
from drover.screens.check.overlaps import find_overlaps
from drover.screens.domain import Registry
from drover.sequences.domain import Sequence
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
    values: ValuesOption = None,
) -> int:
    """Find what would keep sequences from being played.

    That is: unknown names, unreachable steps, steps without a check, and screens that cannot be told apart.
    """
    loaded = load_values(values) if values is not None else None
    categories = provided_categories(loaded, load_settings())
    known = load_helpers(helpers)

    def check(whole: Sequence, place: Registry) -> Iterator[Fault]:
        found = lint(whole, place, known, categories)
        yield from found
        if loaded is not None and not found:
            yield from asyncio.run(value_faults(whole, loaded, SystemClock().now().astimezone()))

    faults = list(_faults(files, registry, check))
    for file, fault in faults:
        typer.echo(f"{file}: {fault}")
        if fault.hint:
            typer.echo(f"  {fault.hint}")
    if not faults:
        typer.echo(f"{len(files)} {'file' if len(files) == 1 else 'files'}, nothing to mend")
    return exits.FAILED if faults else exits.OK


def _faults(
    files: list[Path], folder: Path | None, check: Callable[[Sequence, Registry], Iterable[Fault]]
) -> Iterator[tuple[Path, Fault]]:
    """Yield what is wrong with the files, and, once for each, with the registries that they need."""
    opened: dict[Path, Registry] = {}
    for file in files:
        try:
            loaded = load_sequence(file)
            place = folder or registry_beside(file)
            if place not in opened:
                opened[place] = open_registry(place, warn)
                yield from _overlaps(opened[place], place)
            found = check(with_ways(loaded, opened[place]), opened[place])
        except BadDocument as error:
            yield from ((Path(error.file), fault) for fault in error.faults)
        else:
            yield from ((file, fault) for fault in found)


def _overlaps(registry: Registry, folder: Path) -> Iterator[tuple[Path, Fault]]:
    for overlap in find_overlaps(registry):
        first, second = (key.replace(".", "/") + ".json" for key in overlap.screens)
        yield folder / first, Fault("", f"overlaps {folder / second}: {overlap.reason}", overlap.hint)
