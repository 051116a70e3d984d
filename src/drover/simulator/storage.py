"""A simulated phone's files, in memory, with the places, permissions and limits that `adb push` meets on a phone."""

import posixpath
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from drover.kernel.errors import DroverError, Kind

STORAGE_BYTES: Final = 256 * 1024 * 1024
SHARED: Final = "/storage/emulated/0"
"""Where the shared storage really is."""
_ALIASES: Final[Mapping[str, str]] = {"/sdcard": SHARED, "/mnt/sdcard": SHARED, "/storage/self/primary": SHARED}
_WRITABLE: Final = (SHARED, "/data/local/tmp")
_MOST_PATH_CHARACTERS: Final = 1024
_INITIAL: Final = (
    "/data/local/tmp",
    "/dev",
    "/system/bin",
    *(f"{SHARED}/{name}" for name in ("Android", "DCIM", "Documents", "Download", "Movies", "Music", "Pictures")),
)


class StorageError(DroverError):
    """The phone refuses a file operation; the message is what its kernel says (`No such file or directory`)."""

    kind = Kind.REFUSED


@dataclass(frozen=True, slots=True)
class Entry:
    """A file (`content` is not None) or a folder. `mode` has the type bits, `modified_s` is seconds since 1970."""

    mode: int
    modified_s: int
    content: bytes | None = None

    @property
    def size(self) -> int:
        """Size as `stat` tells it."""
        return 4096 if self.content is None else len(self.content)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.content is None


class Storage:
    """Files by absolute path.

    `/sdcard` is another name of the shared storage; only that and /data/local/tmp are writable.
    """

    def __init__(self, *, created_s: int, limit_bytes: int = STORAGE_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.full = False
        """While set, not a byte more can be written, however few there are."""
        self._created_s = created_s
        self._used = 0
        self._entries: dict[str, Entry] = {}
        self._watchers: list[Callable[[str], None]] = []
        self.clear()

    def watch(self, changed: Callable[[str], None]) -> None:
        """Have `changed` called with the real path of what was written or removed, a folder's for all in it."""
        self._watchers.append(changed)

    def _changed(self, path: str) -> None:
        for changed in self._watchers:
            changed(path)

    def clear(self) -> None:
        """Bring everything to its first state: the usual folders, and nothing in them."""
        self._used = 0
        self._entries = {"/": Entry(stat.S_IFDIR | 0o755, self._created_s)}
        for path in _INITIAL:
            for folder in _lineage(path):
                self._entries.setdefault(folder, Entry(stat.S_IFDIR | 0o771, self._created_s))
        self._changed("/")

    @property
    def used_bytes(self) -> int:
        """How many bytes the files hold."""
        return self._used

    @property
    def free_bytes(self) -> int:
        """How many bytes more there is room for."""
        return 0 if self.full else max(self.limit_bytes - self._used, 0)

    def find(self, path: str) -> Entry:
        """Return what is at `path`. Raises StorageError."""
        real = _real(path)
        entry = self._entries.get(real)
        if entry is None:
            self._refuse_file_as_folder(real)
            raise StorageError("No such file or directory")
        if path.endswith("/") and not entry.is_folder:
            raise StorageError("Not a directory")
        return entry

    def read(self, path: str) -> bytes:
        """Return a file's content. Raises StorageError."""
        content = self.find(path).content
        if content is None:
            raise StorageError("Is a directory")
        return content

    def write(self, path: str, content: bytes, *, mode: int, now_s: int, make_folders: bool = False) -> None:
        """Write a file whole, or raise StorageError and leave what was there."""
        real = _real(path)
        before = self._entries.get(real)
        if before is not None and before.is_folder:
            raise StorageError("Is a directory")
        self._refuse_read_only(real)
        growth = len(content) - (before.size if before else 0)
        if growth > 0 and growth > self.free_bytes:
            raise StorageError("No space left on device")
        parent = posixpath.dirname(real)
        if make_folders:
            self.make_folder(parent, now_s=now_s, parents=True)
        elif not self.find(parent).is_folder:
            raise StorageError("Not a directory")
        self._entries[real] = Entry(stat.S_IFREG | (mode & 0o777), now_s, content)
        self._used += growth
        self._changed(real)

    def make_folder(self, path: str, *, now_s: int, parents: bool = False) -> None:
        """Make a folder; with `parents` also those above it, and one that is there is no error. Raises StorageError."""
        real = _real(path)
        existing = self._entries.get(real)
        if existing is not None:
            if parents and existing.is_folder:
                return
            raise StorageError("File exists")
        self._refuse_read_only(real)
        parent = posixpath.dirname(real)
        if parents:
            self.make_folder(parent, now_s=now_s, parents=True)
        if not self.find(parent).is_folder:
            raise StorageError("Not a directory")
        self._entries[real] = Entry(stat.S_IFDIR | 0o770, now_s)

    def remove(self, path: str, *, recursive: bool = False) -> None:
        """Remove a file, or with `recursive` a folder and all in it. Raises StorageError."""
        real = _real(path)
        entry = self.find(path)
        if entry.is_folder and not recursive:
            raise StorageError("Is a directory")
        if real in {_real(place) for place in (*_WRITABLE, *_ALIASES)}:
            raise StorageError("Permission denied")
        self._refuse_read_only(real)
        for inside in [name for name in self._entries if name == real or name.startswith(f"{real}/")]:
            content = self._entries.pop(inside).content
            self._used -= len(content or b"")
        self._changed(real)

    def children(self, path: str) -> Iterator[tuple[str, Entry]]:
        """Yield names and entries in a folder, sorted. Raises StorageError."""
        if not self.find(path).is_folder:
            raise StorageError("Not a directory")
        real = _real(path).rstrip("/")
        for name in sorted(self._entries):
            if name != "/" and posixpath.dirname(name).rstrip("/") == real:
                yield posixpath.basename(name), self._entries[name]

    def files_in(self, folder: str) -> Iterator[tuple[str, Entry]]:
        """Yield real paths and entries of all files in a folder and in those inside it; none where it is not there."""
        inside = f"{_real(folder)}/"
        for path, entry in self._entries.items():
            if path.startswith(inside) and not entry.is_folder:
                yield path, entry

    def _refuse_read_only(self, real: str) -> None:
        if not any(real == place or real.startswith(f"{place}/") for place in _WRITABLE):
            raise StorageError("Read-only file system" if real.startswith("/system") else "Permission denied")

    def _refuse_file_as_folder(self, real: str) -> None:
        for folder in _lineage(posixpath.dirname(real)):
            entry = self._entries.get(folder)
            if entry is not None and not entry.is_folder:
                raise StorageError("Not a directory")


def _real(path: str) -> str:
    if len(path) > _MOST_PATH_CHARACTERS:
        raise StorageError("File name too long")
    real = posixpath.normpath(posixpath.join("/", path)).replace("//", "/")
    for alias, target in _ALIASES.items():
        if real == alias or real.startswith(f"{alias}/"):
            return target + real[len(alias) :]
    return real


def _lineage(path: str) -> Iterator[str]:
    """Yield `/a`, `/a/b`, `/a/b/c` for `/a/b/c`."""
    parts = path.strip("/").split("/")
    for count in range(1, len(parts) + 1):
        yield "/" + "/".join(parts[:count])
