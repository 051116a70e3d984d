"""`drover demo`: simulated phones play a sequence; the first thing Drover does for anybody."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from drover.bootstrap.play import PlayRequest, check_report
from drover.bootstrap.registry import registry_beside
from drover.bootstrap.simulated import simulated_phones
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
from drover.simulator.rack import RackOptions

DEMONSTRATION = "drover.bootstrap.demo"
EXAMPLE = Path("examples/plaza/edit-profile.json")


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
    """Start simulated phones, play a sequence on all of them, and write a report; show it live in the console.

    The console stays until Ctrl-C. With --json there is none, and the command ends with its figures.
    """
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
    check_report(request.report)
    codes: list[int] = []
    try:
        interrupts.run(
            _demo(request, options, settings, values, parameters(param or []), codes.append, json_line=json_line)
        )
    except interrupts.Stopped:
        if not codes:
            raise
    return codes[0]


async def _demo(
    request: PlayRequest,
    options: RackOptions,
    settings: Settings,
    values: Path | None,
    given: Mapping[str, str],
    end: Callable[[int], None],
    *,
    json_line: bool,
) -> None:
    """Tell `end` how it went, once it was played; the console may stay long after that."""
    console = Console(stderr=json_line)
    phones = "1 simulated phone" if options.phones == 1 else f"{options.phones} simulated phones"
    console.print(f"starting {phones}", style="dim", highlight=False)
    loading = asyncio.ensure_future(asyncio.to_thread(import_module, DEMONSTRATION))
    async with AsyncExitStack() as stack:
        started = await stack.enter_async_context(simulated_phones(options))
        await loading  # database and engine take as long to load as the phones to start
        from drover.bootstrap.demo import Piece, demonstrated  # noqa: PLC0415  it is loaded by now

        file = Path(request.plan.file)
        piece = Piece(request, file, registry_beside(file), values, given)
        showing = partial(live, console, request.steps)
        opened = None if json_line else partial(_tell, console)
        played = await stack.enter_async_context(demonstrated(piece, started, settings, showing, opened))
        extra = {"effects": played.effects}
        end(show(played.record, request, played.settings, console, extra=extra, json_line=json_line))
        if not json_line:
            console.print("the console stays; Ctrl-C ends it, and clears everything but the report", style="dim")
            await asyncio.shield(played.failed)


def _tell(console: Console, url: str, username: str, password: str) -> None:
    console.print(f"watch it at {url}: log in as {username} with the password {password}", highlight=False)
