"""Commands on files: ls, cat, rm, mkdir, df and the like."""

import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed, printed
from drover.simulator.storage import Entry, Storage, StorageError

_FILE_MODE: Final = 0o660


def content_or_empty(storage: Storage, path: str) -> bytes:
    """Return a file's content, `b""` for one that is not there yet. Raises StorageError for a folder."""
    try:
        storage.find(path)
    except StorageError:
        return b""
    return storage.read(path)


def _split(words: Sequence[str]) -> tuple[set[str], list[str]]:
    flags = {letter for word in words if word.startswith("-") for letter in word[1:]}
    return flags, [word for word in words if not word.startswith("-")]


async def _ls(session: Session, words: Sequence[str]) -> Outcome:
    flags, paths = _split(words)
    lines: list[str] = []
    complaints: list[str] = []
    for path in paths or ["/"]:
        try:
            lines += list(_listed(session.phone.storage, path, flags, titled=len(paths) > 1))
        except StorageError as error:
            complaints.append(f"ls: {path}: {error.message}")
    return Outcome(printed(*lines).stdout, failed(*complaints).stderr, 1 if complaints else 0)


def _listed(storage: Storage, path: str, flags: set[str], *, titled: bool) -> Iterator[str]:
    entry = storage.find(path)
    if not entry.is_folder or "d" in flags:
        yield _line(path, entry, flags)
        return
    if titled:
        yield f"{path}:"
    for name, child in storage.children(path):
        yield _line(name, child, flags)


def _line(name: str, entry: Entry, flags: set[str]) -> str:
    if "l" not in flags:
        return name
    when = datetime.fromtimestamp(entry.modified_s, UTC).strftime("%Y-%m-%d %H:%M")
    return f"{stat.filemode(entry.mode)} 1 shell shell {entry.size:>8} {when} {name}"


async def _cat(session: Session, words: Sequence[str]) -> Outcome:
    if not words or list(words) == ["-"]:
        return Outcome(await session.read_input())
    content = b""
    complaints: list[str] = []
    for path in words:
        try:
            content += session.phone.storage.read(path)
        except StorageError as error:
            complaints.append(f"cat: {path}: {error.message}")
    return Outcome(content, failed(*complaints).stderr, 1 if complaints else 0)


async def _rm(session: Session, words: Sequence[str]) -> Outcome:
    flags, paths = _split(words)
    complaints: list[str] = []
    for path in paths:
        try:
            session.phone.storage.remove(path, recursive=bool(flags & {"r", "R"}))
        except StorageError as error:
            if "f" not in flags or not error.message.startswith("No such"):
                complaints.append(f"rm: {path}: {error.message}")
    if not paths and "f" not in flags:
        complaints.append("rm: Needs 1 argument")
    return failed(*complaints) if complaints else Outcome()


async def _mkdir(session: Session, words: Sequence[str]) -> Outcome:
    flags, paths = _split(words)
    complaints: list[str] = []
    for path in paths:
        try:
            session.phone.storage.make_folder(path, now_s=session.now_s(), parents="p" in flags)
        except StorageError as error:
            complaints.append(f"mkdir: '{path}': {error.message}")
    if not paths:
        complaints.append("mkdir: Needs 1 argument")
    return failed(*complaints) if complaints else Outcome()


async def _touch(session: Session, words: Sequence[str]) -> Outcome:
    storage = session.phone.storage
    complaints: list[str] = []
    for path in _split(words)[1]:
        try:
            storage.write(path, content_or_empty(storage, path), mode=_FILE_MODE, now_s=session.now_s())
        except StorageError as error:
            complaints.append(f"touch: '{path}': {error.message}")
    return failed(*complaints) if complaints else Outcome()


async def _df(session: Session, words: Sequence[str]) -> Outcome:
    storage = session.phone.storage
    size, used = storage.limit_bytes // 1024, -(-(storage.limit_bytes - session.phone.free_bytes) // 1024)
    percent = f"{100 * used // size}%"
    paths = _split(words)[1] or ["/data"]
    lines = [f"{'Filesystem':<20} {'1K-blocks':>10} {'Used':>10} {'Available':>10} Use% Mounted on"]
    for path in paths:
        try:
            storage.find(path)
        except StorageError as error:
            return failed(f"df: {path}: {error.message}")
        lines.append(f"{'/dev/block/dm-5':<20} {size:>10} {used:>10} {size - used:>10} {percent:>4} /data")
    return printed(*lines)


PROGRAMS: Final[Programs] = {
    "ls": Program(_ls),
    "cat": Program(_cat),
    "rm": Program(_rm),
    "mkdir": Program(_mkdir),
    "touch": Program(_touch),
    "df": Program(_df),
}
