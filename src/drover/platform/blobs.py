"""Content kept under its SHA-256: frames, evidence, reports' pictures."""

import hashlib
from pathlib import Path
from typing import Protocol

from drover.kernel.errors import DroverError, Kind
from drover.platform.files import write_whole


class BlobMissing(DroverError):
    """No content is kept under that digest."""

    kind = Kind.NOT_FOUND

    def __init__(self, digest: str) -> None:
        super().__init__(f"no content is kept under {digest}", hint="the folder may have been emptied or moved")


class BlobNotKept(DroverError):
    """The folder does not take more content."""

    kind = Kind.UNAVAILABLE

    def __init__(self, folder: Path, error: OSError) -> None:
        super().__init__(
            f"{folder}: content cannot be kept ({(error.strerror or str(error)).lower()})",
            hint="check the folder's permissions and the free space, or set data_dir",
        )


class Blobs(Protocol):
    """Content by digest. Writing is idempotent; what is there never changes."""

    def put(self, content: bytes) -> str:
        """Keep `content`; return its SHA-256 in hexadecimal."""
        ...

    def get(self, digest: str) -> bytes:
        """Return the content. Raises BlobMissing."""
        ...

    def has(self, digest: str) -> bool:
        """Whether anything is kept under that digest."""
        ...


class MemoryBlobs:
    """Blobs of one process."""

    def __init__(self) -> None:
        self._content: dict[str, bytes] = {}

    def put(self, content: bytes) -> str:
        """Keep `content`; return its SHA-256."""
        digest = hashlib.sha256(content).hexdigest()
        self._content.setdefault(digest, content)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the content. Raises BlobMissing."""
        try:
            return self._content[digest]
        except KeyError:
            raise BlobMissing(digest) from None

    def has(self, digest: str) -> bool:
        """Whether anything is kept under that digest."""
        return digest in self._content


class FolderBlobs:
    """Blobs in a folder, two levels deep; a file appears whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep `content`; return its SHA-256."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        try:
            if not path.exists():
                write_whole(path, content)
        except OSError as error:
            raise BlobNotKept(self._folder, error) from error
        return digest

    def get(self, digest: str) -> bytes:
        """Return the content. Raises BlobMissing."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            raise BlobMissing(digest) from None

    def has(self, digest: str) -> bool:
        """Whether anything is kept under that digest."""
        return self._path(digest).exists()

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]
