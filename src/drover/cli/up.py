"""`drover up`: everything in one process, until stopped."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer
from rich.console import Console

from drover.cli import exits, interrupts
from drover.cli.database import DatabaseOption, OwnerOption
from drover.cli.say import warn
from drover.platform.memory import loading
from drover.platform.settings import Settings, load_settings
from drover.platform.web.statuses import PREFIX

if TYPE_CHECKING:
    from drover.bootstrap.up import Up, UpRequest
    from drover.simulator.rack import RackOptions

USUAL_PORT: Final = 8420
EXAMPLE: Final = Path("examples/plaza")


def up(
    sim: Annotated[
        int | None,
        typer.Option("--sim", help="Simulated phones, 1 to 60; without it the attached ones.", metavar="N"),
    ] = None,
    port: Annotated[int, typer.Option(help="Where console and API answer; 0: any free port.")] = USUAL_PORT,
    host: Annotated[str, typer.Option(help="The address to listen on; another opens it to the network.")] = "127.0.0.1",
    plain_http: Annotated[
        bool, typer.Option("--plain-http", help="Let other computers ask without encryption; others can read along.")
    ] = False,
    data_dir: Annotated[Path | None, typer.Option(help="Where everything is kept; else as in the settings.")] = None,
    database: DatabaseOption = "",
    owner: OwnerOption = "",
    example: Annotated[
        bool, typer.Option("--example", help=f"Put the example in {EXAMPLE} into the definitions.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed makes the same simulated phones.")] = 1,
    profile: Annotated[
        Literal["none", "typical", "slow"], typer.Option(help="How slow the simulated phones are.")
    ] = "typical",
    json_line: Annotated[bool, typer.Option("--json", help="Print one JSON line when everything is ready.")] = False,
) -> int:
    """Run database, worker, API, console and agent in here, until Ctrl-C or SIGTERM; runs go on at the next start."""
    settings = load_settings()
    if data_dir is not None:
        settings = settings.model_copy(update={"data_dir": data_dir.absolute()})
    rack = None if sim is None else _rack(sim, seed, profile)
    with loading():
        from drover.bootstrap.up import UpRequest  # noqa: PLC0415  database and engine take seconds to load: here alone

    request = UpRequest(rack, host, port, database, owner, EXAMPLE if example else None, plain_http)
    if plain_http:
        warn("other computers may ask over plain HTTP: whoever is on the way reads passwords and tokens")
    try:
        interrupts.run(_up(request, settings, json_line=json_line))
    except interrupts.Stopped:
        return exits.OK  # that is how it ends
    return exits.OK


def _rack(phones: int, seed: int, profile: Literal["none", "typical", "slow"]) -> "RackOptions":
    with loading():
        from drover.simulator.rack import RackOptions  # noqa: PLC0415  a second to load, which real phones need not wait for

    return RackOptions(phones=phones, seed=seed, profile=profile)


async def _up(request: "UpRequest", settings: Settings, *, json_line: bool) -> None:
    from drover.bootstrap.up import up as running  # noqa: PLC0415  as above

    console = Console(stderr=True)
    if not json_line:
        console.print(f"starting on {settings.data_dir}", style="dim", highlight=False)
    async with running(request, settings) as ready:
        if json_line:
            typer.echo(json.dumps(_line(ready)))
        else:
            _say(ready, console)
        await asyncio.shield(ready.failed)


def _line(ready: "Up") -> dict[str, object]:
    line: dict[str, object] = {
        "url": ready.url,
        "api": ready.url + PREFIX,
        "username": None,
        "password": None,
        "phones": [{"name": name, "serial": serial} for name, serial in ready.phones.items()],
    }
    if ready.first is not None:
        line |= {"username": ready.first.username, "password": ready.first.password}
    return line | ({"control": ready.control} if ready.control else {})


def _say(ready: "Up", console: Console) -> None:
    phones = ", ".join(ready.phones) or "none"
    console.print(f"the console is at {ready.url}, the API at {ready.url}{PREFIX}; phones: {phones}", highlight=False)
    if ready.first is not None:
        console.print("log in with this password, which is shown this once:", highlight=False)
        typer.echo(f"{ready.first.username} {ready.first.password}")
    console.print("Ctrl-C ends it; what runs goes on at the next start", style="dim", highlight=False)
