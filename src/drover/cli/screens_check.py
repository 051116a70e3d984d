"""`drover screens check`: what is wrong with a registry, before a phone finds out."""

import json
from pathlib import Path
from typing import Annotated

import typer

from drover.bootstrap.play import check_report
from drover.bootstrap.registry import load_whole
from drover.cli import exits
from drover.cli.say import warn, wrote
from drover.kernel.errors import InvalidInput
from drover.screens.check.checking import check_registry
from drover.screens.check.frames import find_frames, read_frames
from drover.screens.check.outcome import CheckOutcome
from drover.screens.report.checked import CheckSheet
from drover.screens.report.contact import render_sheet
from drover.screens.report.page import write_report
from drover.screens.report.wording import counted


def check(
    registry: Annotated[Path, typer.Argument(help="The registry folder.", metavar="DIR")],
    frames: Annotated[
        Path | None, typer.Option(help="A folder of frames, named by screen: plaza/feed__2.png.", metavar="FRAMES_DIR")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="The registry before the change: tells what changed.", metavar="OLD_DIR")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write a contact sheet.", metavar="FILE")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole result as one line of JSON.")] = False,
) -> int:
    """Find what is wrong with a registry: refused files, screens that claim one frame, screens nothing leads to.

    With frames, each must be the screen that its name says: plaza/feed__2.png or plaza.feed__2.png; unknown__2.png
    must be unknown. Ends with 1 where something is to be mended.
    """
    if report is not None:
        check_report(report)
    loaded = load_whole(registry)
    if not loaded.registry.screens and not loaded.refusals:
        raise InvalidInput(f"{registry}: holds no screens", hint="name the folder in which the apps' folders are")
    before = load_whole(against).registry if against is not None else None
    files = find_frames(frames) if frames is not None else ()
    sheet = CheckSheet(loaded.registry, len(files)) if report is not None else None
    outcome = check_registry(
        loaded,
        frames=read_frames(frames, files) if frames is not None else (),
        against=before,
        spectator=sheet,
    )
    if as_json:
        typer.echo(json.dumps(outcome.document()))
    else:
        _tell(outcome)
    if report is not None and sheet is not None:
        wrote(report, write_report(report, render_sheet(sheet.sheet(outcome, str(registry)))))
    return exits.OK if outcome.good else exits.FAILED


def _tell(outcome: CheckOutcome) -> None:
    """Print every finding with its cure, what changed, and a summary."""
    for finding in outcome.findings:
        typer.echo(f"{'error' if finding.grave else 'warning'}: {finding}")
        if finding.hint:
            typer.echo(f"  {finding.hint}")
    compared = outcome.compared
    if compared is not None:
        for what, keys in (("new", compared.new), ("gone", compared.gone)):
            for key in keys:
                typer.echo(f"{what}: {key}")
        for change in compared.changes:
            typer.echo(f"changed: {change}")
        for finding in compared.overlaps:
            typer.echo(f"newly overlapping: {' and '.join(finding.screens)}")
        for finding in compared.unreachable:
            typer.echo(f"newly unreachable: {' and '.join(finding.screens)}")
    errors = sum(finding.grave for finding in outcome.findings)
    frames = f", {counted(len(outcome.frames), 'frame')}" if outcome.frames else ""
    warnings = counted(len(outcome.findings) - errors, "warning")
    warn(
        f"{counted(outcome.screens, 'screen')} in {counted(outcome.variants, 'variant')}{frames}: "
        f"{counted(errors, 'error')}, {warnings}"
    )
