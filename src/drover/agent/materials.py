"""What plays are made of, fetched by digest: registries, which plays share, and sequences with files beside them."""

import asyncio
import shutil
from collections import OrderedDict
from collections.abc import Callable, Collection
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import structlog

from drover.agent.errors import FolderUnusable, MaterialUnusable
from drover.platform.content import Content
from drover.platform.files import write_whole
from drover.protocol.archive import safe_place, unpack
from drover.protocol.errors import BadArchive
from drover.protocol.messages import PlayOrder
from drover.screens.domain import Registry
from drover.screens.files import load_registry
from drover.screens.matching.matcher import Matcher
from drover.screens.ocr import TextReader
from drover.sequences.domain import Sequence
from drover.sequences.files import read_sequence

T = TypeVar("T")

MOST_REGISTRIES: Final = 4
"""How many registries are kept ready; one of 300 screens takes about 60 MB."""
MOST_FOLDERS: Final = 8
SEQUENCE_FILE: Final = "sequence.json"
VALUES_FILE: Final = ".values.json"

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Screens:
    """A registry, and the matcher made of it."""

    registry: Registry
    matcher: Matcher


@dataclass(frozen=True, slots=True)
class Script:
    """A sequence as it is to be played, and the file of its values, if it has any."""

    sequence: Sequence
    file: Path
    values: Path | None


class Materials:
    """Fetches from the content, and keeps what plays share. `folder` is the agent's own, and emptied at the start."""

    def __init__(self, content: Content, folder: Path, reader: TextReader, images: Executor) -> None:
        self._content = content
        self._folder = folder
        self._reader = reader
        self._images = images
        self._screens: OrderedDict[str, Screens] = OrderedDict()
        self._loading = asyncio.Lock()

    async def begin(self) -> None:
        """Remove what an agent that was killed has left."""
        await self._compute(lambda: shutil.rmtree(self._folder, ignore_errors=True))

    async def screens(self, digest: str) -> Screens:
        """Return the registry whose archive has that digest.

        Raises BlobMissing, ContentDamaged, BadArchive, MaterialUnusable, FolderUnusable.
        """
        async with self._loading:  # plays that begin together need the same one, mostly
            found = self._screens.get(digest)
            if found is None:
                archive = await self._content.get(digest)
                found = await self._compute(lambda: self._load(digest, archive))
                self._screens[digest] = found
                while len(self._screens) > MOST_REGISTRIES:
                    self._screens.popitem(last=False)
            self._screens.move_to_end(digest)
            return found

    async def script(self, order: PlayOrder) -> Script:
        """Return the order's sequence, written to a folder of its own with the files beside it.

        Raises BlobMissing, ContentDamaged, MaterialUnusable, BadDocument, FolderUnusable.
        """
        files = {_place(name): await self._content.get(digest) for name, digest in order.files.items()}
        if Path(SEQUENCE_FILE) in files or any(path.name == VALUES_FILE for path in files):
            raise MaterialUnusable(f"a file beside a sequence cannot be called {SEQUENCE_FILE}", hint="rename it")
        document = await self._content.get(order.sequence)
        values = await self._content.get(order.values) if order.values is not None else None
        return await self._compute(lambda: self._write(self._place_of(order), document, files, values))

    async def forget(self, order: PlayOrder) -> None:
        """Remove the folder of an order's sequence."""
        await self._compute(lambda: shutil.rmtree(self._place_of(order), ignore_errors=True))

    def _place_of(self, order: PlayOrder) -> Path:
        return self._folder / "plays" / f"{order.sequence_run}.{order.attempt}"

    def _load(self, digest: str, archive: bytes) -> Screens:
        folder = self._folder / "screens"
        place = folder / digest
        try:
            shutil.rmtree(place, ignore_errors=True)
            unpack(archive, place)
            loaded = load_registry(place)
            # The folders stay for a while: an app's own ways are read from there when a play is made ready.
            for old in sorted(folder.iterdir(), key=lambda each: each.stat().st_mtime)[:-MOST_FOLDERS]:
                shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            raise _unwritable(place, error) from error
        for refusal in loaded.refusals:
            _log.warning("screen is not in service", screen=str(refusal))
        if not loaded.registry.screens:
            raise MaterialUnusable("the registry holds no usable screen", hint="check the screens that it was made of")
        return Screens(loaded.registry, Matcher(loaded.registry, self._reader))

    def _write(self, place: Path, document: bytes, files: dict[Path, bytes], values: bytes | None) -> Script:
        try:
            text = document.decode()
        except UnicodeDecodeError as error:
            raise MaterialUnusable("the sequence is no UTF-8 text", hint="store it anew") from error
        _check_apart(files)
        try:
            for path, content in {**files, Path(SEQUENCE_FILE): document}.items():
                write_whole(place / path, content)
            if values is not None:
                write_whole(place / VALUES_FILE, values)
        except OSError as error:
            raise _unwritable(place, error) from error
        sequence = read_sequence(text, str(place / SEQUENCE_FILE))
        return Script(sequence, place / SEQUENCE_FILE, place / VALUES_FILE if values is not None else None)

    async def _compute(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._images, work)


def _place(name: str) -> Path:
    try:
        return Path(safe_place(name))
    except BadArchive as error:
        raise MaterialUnusable(
            f"{name!r:.80} is no path beside a sequence", hint="give it within the folder"
        ) from error


def _check_apart(files: Collection[Path]) -> None:
    """Refuse a file that is a folder of another one."""
    for path in files:
        for parent in path.parents:
            if parent in files or parent == Path(SEQUENCE_FILE):
                raise MaterialUnusable(f"{parent} is both a file and a folder beside a sequence", hint="rename one")


def _unwritable(place: Path, error: OSError) -> FolderUnusable:
    return FolderUnusable(place, (error.strerror or str(error)).lower())
