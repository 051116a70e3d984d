"""`drover screens`: look at registries and frames."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from drover.bootstrap.registry import open_registry
from drover.cli import exits
from drover.screens.identify import identify_files

app = typer.Typer(help="Look at screen registries and frames.", no_args_is_help=True)


@app.callback()
def screens() -> None:
    """Look at screen registries and frames."""


@app.command("identify")
def identify(
    frames: Annotated[list[Path], typer.Argument(help="PNG or JPEG files.", metavar="FRAME...")],
    registry: Annotated[Path, typer.Option(help="The registry folder.", metavar="DIR")],
    app_name: Annotated[str | None, typer.Option("--app", help="The app in front, if you know it.")] = None,
) -> int:
    """Tell which screen each frame is: one JSON line per frame, with the reason and the near misses."""
    refused = False
    for answer in identify_files(open_registry(registry), frames, app=app_name, cpu_seconds=time.thread_time):
        typer.echo(json.dumps(answer.document(), ensure_ascii=False))
        refused = refused or bool(answer.error)
    return exits.FAILED if refused else exits.OK
