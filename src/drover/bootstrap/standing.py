"""What a running `drover up` leaves in its data folder: a lock, and how commands of the same user reach it."""

import fcntl
import json
import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from drover.kernel.errors import DroverError, Kind
from drover.platform.documents import BadDocument, parse, read_text
from drover.platform.files import write_whole

_LOCK = "up.lock"
_STANDING = "up.json"
OWNER_ALONE = 0o600
_FOLDER = 0o700
_MOST_BYTES = 64 * 1024


class AlreadyUp(DroverError):
    """Another process works on that data folder."""

    kind = Kind.CONFLICT

    def __init__(self, data_dir: Path, pid: str) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"{data_dir}: `drover up` runs there already, as {who}", hint="end it first, or give another --data-dir"
        )


class DataFolderUnusable(DroverError):
    """The data folder cannot be written to."""

    kind = Kind.UNAVAILABLE

    def __init__(self, data_dir: Path, error: OSError) -> None:
        reason = (error.strerror or str(error)).lower()
        super().__init__(f"{data_dir}: cannot be used ({reason})", hint="check its permissions, or give --data-dir")


@dataclass(frozen=True, slots=True, repr=False)
class Standing:
    """Where a running `drover up` answers, and the token that it gave to commands of its own user."""

    url: str
    token: str


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    url: str
    token: str


@contextmanager
def occupied(data_dir: Path) -> Generator[None]:
    """Have the data folder alone, to the end of the block or of the process. Raises AlreadyUp, DataFolderUnusable."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=_FOLDER)
        file = os.open(data_dir / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ALONE)
    except OSError as error:
        raise DataFolderUnusable(data_dir, error) from error
    with os.fdopen(file, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyUp(data_dir, lock.read().strip()) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
        lock.truncate(0)


@contextmanager
def told(data_dir: Path, standing: Standing) -> Generator[None]:
    """Let commands of this user find the way, until the end of the block. Raises DataFolderUnusable."""
    path = data_dir / _STANDING
    try:
        write_whole(path, json.dumps(asdict(standing)).encode(), mode=OWNER_ALONE)
    except OSError as error:
        raise DataFolderUnusable(data_dir, error) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def standing_of(data_dir: Path) -> Standing | None:
    """Return what a `drover up` on that folder told, or None where it told nothing. Raises BadDocument."""
    path = data_dir / _STANDING
    if not path.exists():
        return None
    try:
        found = parse(_Told, read_text(path, limit=_MOST_BYTES), str(path))
    except BadDocument:
        # It ended between the two looks.
        if not path.exists():
            return None
        raise
    return Standing(found.url, found.token)
