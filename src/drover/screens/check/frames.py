"""Kept frames in a folder: what their names say they are, and the pictures, read one by one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from drover.devices.frame import Frame
from drover.kernel.errors import InvalidInput
from drover.screens.check.outcome import Expectation
from drover.screens.documents import NAME
from drover.screens.identify import BadFrame, printable, read_frame

SUFFIXES = frozenset({".png", ".jpg", ".jpeg"})
UNKNOWN = "unknown"
SEPARATOR = "__"
_NOT_FOR_KEYS = re.compile(r"[^a-z0-9]+")


class BadFrames(InvalidInput):
    """A folder of frames cannot be read at all."""


@dataclass(frozen=True, slots=True)
class KeptFrame:
    """A frame in a file; `file` is relative to the folder. `frame` is the error where the file cannot be used."""

    file: str
    expected: Expectation | None
    frame: Frame | BadFrame


def find_frames(folder: Path) -> tuple[Path, ...]:
    """Return the files of frames in `folder` and the folders in it, sorted by name.

    Links to folders are not followed. Raises BadFrames where there is no such folder, or no frame in it.
    """
    try:
        files = sorted(
            path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
        )
        folder.stat()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadFrames(
            f"frames {folder} cannot be read ({reason})", hint="name a folder of PNG or JPEG files"
        ) from error
    if not files:
        raise BadFrames(f"frames {folder}: holds no PNG or JPEG file", hint="name a folder of frames")
    return tuple(files)


def read_frames(folder: Path, files: Iterable[Path]) -> Iterator[KeptFrame]:
    """Yield the frames in those files of `folder`, each read when it is asked for."""
    for path in files:
        try:
            frame: Frame | BadFrame = read_frame(path)
        except BadFrame as error:
            frame = error
        file = path.relative_to(folder)
        yield KeptFrame(printable(file), expectation(file), frame)


def frames_in(folder: Path) -> Iterator[KeptFrame]:
    """Yield the frames in `folder` and the folders in it. Raises BadFrames."""
    yield from read_frames(folder, find_frames(folder))


def expectation(file: Path) -> Expectation | None:
    """Return what a frame's name says, relative to its folder: `plaza/feed__2.png` or `plaza.feed__2.png`.

    What comes before `__` counts, as the key that learning makes of it. `unknown__2.png`, wherever it lies, must be
    unknown. A name that is neither says nothing.
    """
    base, separator, _ = file.stem.partition(SEPARATOR)
    if base == UNKNOWN and separator:
        return Expectation(None)
    folders = file.parts[:-1]
    if len(folders) == 1:
        return Expectation(f"{folders[0]}.{key_for(base)}")
    app, dot, name = base.partition(".")
    return Expectation(f"{app}.{key_for(name)}") if not folders and dot else None


def key_for(base: str) -> str:
    """Return the key of the screen that a file's base name names: what may not stand in one becomes an underscore."""
    return base if NAME.match(base) else _NOT_FOR_KEYS.sub("_", base.lower()).strip("_")
