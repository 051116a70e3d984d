"""`drover keyboard`: maps of on-screen keyboards."""

from pathlib import Path
from typing import Annotated

import typer

from drover.cli import exits
from drover.cli.say import warn
from drover.devices.frame import Frame
from drover.devices.geometry import Size
from drover.kernel.errors import InvalidInput
from drover.platform.documents import read_text
from drover.screens.identify import read_frame
from drover.screens.keyboard_import import import_flat
from drover.screens.writing import save_keyboard

app = typer.Typer(help="Maps of on-screen keyboards.")


@app.callback(invoke_without_command=True)
def keyboard(context: typer.Context) -> None:
    """Work on maps of on-screen keyboards."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command("import", short_help="Make a keyboard map of an old flat one.")
def import_map(
    old: Annotated[Path, typer.Argument(help="A JSON file of keys at points or rectangles.", metavar="OLD")],
    out: Annotated[Path, typer.Option(help="The file to write, in a registry's folder `keyboards`.", metavar="FILE")],
    size: Annotated[str, typer.Option(help="The display that the old map is for.", metavar="WxH")] = "1080x2400",
    frame: Annotated[
        list[str] | None,
        typer.Option(help="A picture of the display with the keyboard in that layer.", metavar="LAYER=PICTURE"),
    ] = None,
) -> int:
    """Make a keyboard map of an old flat one; with frames, the layers that they show can be recognised."""
    frames = dict(_frame(each) for each in frame or [])
    found = import_flat(read_text(old), file=str(old), name=out.stem, reference=_size(size), frames=frames)
    save_keyboard(out, found)
    keys = sum(len(layer.keys) for layer in found.layers)
    typer.echo(
        f"wrote {keys} keys in {len(found.layers)} layers ({', '.join(each.name for each in found.layers)}) to {out}"
    )
    unseen = [layer.name for layer in found.layers if not layer.looks]
    if unseen:
        warn(f"not recognised on a screen, and so not typed on: {', '.join(unseen)}; give --frame LAYER=PICTURE")
    return exits.OK


def _size(text: str) -> Size:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise InvalidInput(f"--size {text} is no size", hint="write it as 1080x2400")
    return Size(int(width), int(height))


def _frame(text: str) -> tuple[str, Frame]:
    layer, separator, path = text.partition("=")
    if not separator:
        raise InvalidInput(f"--frame {text} names no layer", hint="write it as lower=screenshot.png")
    return layer, read_frame(Path(path))
