"""Content that server and agents share, by its SHA-256: what is too large for a message."""

import asyncio
import hashlib
from typing import Protocol

from drover.kernel.errors import DroverError, Kind
from drover.platform.blobs import Blobs


class ContentDamaged(DroverError):
    """What is kept under a digest is something else."""

    kind = Kind.FAILED

    def __init__(self, digest: str) -> None:
        super().__init__(f"what is kept under {digest} is damaged", hint="remove the file; it will be put there anew")


class Content(Protocol):
    """Content by digest. Putting is idempotent; what is there never changes."""

    async def put(self, content: bytes) -> str:
        """Keep `content`; return its SHA-256 in hexadecimal. Raises BlobNotKept."""
        ...

    async def get(self, digest: str) -> bytes:
        """Return the content. Raises BlobMissing, ContentDamaged."""
        ...

    async def has(self, digest: str) -> bool:
        """Whether anything is kept under that digest. What there is may be named: it stays for a while from now on."""
        ...


class BlobContent:
    """Content in blobs, where server and agent have them in common. Reads and writes on a thread, off the loop."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def put(self, content: bytes) -> str:
        """Keep `content`; return its SHA-256."""
        return await asyncio.to_thread(self._blobs.put, content)

    async def get(self, digest: str) -> bytes:
        """Return the content. Raises BlobMissing, ContentDamaged."""
        return await asyncio.to_thread(self._get, digest)

    async def has(self, digest: str) -> bool:
        """Whether anything is kept under that digest."""
        return await asyncio.to_thread(self._blobs.has, digest)

    def _get(self, digest: str) -> bytes:
        content = self._blobs.get(digest)
        if hashlib.sha256(content).hexdigest() != digest:
            raise ContentDamaged(digest)
        return content
