"""`drover doctor`: whether something can be worked with, and what to mend where it cannot."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from drover.bootstrap.doctor import check_phone
from drover.bootstrap.play import check_report
from drover.cli import exits, interrupts
from drover.devices.checkup import Checkup, Verdict, markdown
from drover.devices.conformance import Outcome
from drover.platform.settings import load_settings
from drover.screens.report.page import write_report

app = typer.Typer(help="Check what Drover works with.")

_STYLES = {
    Verdict.GOOD.value: "green",
    Verdict.MIND.value: "yellow",
    Verdict.BAD.value: "red",
    Outcome.PASSED.value: "green",
    Outcome.SKIPPED.value: "dim",
    Outcome.FAILED.value: "red",
}


@app.callback(invoke_without_command=True)
def doctor(context: typer.Context) -> None:
    """Check what Drover works with."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("phone", short_help="Check one attached phone.")
def phone(
    serial: Annotated[str, typer.Argument(help="The phone's serial number, as `adb devices` lists it.")],
    app_name: Annotated[
        str, typer.Option("--app", help="An installed app that the checks may start and stop.", metavar="PACKAGE")
    ] = "",
    report: Annotated[Path | None, typer.Option(help="Where the report goes, in Markdown.", metavar="FILE")] = None,
    adb_server: Annotated[
        str | None, typer.Option(help="Your adb server; else adb's own default.", metavar="HOST:PORT")
    ] = None,
) -> int:
    """Check one attached phone: its ways, its pitfalls, and the whole conformance suite.

    The checks touch and swipe the middle of the home screen, start and stop one app, and write one small file.
    """
    if report is not None:
        check_report(report)
    settings = load_settings()
    if adb_server is not None:
        settings = settings.model_copy(update={"adb_server": adb_server})
    checkup = interrupts.run(check_phone(serial, settings, app=app_name))
    _show(checkup)
    if report is not None:
        write_report(report, markdown(checkup))
        typer.echo(f"report: {report}")
    return exits.FAILED if checkup.failed else exits.OK


def _show(checkup: Checkup) -> None:
    console = Console()
    info = checkup.info
    console.print(escape(f"{info.manufacturer} {info.model}, Android {info.android}, {checkup.serial}"), style="bold")
    for line in checkup.ways:
        console.print(f"  {escape(line)}")
    table = Table("", "what", "", box=None)
    for finding in checkup.findings:
        advice = f" ({finding.advice})" if finding.advice else ""
        table.add_row(_styled(finding.verdict.value), escape(finding.subject), escape(f"{finding.found}{advice}"))
    for check in checkup.checks:
        table.add_row(_styled(check.outcome.value), escape(check.name), escape(check.detail))
    console.print(table)
    console.print(f"{checkup.sentence}.")


def _styled(word: str) -> str:
    return f"[{_STYLES[word]}]{word}[/]"
