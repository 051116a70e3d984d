"""Content kept under its SHA-256: frames, evidence, reports' pictures."""

import hashlib
import math
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from drover.kernel.errors import DroverError, Kind
from drover.platform.files import write_whole

_ASIDE: Final = "aside"
_TWO: Final = "[0-9a-f]" * 2
_REST: Final = "[0-9a-f]" * 62


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
        """Whether anything is kept under that digest. What there is may be named: it stays for a while from now on."""
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
    """Blobs in a folder, two levels deep; a file appears whole or not at all.

    A file's time is when it was last put or asked after: what is about to be named is never old. What is being removed
    is set aside first, so that who puts it at that moment keeps it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep `content`; return its SHA-256."""
        digest = hashlib.sha256(content).hexdigest()
        try:
            if not self.has(digest):
                write_whole(self._path(digest), content)
        except OSError as error:
            raise BlobNotKept(self._folder, error) from error
        return digest

    def get(self, digest: str) -> bytes:
        """Return the content. Raises BlobMissing."""
        for path in (self._path(digest), self._aside(digest), self._path(digest)):
            with suppress(FileNotFoundError):
                return path.read_bytes()
        raise BlobMissing(digest)

    def has(self, digest: str) -> bool:
        """Whether anything is kept under that digest; where it is, it counts as put now."""
        try:
            os.utime(self._path(digest))
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def untouched(self, before: datetime) -> frozenset[str]:
        """Return what was neither put nor asked after since that moment.

        What a removal that was cut off had set aside is put back first.
        """
        for left in self._folder.glob(f"{_ASIDE}/*"):
            self._put_back(left.name)
        files = self._folder.glob(f"{_TWO}/{_REST}")
        return frozenset(f"{file.parent.name}{file.name}" for file in files if _touched(file) < before.timestamp())

    def remove(self, digest: str, before: datetime) -> bool:
        """Remove content, unless it was put or asked after since that moment; return whether it was removed."""
        aside = self._aside(digest)
        aside.parent.mkdir(exist_ok=True)
        try:
            self._path(digest).rename(aside)
        except FileNotFoundError:
            return False
        if _touched(aside) >= before.timestamp():
            self._put_back(digest)
            return False
        aside.unlink()
        return True

    def _put_back(self, digest: str) -> None:
        path = self._path(digest)
        path.parent.mkdir(exist_ok=True)
        self._aside(digest).replace(path)  # where it was put anew meanwhile, it is the same

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]

    def _aside(self, digest: str) -> Path:
        return self._folder / _ASIDE / digest


def _touched(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:
        return math.inf
