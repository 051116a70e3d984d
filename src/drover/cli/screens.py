"""`drover screens`: look at registries and frames."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from drover.bootstrap.registry import open_registry
from drover.cli import exits, screens_find, screens_learn
from drover.cli.say import warn
from drover.screens.identify import identify_files

app = typer.Typer(help="Look at screen registries and frames.")
app.command("find", short_help="Tell where a text or a picture is on a frame.")(screens_find.find)
app.command("learn", short_help="Make screens of a folder of pictures.")(screens_learn.learn_screens)


@app.callback(invoke_without_command=True)
def screens(context: typer.Context) -> None:
    """Look at screen registries and frames."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("identify", short_help="Tell which screen each frame is.")
def identify(
    frames: Annotated[list[Path], typer.Argument(help="PNG or JPEG files.", metavar="FRAME")],
    registry: Annotated[Path, typer.Option(help="The registry folder.", metavar="DIR")],
    app_name: Annotated[str | None, typer.Option("--app", help="The app in front, if you know it.")] = None,
) -> int:
    """Tell which screen each frame is: one JSON line per frame, with the reason and the near misses."""
    found = exits.OK
    usable = open_registry(registry, warn)
    for answer in identify_files(usable, frames, app=app_name, cpu_seconds=time.thread_time):
        typer.echo(json.dumps(answer.document(), ensure_ascii=False))
        if answer.error or answer.conflict:
            found = exits.FAILED
    return found
