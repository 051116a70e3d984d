"""Changing a registry that others may change too: an edit names what it read, and lands as a whole or not at all."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from drover.kernel.errors import DroverError, Kind, Retry
from drover.platform.documents import json_path
from drover.screens.contents import inside
from drover.screens.domain import App, Screen
from drover.screens.files import LoadedRegistry, load_registry
from drover.screens.pictures import MAX_PICTURE_BYTES
from drover.screens.writing import RegistryNotWritten, save_app, save_screen

_STAGED = ".edit"
"""Where a complete edit waits to be moved into place: what is found there is finished by whoever comes next."""
_BEGUN = ".edit.partial"
_PATIENCE = 200
_PAUSE_S = 0.05
_FIELDS_TOLD = 3
_CHANGED = "was changed meanwhile by another edit"

Place = tuple[str | int, ...]


class RegistryChanged(DroverError):
    """What an edit was made from is no longer what is there."""

    kind = Kind.CONFLICT

    def __init__(self, file: str, where: str, reason: str) -> None:
        told = ": ".join(part for part in (file, where, reason) if part)
        super().__init__(told, hint="read the registry again, look at what changed, and repeat the edit")
        self.file = file
        self.where = where


class RegistryBusy(DroverError):
    """Another process has been writing for longer than an edit takes."""

    kind = Kind.CONFLICT
    retry = Retry.AT_ONCE

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder}: another process keeps writing into this registry", hint="try again, or end that process"
        )


@dataclass(frozen=True, slots=True)
class RegistryState:
    """What a registry folder consisted of: the SHA-256 of each file, by its path in the folder, and the JSON texts."""

    digests: Mapping[str, str]
    documents: Mapping[str, bytes]


@contextlib.contextmanager
def reading(folder: Path) -> Generator[None]:
    """Hold off edits of the registry meanwhile; one that was cut off is finished first.

    Several may read at once. Raises RegistryBusy, and RegistryNotWritten where a cut off edit cannot be finished.
    """
    if (folder / _STAGED).exists():
        with writing(folder):
            pass
    with _locked(folder, fcntl.LOCK_SH):
        yield


@contextlib.contextmanager
def writing(folder: Path) -> Generator[None]:
    """Hold off readers and other edits of the registry, whose folder is there. The lock ends with the process.

    Raises RegistryBusy, and RegistryNotWritten where an edit that was cut off cannot be finished.
    """
    with _locked(folder, fcntl.LOCK_EX):
        try:
            _finish(folder)
        except OSError as error:
            raise _not_written(folder, error) from error
        yield


def read_registry(folder: Path) -> tuple[LoadedRegistry, RegistryState]:
    """Return the registry and the state that an edit of it is to name. Raises as `load_registry` and `reading` do."""
    if not folder.is_dir():
        return load_registry(folder), RegistryState({}, {})
    with reading(folder):
        return load_registry(folder), state_of(folder)


def state_of(folder: Path) -> RegistryState:
    """Return what the registry consists of now. Hidden files, and links to folders, are no part of it."""
    files = sorted(_files(folder))
    return RegistryState(
        {name: _digest(folder / name) for name in files},
        {name: _text(folder / name) for name in files if name.endswith(".json") and _small(folder / name)},
    )


def save_edit(
    folder: Path, read: RegistryState, *, screens: Sequence[Screen] = (), apps: Sequence[App] = (), whole: bool = True
) -> RegistryState:
    """Write the screens and apps, and return the new state.

    `read` is what the edit was made from. With `whole` nothing at all may have changed since: what was checked against
    the whole registry holds for no other. Without it, only the files that are written may not. A folder that is not
    there is made. Raises RegistryChanged naming file and field, with nothing written; InvalidInput for names that a
    file may not have; RegistryNotWritten; RegistryBusy.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _not_written(folder, error) from error
    with writing(folder):
        now = state_of(folder)
        begun = folder / _BEGUN
        try:
            _stage(begun, screens, apps)
            written = sorted(_files(begun))
            _refuse_changes(read, now, sorted({*read.digests, *now.digests}) if whole else written)
            _refuse_leaving(folder, written)
            begun.rename(folder / _STAGED)
            _finish(folder)
        except OSError as error:
            raise _not_written(folder, error) from error
        finally:
            shutil.rmtree(begun, ignore_errors=True)
        return state_of(folder)


def _stage(begun: Path, screens: Sequence[Screen], apps: Sequence[App]) -> None:
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir()
    for app in apps:
        save_app(begun, app)
    for screen in screens:
        save_screen(begun, screen)


def _finish(folder: Path) -> None:
    """Move a complete edit into place, pictures first; drop one that was not complete."""
    staged = folder / _STAGED
    shutil.rmtree(folder / _BEGUN, ignore_errors=True)
    if not staged.is_dir():
        return
    for name in sorted(_files(staged), key=lambda name: (name.endswith(".json"), name)):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (staged / name).replace(target)
    shutil.rmtree(staged)


def _refuse_changes(read: RegistryState, now: RegistryState, names: Sequence[str]) -> None:
    for name in names:
        before, after = read.digests.get(name), now.digests.get(name)
        if before == after:
            continue
        if before is None:
            raise RegistryChanged(name, "", "was added meanwhile by another edit")
        if after is None:
            raise RegistryChanged(name, "", "was removed meanwhile")
        raise RegistryChanged(name, _fields(read.documents.get(name), now.documents.get(name)), _CHANGED)


def _refuse_leaving(folder: Path, names: Sequence[str]) -> None:
    for parent in sorted({parent for name in names for parent in (folder / name).parents if folder in parent.parents}):
        if parent.exists() and not inside(str(folder), str(parent.relative_to(folder))):
            raise RegistryNotWritten(f"{parent} is a link that leaves the registry", hint="copy the folder here")


def _fields(before: bytes | None, after: bytes | None) -> str:
    """Return where two JSON texts differ, such as `variants[0].regions[1].rect`; nothing for what is not JSON."""
    try:
        places = list(_differences(json.loads(before or b""), json.loads(after or b"")))
    except (ValueError, RecursionError):
        return ""
    told = [json_path(place) for place in places[:_FIELDS_TOLD]]
    return ", ".join(told) + (" and more" if len(places) > _FIELDS_TOLD else "")


def _differences(before: object, after: object, place: Place = ()) -> Iterator[Place]:
    if isinstance(before, dict) and isinstance(after, dict):
        one, other = cast("dict[str, object]", before), cast("dict[str, object]", after)
        for name in dict.fromkeys((*one, *other)):
            if name in one and name in other:
                yield from _differences(one[name], other[name], (*place, name))
            else:
                yield (*place, name)
    elif _of_objects(cast("object", before)) and _of_objects(after):
        first, second = cast("list[object]", before), cast("list[object]", after)
        for index in range(max(len(first), len(second))):
            if index < min(len(first), len(second)):
                yield from _differences(first[index], second[index], (*place, index))
            else:
                yield (*place, index)
    elif before != after:
        yield place


def _of_objects(value: object) -> bool:
    """Whether it is a list of things, and not, as a rectangle is, a value."""
    return isinstance(value, list) and any(isinstance(each, dict) for each in cast("list[object]", value))


@contextlib.contextmanager
def _locked(folder: Path, kind: int) -> Generator[None]:
    """Lock the folder itself: the system takes the lock from a process that dies, and no file is left behind."""
    try:
        place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise _not_written(folder, error) from error
    try:
        _acquire(place, kind, folder)
        yield
    finally:
        os.close(place)


def _acquire(place: int, kind: int, folder: Path) -> None:
    pause = threading.Event()
    for _ in range(_PATIENCE):
        with contextlib.suppress(BlockingIOError):
            return fcntl.flock(place, kind | fcntl.LOCK_NB)
        pause.wait(_PAUSE_S)
    raise RegistryBusy(folder)


def _files(folder: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(parent, name)
            if not name.startswith(".") and path.is_file():
                yield path.relative_to(folder).as_posix()


def _text(path: Path) -> bytes:
    with contextlib.suppress(PermissionError):  # the loader tells of it
        return path.read_bytes()
    return b""


def _small(path: Path) -> bool:
    return path.stat().st_size <= MAX_PICTURE_BYTES


def _digest(path: Path) -> str:
    """Return the SHA-256 of the content; of a file that no registry takes, what else tells that it changed."""
    found = path.stat()
    if not _small(path):
        return f"{found.st_size} bytes of {found.st_mtime_ns}"
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except PermissionError:
        return f"unreadable, of {found.st_mtime_ns}"


def _not_written(folder: Path, error: OSError) -> RegistryNotWritten:
    reason = (error.strerror or str(error)).lower()
    return RegistryNotWritten(f"{folder} cannot be written ({reason})", hint="check the folder's rights")
