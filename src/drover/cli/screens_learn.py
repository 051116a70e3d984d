"""`drover screens learn`: make screens of a folder of pictures."""

import json
from pathlib import Path
from typing import Annotated

import typer

from drover.bootstrap.play import check_report
from drover.cli import exits
from drover.cli.say import bar, warn, wrote
from drover.kernel.errors import InvalidInput
from drover.screens.documents import NAME, NAME_HINT, PACKAGE, PACKAGE_HINT
from drover.screens.domain import Registry
from drover.screens.editing import RegistryState, read_registry
from drover.screens.files import KEYBOARDS
from drover.screens.learning.keeping import UNKNOWN_PACKAGE, apps_to_write, keep, refuse_unwritable
from drover.screens.learning.lesson import Learned, Lesson
from drover.screens.learning.material import gather
from drover.screens.learning.sheet import sheet_of
from drover.screens.learning.teaching import learn
from drover.screens.report.contact import render_sheet
from drover.screens.report.page import write_report
from drover.screens.report.wording import counted


def learn_screens(
    frames: Annotated[Path, typer.Argument(help="A folder of screenshots: SCREEN__CAPTURE.png.", metavar="FRAMES_DIR")],
    out: Annotated[Path, typer.Option(help="The registry folder to write, or to add to.", metavar="DIR")],
    app_name: Annotated[
        str | None, typer.Option("--app", help="The app of the pictures that lie in no app's folder.", metavar="NAME")
    ] = None,
    package: Annotated[str | None, typer.Option(help="The package of that app.", metavar="com.example")] = None,
    interrupts: Annotated[
        str, typer.Option(help="Screens that cover others, such as popups.", metavar="NAME,...")
    ] = "",
    report: Annotated[Path | None, typer.Option(help="Write a contact sheet.", metavar="FILE")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole result as one line of JSON.")] = False,
) -> int:
    """Make screens of a folder of screenshots: each with up to three regions that no other screen has."""
    _refuse_unusable(app_name, package, frames, out)
    if report is not None:
        check_report(report)
    refuse_unwritable(out)
    material = gather(frames, app=app_name, interrupts=[name.strip() for name in interrupts.split(",") if name.strip()])
    kept, read = _kept(out)
    with bar(f"learning {counted(len(material.subjects), 'screen')}") as told:
        lesson = learn(material, kept, told=told)
    apps = {each.screen.app for each in lesson.learned}
    written = apps_to_write(
        {name: described for name, described in material.apps.items() if name in apps},
        kept.apps,
        {material.own: package} if package is not None else {},
    )
    keep(lesson, out, written, read)
    unknown = [app.name for app in written.values() if app.package.startswith(f"{UNKNOWN_PACKAGE}.")]
    _tell(lesson, out, unknown)
    if report is not None:
        wrote(report, write_report(report, render_sheet(sheet_of(lesson, str(frames)))))
    if as_json:
        typer.echo(json.dumps({"registry": str(out), "unknown_packages": unknown} | lesson.document()))
    return exits.OK if lesson.complete else exits.FAILED


def _refuse_unusable(app_name: str | None, package: str | None, frames: Path, out: Path) -> None:
    """Raise InvalidInput, before anything is read, for options that cannot be."""
    if app_name is not None and (not NAME.match(app_name) or app_name == KEYBOARDS):
        raise InvalidInput(f"--app {app_name} is no name for an app", hint=NAME_HINT)
    if package is not None and not PACKAGE.match(package):
        raise InvalidInput(f"--package {package} is no name of a package", hint=PACKAGE_HINT)
    places = frames.resolve(), out.resolve()
    if places[0].is_relative_to(places[1]) or places[1].is_relative_to(places[0]):
        message = f"--out {out}: the pictures and the registry lie in one folder, {frames}"
        raise InvalidInput(message, hint="choose a folder of its own: each would take the other's files for its own")


def _kept(out: Path) -> tuple[Registry, RegistryState]:
    """Return the registry that is there already, and its state; an empty one where there is no folder."""
    if not out.exists():
        return Registry({}, {}), RegistryState({}, {})
    loaded, read = read_registry(out)
    for refusal in loaded.refusals:
        warn(f"not in service: {out}/{refusal}")
    return loaded.registry, read


def _tell(lesson: Lesson, out: Path, unknown: list[str]) -> None:
    """Say what was learned, screen by screen, and what was not."""
    for learned in lesson.learned:
        typer.echo(_line(learned), err=True)
    for note in lesson.notes:
        warn(note)
    for refused in lesson.refused:
        warn(f"not used: {refused.file}: {refused.reason}" + (f" ({refused.hint})" if refused.hint else ""))
    for left in lesson.left_out:
        warn(f"left out: {left.key} ({left.look}): {left.reason} ({left.hint})")
    for app in unknown:
        warn(f"the package of {app} is not known: write it into {out}/{app}/app.json, or give --package")
    typer.echo(
        f"{counted(len(lesson.learned), 'screen')} learned to {out}, {counted(len(lesson.left_out), 'look')} left out",
        err=True,
    )


def _line(learned: Learned) -> str:
    weakest = min(learned.looks, key=lambda look: look.choice.margin)
    pictures = sum(len(look.files) for look in learned.looks)
    regions = sum(len(look.choice.chosen) for look in learned.looks)
    looks = ", ".join(look.variant.name for look in learned.looks)
    margin = f"; margin {weakest.choice.margin:.2f} to {weakest.choice.closest}" if weakest.choice.closest else ""
    kept = f"; kept its actions {', '.join(learned.kept)}" if learned.kept else ""
    gone = f"; gone are its actions {', '.join(learned.gone)}" if learned.gone else ""
    return f"{learned.screen.key}: {regions} regions from {pictures} pictures ({looks}){margin}{kept}{gone}"
