"""Definitions as files of a folder: what is put from there, and what is written there."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drover.cli.remote import Json
from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.platform.files import write_whole
from drover.protocol.archive import pack, safe_place, unpack
from drover.sequences.portable import portable
from drover.workflows.domain.definitions import ARCHIVE


class FolderNotWritten(DroverError):
    """A definition cannot be written to that folder."""

    kind = Kind.UNAVAILABLE

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(f"{folder}: {(error.strerror or str(error)).lower()}", hint="choose another folder")


@dataclass(frozen=True, slots=True)
class Source:
    """A definition's name and body, and how to read what its body names by digest."""

    name: str
    body: Json
    files: tuple[Callable[[], bytes], ...] = field(default=())

    def contents(self) -> Iterator[bytes]:
        """Yield what is to be uploaded first."""
        yield from (read() for read in self.files)


def sequence_source(file: Path) -> Source:
    """Return the sequence in a file, with what it pushes. Raises BadDocument."""
    found = portable(file)
    return Source(found.name, dict(found.body), tuple(path.read_bytes for path in found.files.values()))


def screens_source(folder: Path) -> Source:
    """Return the screens of a registry's folder, called like the folder that it lies in.

    Raises BadRegistry, InvalidInput where a file of it would not be in service or it has no screens, TooMuchToPack.
    """
    from drover.screens.editing import reading  # noqa: PLC0415  loads all that reads pictures
    from drover.screens.files import load_registry  # noqa: PLC0415  as above

    with reading(folder):
        loaded, archive = load_registry(folder), pack(folder)
    refusals = [str(refusal) for refusal in loaded.refusals]
    if refusals:
        more = f", and {len(refusals) - 1} more" if refusals[1:] else ""
        raise InvalidInput(f"{folder}: {refusals[0]}{more}", hint=f"see `drover screens check {folder}`")
    if not loaded.registry.screens:
        raise InvalidInput(f"{folder} has no screens", hint="name a registry: a folder with a folder for each app")
    body = {"content": hashlib.sha256(archive).hexdigest()}
    return Source(folder.absolute().parent.name, body, (lambda: archive,))


def exported(kind: str, name: str, body: Json, files: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write a definition into a folder as it could be put again, and return what was written.

    Raises FolderNotWritten, InvalidInput where the definition is there already, BadArchive.
    """
    target = folder / ("registry" if kind == "screens" else f"{name}.json")
    if target.exists():
        raise InvalidInput(f"{target} is there already", hint="choose another folder")
    try:
        if kind == "screens":
            unpack(files[ARCHIVE], target)
            return [target]
        document = {key: value for key, value in body.items() if key != "files"}
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        beside = {folder / Path(safe_place(file)): content for file, content in files.items()}
        for path, content in {**beside, target: text.encode()}.items():
            write_whole(path, content)
    except OSError as error:
        raise FolderNotWritten(folder, error) from error
    return [*beside, target]
