"""`drover sim`: simulated phones until stopped."""

import asyncio
from typing import Annotated, Literal

import typer

from drover.bootstrap.simulated import serve_phones
from drover.simulator.rack import RackOptions


def sim(
    phones: Annotated[int, typer.Option(help="How many phones, 1 to 60.")] = 1,
    port: Annotated[int, typer.Option(help="The first phone's TCP port; 0: any free ports.")] = 0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same phones.")] = 1,
    profile: Annotated[Literal["none", "typical", "slow"], typer.Option(help="How slow the phones are.")] = "typical",
    width: Annotated[int, typer.Option(help="Display width in pixels: 720, 1080 or 1440.")] = 1080,
    theme: Annotated[Literal["light", "dark"], typer.Option(help="The apps' theme.")] = "light",
    font_scale: Annotated[float, typer.Option(help="Size of text: 0.85, 1, 1.15 or 1.3.")] = 1.0,
    keyboard: Annotated[
        Literal["qwerty", "qwertz", "azerty", "jcuken", "mixed"], typer.Option(help="The keyboard's first layout.")
    ] = "qwerty",
    with_parent: Annotated[bool, typer.Option("--with-parent", help="Stop when standard input ends.")] = False,
) -> None:
    """Serve simulated phones, to which adb can connect; print one JSON line when they are ready."""
    options = RackOptions(
        phones=phones,
        port=port,
        seed=seed,
        profile=profile,
        width=width,
        theme=theme,
        font_scale=font_scale,
        keyboard=keyboard,
        with_parent=with_parent,
    )
    asyncio.run(serve_phones(options, typer.echo))
