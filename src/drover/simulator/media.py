"""What the shared storage holds of pictures and videos, as apps' pickers list it."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Final

from drover.simulator.handset import MediaFile
from drover.simulator.storage import SHARED, Entry, Storage

FOLDERS: Final = tuple(f"{SHARED}/{name}" for name in ("DCIM", "Pictures", "Movies"))
_KINDS: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".mp4", ".mov", ".webm", ".mkv", ".3gp"})


class MediaScanner:
    """Tells the files in the folders of camera, pictures and films, newest first, whenever they change.

    Android does the same: what is pushed there is listed without anybody asking for a scan. Hidden files are left out.
    """

    def __init__(self, storage: Storage, tell: Callable[[Sequence[MediaFile]], None]) -> None:
        self._storage = storage
        self._tell = tell
        self._digests: dict[str, tuple[Entry, str]] = {}
        storage.watch(self._changed)

    def scan(self) -> None:
        """Look through the folders, and tell what is there."""
        found = {path: entry for folder in FOLDERS for path, entry in self._storage.files_in(folder) if _listed(path)}
        self._digests = {path: self._digest(path, entry) for path, entry in found.items()}
        files = [MediaFile(path, digest, entry.modified_s) for path, (entry, digest) in self._digests.items()]
        self._tell(sorted(files, key=lambda file: (-file.modified_s, file.path)))

    def _changed(self, path: str) -> None:
        if any(f"{path}/".startswith(f"{folder}/") or folder.startswith(path) for folder in FOLDERS):
            self.scan()

    def _digest(self, path: str, entry: Entry) -> tuple[Entry, str]:
        known = self._digests.get(path)
        if known is not None and known[0] is entry:
            return known
        return entry, hashlib.sha256(entry.content or b"").hexdigest()


def _listed(path: str) -> bool:
    place = PurePosixPath(path)
    hidden = any(part.startswith(".") for part in place.parts)
    return not hidden and place.suffix.lower() in _KINDS
