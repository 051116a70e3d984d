"""`drover demo`: simulated phones play a sequence; the first thing Drover does for anybody."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from drover.bootstrap.play import PlayRequest
from drover.bootstrap.play import play as play_request
from drover.bootstrap.simulated import SimulatedRack, simulated_rack
from drover.cli import interrupts
from drover.cli.live import live
from drover.cli.play import (
    HelpersOption,
    JsonOption,
    ParamOption,
    ReportOption,
    ValuesOption,
    parameters,
    prepare,
    show,
)
from drover.platform.settings import Settings, load_settings
from drover.sequences.record import PlayRecord
from drover.simulator.rack import RackOptions

EXAMPLE = Path("examples/plaza/edit-profile.json")
PACKAGE = "com.drover.plaza"


def demo(
    file: Annotated[Path, typer.Argument(help="The sequence.", metavar="FILE")] = EXAMPLE,
    phones: Annotated[int, typer.Option(help="How many simulated phones, 1 to 60.")] = 6,
    seed: Annotated[int, typer.Option(help="The same seed makes the same phones and texts.")] = 1,
    profile: Annotated[Literal["none", "typical", "slow"], typer.Option(help="How slow the phones are.")] = "typical",
    width: Annotated[int, typer.Option(help="Display width in pixels: 720, 1080 or 1440.")] = 1080,
    theme: Annotated[Literal["light", "dark"], typer.Option(help="The apps' theme.")] = "light",
    param: ParamOption = None,
    report: ReportOption = None,
    helpers: HelpersOption = None,
    values: ValuesOption = None,
    json_line: JsonOption = False,
) -> int:
    """Start simulated phones, play a sequence on all of them, and write a report."""
    options = RackOptions(phones=phones, seed=seed, profile=profile, width=width, theme=theme)
    settings = load_settings()
    request = prepare(
        file,
        None,
        parameters(param or []),
        "phone:all",
        report,
        settings,
        from_step=1,
        helpers=helpers,
        values=values,
        seed=seed,
    )
    console = Console(stderr=json_line)
    record, effects = interrupts.run(_demo(request, options, settings, console))
    return show(record, request, settings, console, extra={"effects": effects}, json_line=json_line)


async def _demo(
    request: PlayRequest, options: RackOptions, settings: Settings, console: Console
) -> tuple[PlayRecord, dict[str, object]]:
    phones = "1 simulated phone" if options.phones == 1 else f"{options.phones} simulated phones"
    console.print(f"starting {phones}", style="dim", highlight=False)
    async with simulated_rack(options, settings) as rack:
        named = replace(request, names=rack.names)
        with live(console, request.steps) as progress:
            record = await play_request(named, rack.source, settings, progress, remember=False)
        return record, {name: await _effect(rack, name) for name in rack.names.values()}


async def _effect(rack: SimulatedRack, phone: str) -> object:
    """Return what really arrived in the demo app, told by the simulator and not by the player."""
    stored = (await rack.state(phone))["apps"][PACKAGE]
    return {field: stored[field] for field in ("name", "bio")}
