"""What a command says beside its results: on standard error, in Drover's words."""

from pathlib import Path

import typer

_MEGABYTE = 1_000_000


def warn(line: str) -> None:
    """Tell of something that is wrong and does not stop the command."""
    typer.echo(f"drover: {line}", err=True)


def wrote(report: Path, size: int) -> None:
    """Tell where a report is, and how large, in bytes."""
    typer.echo(f"drover: wrote {report} ({size / _MEGABYTE:.1f} MB)", err=True)
