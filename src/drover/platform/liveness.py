"""Whether another process of this computer still runs, told by a lock that the system itself takes from the dead."""

import contextlib
import fcntl
import os
from pathlib import Path

from drover.kernel.ids import random_id

_DIGITS = 15
"""Hexadecimal digits of an owner's number, which fits a database's integer."""


class Liveness:
    """Holds a lock on a file of its own from `begin` to `end`, or to the end of the process, however that comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None
        self.me = int(random_id()[:_DIGITS], 16)
        """This owner's number, to be written down with whatever it owns."""

    def begin(self) -> None:
        """Begin to be seen. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path(self.me), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def end(self) -> None:
        """Be seen no more. May be called twice."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
            self._path(self.me).unlink(missing_ok=True)

    def lives(self, number: int) -> bool:
        """Whether the owner of that number is seen; the file of one that is gone is removed. Raises OSError."""
        if self._file is not None and number == self.me:
            return True
        try:
            file = os.open(self._path(number), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        with contextlib.suppress(FileNotFoundError):
            self._path(number).unlink()
        return False

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:0{_DIGITS}x}"
