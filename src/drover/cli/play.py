"""`drover play`: a sequence on phones of the user's own adb server."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from drover.bootstrap.attached import attached_phones
from drover.bootstrap.play import PlayRequest, save_report
from drover.bootstrap.play import play as play_request
from drover.bootstrap.previews import value_faults
from drover.bootstrap.registry import open_registry, registry_beside
from drover.bootstrap.texts import provided_categories
from drover.bootstrap.values import GivenValues, load_values
from drover.bootstrap.ways import way_options
from drover.cli import exits, interrupts
from drover.cli.live import failure, live, show_summary
from drover.cli.say import warn
from drover.kernel.clock import SystemClock
from drover.kernel.errors import InvalidInput
from drover.platform.documents import BadDocument
from drover.platform.settings import Settings, load_settings
from drover.sequences.domain import Sequence
from drover.sequences.files import load_sequence
from drover.sequences.helpers import load_helpers
from drover.sequences.plan import make_plan
from drover.sequences.record import PlayRecord
from drover.sequences.summary import summarize
from drover.sequences.ways import with_ways

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")]
ReportOption = Annotated[Path | None, typer.Option(help="Where the report goes.", metavar="FILE")]
ParamOption = Annotated[
    list[str] | None, typer.Option("--param", help="An input of the sequence.", metavar="NAME=VALUE")
]

ValuesOption = Annotated[
    Path | None, typer.Option(help="A JSON file with values of the variables in texts.", metavar="FILE")
]
HelpersOption = Annotated[
    Path | None, typer.Option(help="A Python file with functions that the sequence calls.", metavar="FILE")
]


def play(
    file: Annotated[Path, typer.Argument(help="The sequence.", metavar="FILE")],
    phones: Annotated[str, typer.Option(help="phone:all, phone:a,b or phone:all-a.", metavar="SELECTOR")],
    param: ParamOption = None,
    from_step: Annotated[int | None, typer.Option(help="Begin with this step, counted from 1.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where each phone's last play of the sequence stopped.")
    ] = False,
    registry: Annotated[
        Path | None, typer.Option(help="The registry folder; else `registry` beside FILE.", metavar="DIR")
    ] = None,
    report: ReportOption = None,
    adb_server: Annotated[
        str | None, typer.Option(help="Your adb server; else adb's own default.", metavar="HOST:PORT")
    ] = None,
    helpers: HelpersOption = None,
    values: ValuesOption = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same texts; others draw others.")] = 0,
    json_line: JsonOption = False,
) -> int:
    """Play a sequence on attached phones, verifying every screen, and write a report."""
    settings = load_settings()
    if adb_server is not None:
        settings = settings.model_copy(update={"adb_server": adb_server})
    given = parameters(param or [])
    request = prepare(
        file,
        registry,
        given,
        phones,
        report,
        settings,
        from_step=from_step,
        resume=resume,
        helpers=helpers,
        values=values,
        seed=seed,
    )
    console = Console(stderr=json_line)
    try:
        record = interrupts.run(_play(request, settings, console))
    except interrupts.Stopped as stopped:
        stopped.hint = "go on where each phone was by the same command with --resume"
        raise
    return show(record, request, settings, console, extra={}, json_line=json_line)


async def _play(request: PlayRequest, settings: Settings, console: Console) -> PlayRecord:
    source = attached_phones(settings, way_options(settings))
    with live(console, request.steps) as progress:
        return await play_request(request, source, settings, progress)


def prepare(
    file: Path,
    registry_folder: Path | None,
    given: Mapping[str, str],
    selector: str,
    report: Path | None,
    settings: Settings,
    *,
    from_step: int | None = None,
    resume: bool = False,
    helpers: Path | None = None,
    values: Path | None = None,
    seed: int = 0,
) -> PlayRequest:
    """Return the request, with everything checked that can be checked before a phone is touched."""
    sequence = load_sequence(file)
    registry = open_registry(registry_folder or registry_beside(file), warn)
    known = load_helpers(helpers)
    loaded = load_values(values) if values is not None else None
    whole = with_ways(sequence, registry)
    plan = make_plan(
        whole,
        registry,
        given,
        file=str(file),
        helpers=known,
        categories=provided_categories(loaded, settings),
    )
    if loaded is not None:
        _check_values(whole, str(file), loaded, given)
    path = report or _report_path(file.stem, SystemClock().now())
    return PlayRequest(plan, registry, selector, from_step, path, {}, resume, known, seed, loaded)


def _check_values(sequence: Sequence, file: str, values: GivenValues, given: Mapping[str, str]) -> None:
    """Raise BadDocument for texts that have no value, whichever of their choices will be drawn."""
    faults = asyncio.run(value_faults(sequence, values, SystemClock().now(), given))
    if faults:
        raise BadDocument(file, faults)


def parameters(words: list[str], *, option: str = "--param") -> dict[str, str]:
    """Return NAME=VALUE words as a mapping. Raises InvalidInput, naming the option."""
    pairs = [word.partition("=") for word in words]
    for word, (name, equals, _) in zip(words, pairs, strict=True):
        if not name or not equals:
            raise InvalidInput(f"{option} {word}: is not NAME=VALUE", hint=f"for instance {option} name='Ada Lovelace'")
    return {name: value for name, _, value in pairs}


def show(
    record: PlayRecord,
    request: PlayRequest,
    settings: Settings,
    console: Console,
    *,
    extra: Mapping[str, object],
    json_line: bool,
) -> int:
    """Print the summary, write the report, print the JSON line, and return the exit code."""
    summary = summarize(record)
    show_summary(console, record, summary)
    save_report(record, request, settings)
    console.print(f"report: {request.report}", markup=False, highlight=False, soft_wrap=True)
    if json_line:
        failures = {phone.name: failure(phone) for phone in record.phones if phone.error}
        typer.echo(json.dumps(asdict(summary) | {"report": str(request.report), "failures": failures} | dict(extra)))
    return exits.OK if summary.failed == 0 else exits.FAILED


def _report_path(stem: str, now: datetime) -> Path:
    return Path("reports") / f"{stem}-{now.astimezone():%Y%m%d-%H%M%S}.html"
