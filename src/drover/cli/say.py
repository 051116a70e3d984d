"""What a command says beside its results: on standard error, in Drover's words."""

import typer


def warn(line: str) -> None:
    """Tell of something that is wrong and does not stop the command."""
    typer.echo(f"drover: {line}", err=True)
