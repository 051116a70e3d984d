"""`drover screens`: look at registries and frames."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from drover.bootstrap.play import check_report
from drover.bootstrap.registry import open_registry
from drover.cli import exits, screens_check, screens_find, screens_learn, screens_unknown
from drover.cli.say import warn, wrote
from drover.screens.identify import identify_files
from drover.screens.report.contact import render_sheet
from drover.screens.report.identified import IdentifySheet
from drover.screens.report.page import write_report

app = typer.Typer(help="Look at screen registries and frames.")
app.command("approve", short_help="Take an unknown screen into the registry.")(screens_unknown.approve_screen)
app.command("check", short_help="Find what is wrong with a registry.")(screens_check.check)
app.command("find", short_help="Tell where a text or a picture is on a frame.")(screens_find.find)
app.command("learn", short_help="Make screens of a folder of pictures.")(screens_learn.learn_screens)
app.command("propose", short_help="Tell what identifies an unknown screen.")(screens_unknown.propose_screen)
app.add_typer(screens_unknown.app, name="unknown")


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
    report: Annotated[Path | None, typer.Option(help="Write a contact sheet.", metavar="FILE")] = None,
) -> int:
    """Tell which screen each frame is: one JSON line per frame, with the reason and the near misses."""
    if report is not None:
        check_report(report)
    found = exits.OK
    usable = open_registry(registry, warn)
    sheet = IdentifySheet(usable, len(frames)) if report is not None else None
    answers = identify_files(usable, frames, app=app_name, cpu_seconds=time.thread_time, spectator=sheet)
    for answer in answers:
        typer.echo(json.dumps(answer.document(), ensure_ascii=False))
        if answer.error or answer.conflict:
            found = exits.FAILED
    if report is not None and sheet is not None:
        wrote(report, write_report(report, render_sheet(sheet.sheet(str(registry)))))
    return found
