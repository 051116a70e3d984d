"""`nc`: a program on the phone that connects to an address inside it, which a reverse connection may carry outside."""

from collections.abc import Sequence
from typing import Final

from drover.simulator.adbd.streams import StreamClosed
from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed

_HOSTS: Final = frozenset({"127.0.0.1", "localhost"})


async def _nc(session: Session, words: Sequence[str]) -> Outcome:
    """Send the standard input, and print what comes back until the other side ends."""
    rest = [word for word in words if not word.startswith("-")]
    if len(rest) != 2 or not rest[1].isdecimal():  # noqa: PLR2004  a host and a port
        return failed("nc: needs a host and a port")
    host, port = rest
    found = session.phone.reverses.connect(f"tcp:{port}") if host in _HOSTS else None
    if found is None:
        return failed("nc: connect: Connection refused")
    peer, stream = found
    try:
        await stream.write(await session.read_input())
        while piece := await stream.read():
            await session.say(piece)
    except StreamClosed:
        return failed("nc: connect: Connection refused")
    finally:
        peer.close(stream)
    return Outcome()


PROGRAMS: Final[Programs] = {"nc": Program(_nc)}
