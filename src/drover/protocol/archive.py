"""A folder as one archive: the same files give the same bytes, hence the same digest. Unpacking trusts nothing."""

import io
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from drover.platform.files import write_whole
from drover.protocol.errors import BadArchive, TooMuchToPack

MOST_FILES: Final = 20_000
MOST_BYTES: Final = 512 * 1024 * 1024
"""Of all files together, unpacked. A registry of 300 screens has about 40 MB."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_PART: Final = re.compile(r"[^\x00-\x1f\\/:*?\"<>|]{1,255}")


def pack(folder: Path) -> bytes:
    """Return an archive of the regular files in `folder`, without hidden ones. Raises TooMuchToPack.

    Symbolic links are not followed and not packed.
    """
    buffer = io.BytesIO()
    files = total = 0
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, name in _files(folder):
            content = path.read_bytes()
            files, total = files + 1, total + len(content)
            if files > MOST_FILES or total > MOST_BYTES:
                raise TooMuchToPack(f"at most {MOST_FILES} files of {MOST_BYTES} bytes together are possible")
            archive.writestr(_entry(name), content)
    return buffer.getvalue()


def unpack(archive: bytes, folder: Path) -> None:
    """Write an archive's files into `folder`, which is new or empty.

    Raises BadArchive, before anything is written where a name leads out of the folder or the whole is too large;
    OSError where the folder takes no files.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = [(entry, _place(entry)) for entry in opened.infolist()]
            _check(entries)
            for entry, place in entries:
                write_whole(folder / place, opened.read(entry))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError) as error:
        raise BadArchive(str(error) or type(error).__name__) from error


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if not name.startswith(".") and stat.S_ISREG(path.lstat().st_mode):
                yield path, path.relative_to(folder).as_posix()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry


def _place(entry: zipfile.ZipInfo) -> PurePosixPath:
    if entry.is_dir() or stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        raise BadArchive(f"{entry.filename!r:.80} is no plain file")
    return safe_place(entry.filename)


def safe_place(name: str) -> PurePosixPath:
    """Return the relative path that `name` is. Raises BadArchive for one that leads anywhere but below its folder."""
    parts = name.split("/")
    if len(name) > 1000 or any(part in (".", "..") or _PART.fullmatch(part) is None for part in parts):  # noqa: PLR2004  longer than any path
        raise BadArchive(f"{name!r:.80} is no path within a folder")
    return PurePosixPath(name)


def _check(entries: list[tuple[zipfile.ZipInfo, PurePosixPath]]) -> None:
    places = {place for _, place in entries}
    if len(places) != len(entries):
        raise BadArchive("a file is in it twice")
    if any(parent in places for place in places for parent in place.parents):
        raise BadArchive("a file is a folder too")
    if len(entries) > MOST_FILES or sum(entry.file_size for entry, _ in entries) > MOST_BYTES:
        raise BadArchive("it is too large")
