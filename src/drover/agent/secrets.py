"""The agent's key, and the secrets that were sealed to it: opened one at a time, when they are typed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from drover.agent.errors import FolderUnusable
from drover.platform.files import write_whole
from drover.protocol.messages import PlayOrder
from drover.protocol.sealing import KEY_BYTES, new_key, unseal

_OWNER_ALONE: Final = 0o600


def own_key(folder: Path) -> bytes:
    """Return the key of an agent's folder, made where there is none. Raises FolderUnusable."""
    path = folder / "agent.key"
    try:
        if path.exists() and len(key := path.read_bytes()) == KEY_BYTES:
            return key
        key = new_key()
        write_whole(path, key, mode=_OWNER_ALONE)
    except OSError as error:
        raise FolderUnusable(folder, (error.strerror or str(error)).lower()) from error
    return key


class SealedInputs(Mapping[str, str]):
    """Secret inputs by their handles. Those that came sealed are opened each time they are asked for, and not kept."""

    def __init__(self, given: Mapping[str, str], order: PlayOrder, key: bytes) -> None:
        self._given = given
        self._order = order
        self._key = key

    def __getitem__(self, handle: str) -> str:
        """Return a secret. Raises NotOpened."""
        name = handle.removeprefix("param.")
        sealed = self._order.sealed.get(name)
        if sealed is None:
            return self._given[handle]
        return unseal(sealed, self._key, self._order.sealed_for(self._order.sequence_run, name))

    def __contains__(self, handle: object) -> bool:
        """Whether there is a secret of that handle; none is opened for that."""
        return handle in self._given

    def __iter__(self) -> Iterator[str]:
        """Iterate over the handles."""
        return iter(self._given)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._given)

    def __repr__(self) -> str:
        """Return nothing of them."""
        return f"{len(self)} secrets"
