"""Ctrl-C and its kin: whatever a command has begun is cleaned up before it ends."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from typing import Final, TypeVar

Result = TypeVar("Result")

_WORDS: Final = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "ended by SIGTERM",
    signal.SIGHUP: "ended, as its terminal was closed",
}


class Stopped(Exception):
    """A signal has ended the command; `number` is the signal's, `hint` how to go on."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(_WORDS[number])
        self.number = number
        self.hint = ""


def run(work: Coroutine[None, None, Result]) -> Result:
    """Run `work` on an event loop of its own. A signal cancels it, and is raised as Stopped when it has cleaned up."""
    return asyncio.run(_stoppable(work))


async def _stoppable(work: Coroutine[None, None, Result]) -> Result:
    task = asyncio.create_task(work)
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        # Cleaning up takes a second at most; a second signal must not interrupt it and leave a child behind.
        if not received:
            task.cancel()
        received.append(number)

    with _handled(stop):
        await asyncio.wait((task,))
    if received and task.cancelled():
        raise Stopped(received[0])
    return task.result()


@contextmanager
def _handled(stop: Callable[[signal.Signals], None]) -> Generator[None]:
    loop = asyncio.get_running_loop()
    # A signal that is ignored stays so: nohup ignores SIGHUP, a shell's background job SIGINT.
    numbers = [number for number in _WORDS if signal.getsignal(number) is not signal.SIG_IGN]
    for number in numbers:
        loop.add_signal_handler(number, stop, number)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
