"""What a command says beside its results: on standard error, in Drover's words."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress

_MEGABYTE = 1_000_000


def warn(line: str) -> None:
    """Tell of something that is wrong and does not stop the command."""
    typer.echo(f"drover: {line}", err=True)


def wrote(report: Path, size: int) -> None:
    """Tell where a report is, and how large, in bytes."""
    typer.echo(f"drover: wrote {report} ({size / _MEGABYTE:.1f} MB)", err=True)


@contextmanager
def bar(work: str) -> Iterator[Callable[[float], None]]:
    """Show how far a long work is, where somebody looks at a terminal: call what is yielded with 0 to 1."""
    with Progress(console=(console := Console(stderr=True)), transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(work, total=1)
        yield lambda share: shown.update(task, completed=share)
