"""`adb reverse`: addresses inside the phone whose connections an adb client carries to its own computer."""

from dataclasses import dataclass
from typing import Final, Protocol

from drover.kernel.errors import DroverError, Kind
from drover.simulator.adbd.streams import Stream


class Peer(Protocol):
    """A client that opens addresses on its own side."""

    def open(self, destination: str) -> Stream:
        """Open a stream to an address such as `tcp:8000`; refused, it is closed at once."""
        ...

    def close(self, stream: Stream) -> None:
        """End a stream that `open` returned."""
        ...


_FIRST_CHOSEN_PORT: Final = 40001
_HIGHEST_PORT: Final = 65535
_REFUSED: Final = "cannot rebind existing socket"


class ReverseRefused(DroverError):
    """A reverse connection that cannot be made or ended; the message is what adb shows."""

    kind = Kind.REFUSED


@dataclass(frozen=True, slots=True)
class _Way:
    destination: str
    peer: Peer


class Reverses:
    """One phone's reverse connections, by the address inside the phone. Those of a client end with its connection."""

    def __init__(self) -> None:
        self._ways: dict[str, _Way] = {}

    def add(self, local: str, destination: str, peer: Peer, *, rebind: bool) -> str:
        """Make a way and return its address: `tcp:0` becomes a port that is free. Raises ReverseRefused."""
        if local == "tcp:0":
            ports = range(_FIRST_CHOSEN_PORT, _HIGHEST_PORT)
            local = next(address for port in ports if (address := f"tcp:{port}") not in self._ways)
        elif not _is_address(local):
            raise ReverseRefused(f"unknown socket specification: {local}")
        if not rebind and local in self._ways:
            raise ReverseRefused(_REFUSED)
        self._ways[local] = _Way(destination, peer)
        return local

    def remove(self, local: str) -> None:
        """End one way. Raises ReverseRefused where there is none."""
        if self._ways.pop(local, None) is None:
            raise ReverseRefused(f"listener '{local}' not found")

    def remove_all(self, peer: Peer | None = None) -> None:
        """End all ways, or those of one client."""
        self._ways = {local: way for local, way in self._ways.items() if peer is not None and way.peer is not peer}

    def connect(self, local: str) -> tuple[Peer, Stream] | None:
        """Open a stream as a program on the phone does that connects to `local`, or return None: nobody listens."""
        way = self._ways.get(local)
        return (way.peer, way.peer.open(way.destination)) if way else None

    def listed(self) -> str:
        """Return the ways as `adb reverse --list` shows them."""
        return "".join(f"host {local} {way.destination}\n" for local, way in self._ways.items())


def _is_address(address: str) -> bool:
    kind, _, name = address.partition(":")
    if kind == "tcp":
        return name.isdecimal() and int(name) <= _HIGHEST_PORT
    return kind in {"localabstract", "localreserved", "localfilesystem", "local"} and bool(name)


def answer(reverses: Reverses, command: str, peer: Peer) -> bytes:
    """Return what the phone answers to the service `reverse:COMMAND`."""
    try:
        return _done(reverses, command, peer)
    except ReverseRefused as refused:
        return b"FAIL" + _counted(refused.message)


def _done(reverses: Reverses, command: str, peer: Peer) -> bytes:
    match command.split(":", 1):
        case ["list-forward"]:
            return _counted(reverses.listed())
        case ["killforward-all"]:
            reverses.remove_all()
            return b"OKAY"
        case ["killforward", local]:
            reverses.remove(local)
            return b"OKAY"
        case ["forward", ways]:
            rebind = not ways.startswith("norebind:")
            local, _, destination = ways.removeprefix("norebind:").partition(";")
            if not (local and destination):
                raise ReverseRefused(f"bad forward: {ways}")
            made = reverses.add(local, destination, peer, rebind=rebind)
            return b"OKAY" + (_counted(made.removeprefix("tcp:")) if local == "tcp:0" else b"")
        case _:
            raise ReverseRefused(f"unknown reverse request: {command}")


def _counted(text: str) -> bytes:
    encoded = text.encode("utf-8", "surrogateescape")
    return b"%04x" % len(encoded) + encoded
