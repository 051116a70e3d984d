"""The ports of simulated phones: a data folder's phones keep theirs, as a phone is known by its serial."""

import json
import random
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from drover.bootstrap.standing import DataFolderUnusable
from drover.platform.documents import parse, read_text
from drover.platform.files import write_whole
from drover.platform.ports import PortTaken, bound_socket

_FILE: Final = "sim.json"
_LOWEST, _HIGHEST = 20_000, 30_000
"""Below the ports that systems give to outgoing connections."""
_TRIES: Final = 50


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    port: int


def settled_port(data_dir: Path, phones: int, rng: random.Random) -> int:
    """Return the first phone's port: the one that the folder's phones had, else one with room for all of them after it.

    Raises PortTaken where there is no room, BadDocument, DataFolderUnusable.
    """
    path = data_dir / _FILE
    if path.exists():
        return parse(_Kept, read_text(path), str(path)).port
    port = _free(phones, rng)
    try:
        write_whole(path, json.dumps({"port": port}).encode())
    except OSError as error:
        raise DataFolderUnusable(data_dir, error) from error
    return port


def _free(phones: int, rng: random.Random) -> int:
    tries = 0
    while True:
        port = rng.randrange(_LOWEST, _HIGHEST, 2)
        try:
            for number in range(phones):
                bound_socket(port + 2 * number).close()
        except PortTaken:
            tries += 1
            if tries == _TRIES:
                raise
        else:
            return port
