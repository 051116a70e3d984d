"""How screens look: the registry that a client uses, and its pictures, read from its archive."""

import asyncio
import io
import tempfile
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from drover.kernel.errors import DroverError, Kind
from drover.platform.content import Content
from drover.protocol.archive import unpack
from drover.screens.domain import Registry
from drover.screens.files import load_registry

MOST_KEPT: Final = 64
"""How many pictures are kept; one has about 60 KB."""


class NoPicture(DroverError):
    """The registry has no such screen, or no picture of it."""

    kind = Kind.NOT_FOUND

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no picture of screen {key}", hint="learn the screen again to have one")


class _Look(BaseModel):
    model_config = ConfigDict(extra="ignore")

    picture: str | None = None


class _Screen(BaseModel):
    """What of a screen's file says where its pictures are."""

    model_config = ConfigDict(extra="ignore")

    key: str
    variants: list[_Look]


class ScreenLibrary:
    """Reads registries from the content, on threads."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._pictures: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    async def registry(self, digest: str) -> Registry:
        """Return the registry whose archive has that digest. Raises BlobMissing, ContentDamaged, BadArchive."""
        archive = await self._content.get(digest)
        return await asyncio.to_thread(_read, archive)

    async def picture(self, digest: str, key: str) -> bytes:
        """Return the picture of a screen's first look, without loading all the others.

        Raises NoPicture, BlobMissing, ContentDamaged.
        """
        found = self._pictures.get((digest, key))
        if found is None:
            archive = await self._content.get(digest)
            found = await asyncio.to_thread(_picture, archive, key)
            self._pictures[digest, key] = found
            while len(self._pictures) > MOST_KEPT:
                self._pictures.popitem(last=False)
        return found


def _read(archive: bytes) -> Registry:
    with tempfile.TemporaryDirectory(prefix="drover-screens-") as folder:
        place = Path(folder)
        unpack(archive, place)
        return load_registry(place).registry


def _picture(archive: bytes, key: str) -> bytes:
    app, _, name = key.partition(".")
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            files = [file for file in opened.namelist() if file.startswith(f"{app}/") and file.endswith(".json")]
            # A screen's file is mostly named after it.
            for file in sorted(files, key=lambda file: file != f"{app}/{name}.json"):
                screen = _screen(opened.read(file))
                if screen is not None and screen.key == name and screen.variants:
                    return opened.read(f"{app}/{screen.variants[0].picture or ''}")
    except (zipfile.BadZipFile, KeyError) as error:
        raise NoPicture(key) from error
    raise NoPicture(key)


def _screen(content: bytes) -> _Screen | None:
    """Return what a file says of a screen; None where it is the file of something else."""
    try:
        return _Screen.model_validate_json(content)
    except ValidationError:
        return None
