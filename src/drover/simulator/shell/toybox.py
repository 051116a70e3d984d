"""Commands that work on bytes: md5sum and its like, gzip."""

import asyncio
import gzip
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed, printed
from drover.simulator.storage import StorageError

_FASTEST: Final = 1


def _digest(name: str) -> Callable[[Session, Sequence[str]], Awaitable[Outcome]]:
    async def run(session: Session, words: Sequence[str]) -> Outcome:
        paths = [word for word in words if not word.startswith("-")]
        if not paths:
            return printed(f"{hashlib.new(name, await session.read_input()).hexdigest()}  -")
        lines: list[str] = []
        complaints: list[str] = []
        for path in paths:
            try:
                content = session.phone.storage.read(path)
            except StorageError as error:
                complaints.append(f"{name}sum: {path}: {error.message}")
            else:
                lines.append(f"{hashlib.new(name, content).hexdigest()}  {path}")
        code = 1 if complaints else 0
        return Outcome(printed(*lines).stdout, failed(*complaints).stderr, code)

    return run


async def _gzip(session: Session, words: Sequence[str]) -> Outcome:
    """Pack the standard input."""
    if any(not word.startswith("-") for word in words):
        return failed("gzip: a simulated phone packs the standard input only")
    content = await session.read_input()
    levels = [word[1:] for word in words if word[1:].isdecimal()]
    level = min(9, int(levels[-1])) if levels else _FASTEST
    return Outcome(await asyncio.to_thread(gzip.compress, content, level))


PROGRAMS: Final[Programs] = {
    "gzip": Program(_gzip, None),
    **{f"{name}sum": Program(_digest(name)) for name in ("md5", "sha1", "sha256", "sha512")},
}
