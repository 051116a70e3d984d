"""`drover sim`: simulated phones until stopped."""

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from drover.bootstrap.simulated import serve_phones
from drover.platform.documents import read_text
from drover.simulator.fault_script import Deed, parse_script, parse_word
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
    auth: Annotated[bool, typer.Option("--auth", help="The phones ask about keys that they do not know.")] = False,
    adb_keyboard: Annotated[
        bool, typer.Option("--adb-keyboard", help="The phones have ADBKeyBoard, which types any script.")
    ] = False,
    users: Annotated[int, typer.Option(help="How many Android users each phone has, 1 to 4.")] = 1,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help="PHONE:FAULT[,key=value...], such as phone3:disconnect,seconds=5; repeatable.", metavar="PHONE:FAULT"
        ),
    ] = None,
    faults: Annotated[Path | None, typer.Option(help="A script of faults, in JSON.", metavar="FILE")] = None,
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
        auth=auth,
        adb_keyboard=adb_keyboard,
        users=users,
        faults=(*(parse_word(word) for word in fault or ()), *_script(faults)),
        with_parent=with_parent,
    )
    asyncio.run(serve_phones(options, typer.echo))


def _script(path: Path | None) -> tuple[Deed, ...]:
    return parse_script(read_text(path), str(path)) if path else ()
