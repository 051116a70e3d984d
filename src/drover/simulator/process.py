"""The process of a rack: announces it, serves until it is told to stop, and leaves nothing behind."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Callable, Generator

from drover.kernel.errors import InvalidInput
from drover.simulator.rack import MakeHandset, Rack, RackOptions

_STDIN = 0
_READ_BYTES = 4096


async def serve(options: RackOptions, announce: Callable[[str], None], make_handset: MakeHandset) -> None:
    """Serve a rack until SIGINT, SIGTERM or, with a parent, the end of standard input.

    `announce` is given one JSON line when everything is ready: `{"phones": ["127.0.0.1:PORT", ...], "control": url}`.
    Raises InvalidInput, PortTaken.
    """
    stop = asyncio.Event()
    with _stopped_by_signals(stop), _stopped_by_parent(stop) if options.with_parent else contextlib.nullcontext():
        async with Rack(options, make_handset) as rack:
            announce(json.dumps({"phones": list(rack.serials), "control": rack.control_url}))
            await stop.wait()


@contextlib.contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Generator[None]:
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def _stopped_by_parent(stop: asyncio.Event) -> Generator[None]:
    """Stop at the end of standard input: a parent's pipe ends when the parent does, however it died."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        if not os.read(_STDIN, _READ_BYTES):
            loop.remove_reader(_STDIN)
            stop.set()

    try:
        loop.add_reader(_STDIN, read)
    except OSError as error:
        raise InvalidInput(
            "standard input cannot be watched for the parent's end", hint="start it with a pipe as standard input"
        ) from error
    try:
        yield
    finally:
        loop.remove_reader(_STDIN)
