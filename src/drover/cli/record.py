"""`drover record`: what a person does on a phone becomes a sequence."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from drover.bootstrap import record as recording
from drover.bootstrap.attached import attached_phones
from drover.bootstrap.record import RecordOutcome, RecordRequest
from drover.bootstrap.registry import open_registry, registry_beside
from drover.bootstrap.ways import way_options
from drover.cli import exits, interrupts
from drover.cli.play import parameters
from drover.cli.say import warn
from drover.kernel.errors import InvalidInput
from drover.platform.settings import Settings, load_settings
from drover.sequences.recorder.composer import Recorded
from drover.sequences.recorder.inputs import Given
from drover.sequences.recorder.recorder import Happening, Noted, Seen, Stepped
from drover.sequences.wording import describe

_UNKNOWN = "a screen that is not known"


def record(
    phone: Annotated[str, typer.Argument(help="The phone's serial number.", metavar="PHONE")],
    out: Annotated[Path, typer.Option(help="Where the sequence goes.", metavar="FILE")],
    app: Annotated[str, typer.Option(help="The app of the registry; else the steps tell it.", metavar="APP")] = "",
    afresh: Annotated[
        bool, typer.Option("--afresh", help="End the app first; the sequence then begins with that.")
    ] = False,
    name: Annotated[str, typer.Option(help="The sequence's name; else the file's.", metavar="NAME")] = "",
    param: Annotated[
        list[str] | None,
        typer.Option("--param", help="A typed text that equals VALUE becomes this input.", metavar="NAME=VALUE"),
    ] = None,
    secret_param: Annotated[
        list[str] | None,
        typer.Option("--secret-param", help="As --param, but VALUE is never written.", metavar="NAME=VALUE"),
    ] = None,
    registry: Annotated[
        Path | None, typer.Option(help="The registry folder; else `registry` beside FILE.", metavar="DIR")
    ] = None,
    until_idle: Annotated[
        float | None, typer.Option(help="End when nothing was touched for so long.", metavar="SECONDS", min=0.5)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
    adb_server: Annotated[
        str | None, typer.Option(help="Your adb server; else adb's own default.", metavar="HOST:PORT")
    ] = None,
    json_line: Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line.")] = False,
) -> int:
    """Record what a person does on an attached phone, until Ctrl-C, and write it as a sequence."""
    settings = load_settings()
    if adb_server is not None:
        settings = settings.model_copy(update={"adb_server": adb_server})
    request = RecordRequest(
        phone=phone,
        out=out,
        registry=open_registry(registry or registry_beside(out), warn),
        given=Given(parameters(param or []), parameters(secret_param or [], option="--secret-param")),
        name=name or out.stem.replace("-", " ").replace("_", " ").capitalize(),
        app=app,
        afresh=afresh,
        until_idle_s=until_idle,
        force=force,
    )
    if both := sorted(set(request.given.params) & set(request.given.secrets)):
        raise InvalidInput(f"{both[0]} is given by --param and by --secret-param", hint="give it once")
    recording.check(request)
    console = Console(stderr=json_line)
    outcome = interrupts.run(_record(request, settings, console))
    return _show(outcome, request, console, json_line=json_line)


async def _record(request: RecordRequest, settings: Settings, console: Console) -> RecordOutcome:
    _say(console, f"recording {request.phone}: use the phone; Ctrl-C ends it and writes {request.out}", "dim")
    source = attached_phones(settings, way_options(settings))
    return await recording.record(request, source, settings, _Live(console).tell)


class _Live:
    """Says what happens, line by line; a screen only where it is another one than before."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._screen = ""

    def tell(self, happening: Happening) -> None:
        match happening:
            case Seen(sight=sight):
                screen = sight.screen.key if sight.screen is not None else f"{_UNKNOWN}: {sight.why}"
                if screen != self._screen:
                    _say(self._console, f"  {screen}", "dim" if sight.screen is not None else "yellow")
                self._screen = screen
            case Stepped(number=number, step=step):
                _say(self._console, f"{number:3}  {_line(step)}", "")
            case Noted(words=words):
                _say(self._console, f"  note: {words}", "yellow")


def _line(step: Recorded) -> str:
    return f"{step.before or _UNKNOWN}: {describe(step.act)} -> {step.after or _UNKNOWN}"


def _show(outcome: RecordOutcome, request: RecordRequest, console: Console, *, json_line: bool) -> int:
    steps = len(outcome.sequence.tasks)
    _say(console, f"{request.out}: {steps} {'step' if steps == 1 else 'steps'}", "")
    for path in outcome.unknown:
        _say(console, f"  not known: {path}", "yellow")
    for name in outcome.unused:
        _say(console, f"  no typed text was {name}", "yellow")
    for fault in outcome.faults:
        _say(console, f"  to mend before it can be played: {fault}", "yellow")
    if json_line:
        document = {
            "file": str(request.out),
            "frames": str(request.frames),
            "steps": steps,
            "unknown": [str(path) for path in outcome.unknown],
            "faults": [str(fault) for fault in outcome.faults],
            "failure": outcome.failure.message if outcome.failure is not None else "",
        }
        typer.echo(json.dumps(document))
    if outcome.failure is not None:
        warn(outcome.failure.message)
        return exits.BY_KIND[outcome.failure.kind]
    return exits.OK


def _say(console: Console, line: str, style: str) -> None:
    console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
    console.file.flush()  # whoever reads along through a pipe waits for the line
