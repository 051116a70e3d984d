"""`drover screens find`: where a text or a picture is on a frame."""

import json
from pathlib import Path
from typing import Annotated

import cv2
import typer

from drover.cli import exits
from drover.cli.say import warn
from drover.devices.frame import Frame
from drover.kernel.errors import InvalidInput, Kind
from drover.screens.finder import Found, RapidPageReader, find_picture, find_text
from drover.screens.identify import read_frame
from drover.screens.regions import ExpectedText


def find(
    file: Annotated[Path, typer.Argument(help="A PNG or JPEG file.", metavar="FRAME")],
    text: Annotated[str | None, typer.Option(help="Words that stand there.")] = None,
    pattern: Annotated[str | None, typer.Option(help="A pattern that a line there matches.")] = None,
    crop: Annotated[Path | None, typer.Option(help="A picture of what is looked for.", metavar="FILE")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> int:
    """Tell where something is on a frame, the best place first; 9 where it is not there."""
    cv2.setNumThreads(1)
    wanted = _one_of({"--text": text, "--pattern": pattern, "--crop": str(crop) if crop is not None else None})
    frame = read_frame(file)
    found = find_picture(frame, read_frame(crop).pixels) if crop is not None else _read(frame, text, pattern)
    if as_json:
        typer.echo(json.dumps({"file": str(file), "found": [_document(each) for each in found]}, ensure_ascii=False))
    else:
        for each in found:
            typer.echo(_line(each))
    if not found:
        warn(f"{file}: {wanted} is not there")
        return exits.BY_KIND[Kind.NOT_FOUND]
    return exits.OK


def _one_of(given: dict[str, str | None]) -> str:
    said = [f"{option} {value!r}" for option, value in given.items() if value is not None]
    if len(said) != 1:
        names = ", ".join(given)
        message = f"what is to be found is said {len(said)} times"
        raise InvalidInput(message, hint=f"give one of {names}")
    return said[0]


def _read(frame: Frame, text: str | None, pattern: str | None) -> tuple[Found, ...]:
    wanted = ExpectedText(text or "") if pattern is None else ExpectedText(pattern, pattern=True)
    return find_text(frame, wanted, RapidPageReader())


def _document(found: Found) -> dict[str, object]:
    rect = found.rect
    document: dict[str, object] = {"rect": [rect.x1, rect.y1, rect.x2, rect.y2], "score": round(found.score, 3)}
    return document | ({"text": found.text} if found.text else {"scale": round(found.scale, 3)})


def _line(found: Found) -> str:
    rect = found.rect
    told = repr(found.text) if found.text else f"at {found.scale:.2f} of its size"
    return f"{rect.x1},{rect.y1},{rect.x2},{rect.y2}  {found.score:.2f}  {told}"
