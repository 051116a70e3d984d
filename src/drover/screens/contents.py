"""Reading the files below a folder, and none outside it, wherever links lead."""

import os
from pathlib import Path

from drover.screens.pictures import BadPicture, LinkedPicture, read_bytes


class Contents:
    """The files of one app's folder, as they are read while one file of a registry is: links are looked up once."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._straight: dict[str, bool] = {}

    def read(self, name: str, limit: int) -> bytes:
        """Return the content of the file `name`. Raises BadPicture where it leaves the folder, or as `read_bytes`."""
        if not self._below(name):
            raise BadPicture("leaves the app's folder", hint="keep pictures inside the folder")
        path = f"{self._folder}{os.sep}{name}"
        try:
            return read_bytes(path, limit, follow=False)
        except LinkedPicture:
            if not inside(self._folder, name):
                raise BadPicture("leaves the app's folder", hint="keep pictures inside the folder") from None
            return read_bytes(path, limit)

    def _below(self, name: str) -> bool:
        """Whether the folder that `name` is in, with links followed, is this one or below it."""
        parent = name.rpartition(os.sep)[0]
        if parent not in self._straight:
            self._straight[parent] = not name.startswith(os.sep) and inside(self._folder, parent)
        return self._straight[parent] and not name.endswith(f"{os.sep}{os.pardir}") and name != os.pardir


def inside(folder: str, name: str) -> bool:
    """Whether what is called `name` below the folder, with links followed, stays in it.

    A circle of links leads nowhere inside.
    """
    parts = name.split(os.sep)  # noqa: PTH206 (as below)
    if name.startswith(os.sep) or os.pardir in parts:
        return False
    place = folder
    try:
        for part in parts:
            place = f"{place}{os.sep}{part}"
            if os.path.islink(place):  # noqa: PTH114 (four times as fast, for every file of a registry)
                return Path(folder, name).resolve().is_relative_to(Path(folder).resolve())
    except (OSError, RuntimeError, ValueError):
        return False
    # Below the folder there are hardly ever links, and without them there is nothing to follow.
    return True
