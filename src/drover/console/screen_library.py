"""How screens look: the registry that a client uses, read from its archive, and its pictures."""

import asyncio
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from drover.kernel.errors import DroverError, Kind
from drover.platform.content import Content
from drover.protocol.archive import unpack
from drover.screens.domain import Registry
from drover.screens.files import load_registry

MOST_KEPT: Final = 4
"""Of how many registries the pictures are kept; those of 300 screens take about 20 MB."""


class UnknownScreen(DroverError):
    """The registry has no such screen, or no picture of it."""

    kind = Kind.NOT_FOUND

    def __init__(self, key: str) -> None:
        super().__init__(f"there is no picture of screen {key}", hint="learn the screen again to have one")


class ScreenLibrary:
    """Reads registries from the content on a thread, and keeps their pictures."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._pictures: OrderedDict[str, Mapping[str, bytes]] = OrderedDict()
        self._reading = asyncio.Lock()

    async def registry(self, digest: str) -> Registry:
        """Return the registry whose archive has that digest. Raises BlobMissing, ContentDamaged, BadArchive."""
        archive = await self._content.get(digest)
        return await asyncio.to_thread(_read, archive)

    async def picture(self, digest: str, key: str) -> bytes:
        """Return the picture of a screen's first look. Raises UnknownScreen, and what `registry` does."""
        async with self._reading:
            pictures = self._pictures.get(digest)
            if pictures is None:
                registry = await self.registry(digest)
                pictures = {name: screen.variants[0].picture for name, screen in registry.screens.items()}
                self._pictures[digest] = pictures
                while len(self._pictures) > MOST_KEPT:
                    self._pictures.popitem(last=False)
            self._pictures.move_to_end(digest)
        if not pictures.get(key):
            raise UnknownScreen(key)
        return pictures[key]


def _read(archive: bytes) -> Registry:
    with tempfile.TemporaryDirectory(prefix="drover-screens-") as folder:
        place = Path(folder)
        unpack(archive, place)
        return load_registry(place).registry
