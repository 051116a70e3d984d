"""`drover fault`: faults on simulated phones that run already."""

import asyncio
import json
from typing import Annotated

import typer

from drover.bootstrap.faults import RackControl
from drover.kernel.errors import InvalidInput


def fault(
    control: Annotated[str, typer.Argument(help="The rack's control address, as `drover sim` prints it.")],
    phones: Annotated[str, typer.Argument(help="A phone's name, several joined by +, or all.")] = "all",
    told: Annotated[
        str | None, typer.Argument(help="The fault: NAME, NAME,key=value,... or JSON.", metavar="FAULT")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Clear this fault, or without one all faults.")] = False,
) -> None:
    """Give or clear a fault, and print the phones' faults as one line of JSON."""
    asyncio.run(_fault(RackControl(control), phones, told, clear=clear))


async def _fault(rack: RackControl, phones: str, told: str | None, *, clear: bool) -> None:
    if clear:
        if told is not None and not told.isidentifier():
            raise InvalidInput(f"{told!r} is no fault's name", hint="clear a fault by its name alone")
        await rack.clear(phones, told)
    elif told is not None:
        await rack.give(phones, told)
    typer.echo(json.dumps(await rack.faults(phones)))
