"""`drover sequence`: look at sequence files."""

from pathlib import Path
from typing import Annotated

import typer

from drover.bootstrap.registry import open_registry, registry_beside
from drover.cli import exits
from drover.platform.documents import BadDocument, Fault
from drover.sequences.files import load_sequence
from drover.sequences.plan import lint

app = typer.Typer(help="Look at sequence files.", no_args_is_help=True)


@app.callback()
def sequence() -> None:
    """Look at sequence files."""


@app.command("lint")
def lint_files(
    files: Annotated[list[Path], typer.Argument(help="Sequence files.", metavar="FILE...")],
    registry: Annotated[
        Path | None, typer.Option(help="The registry folder; else `registry` beside the file.", metavar="DIR")
    ] = None,
) -> int:
    """Find what would keep sequences from being played: unknown names, unreachable steps, steps without a check."""
    faults = [(file, fault) for file in files for fault in _faults(file, registry)]
    for file, fault in faults:
        typer.echo(f"{file}: {fault}")
        if fault.hint:
            typer.echo(f"  {fault.hint}")
    if not faults:
        typer.echo(f"{len(files)} {'file' if len(files) == 1 else 'files'}, nothing to mend")
    return exits.FAILED if faults else exits.OK


def _faults(file: Path, registry: Path | None) -> tuple[Fault, ...]:
    try:
        sequence = load_sequence(file)
    except BadDocument as error:
        return error.faults
    return lint(sequence, open_registry(registry or registry_beside(file)))
