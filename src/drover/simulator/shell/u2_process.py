"""`app_process / com.wetest.uia2.Main`: the process in which u2.jar's service runs."""

import asyncio
from collections.abc import Sequence
from typing import Final

from drover.simulator.processes import AutomationTaken, Process
from drover.simulator.profiles import Act
from drover.simulator.shell.session import Outcome, Session, failed
from drover.simulator.uiautomator.service import UiAutomatorService

_PORT: Final = 9008
_HIGHEST_PORT: Final = 65535
_TERMINATED: Final = 143


async def main(session: Session, words: Sequence[str]) -> Outcome:
    """Serve `-p PORT` until the shell that started this is left, or the process is killed or told to stop."""
    phone = session.phone
    port = _port(words)
    if port is None:
        return failed("java.lang.NumberFormatException: the port after -p")
    await phone.delays.take(Act.APP_START)
    address = f"tcp:{port}"
    if address in phone.sockets:
        return failed("java.net.BindException: Address already in use")
    service = UiAutomatorService(phone)
    try:
        with phone.processes.automating(), phone.processes.running("app_process") as process:
            phone.sockets[address] = service.serve
            try:
                await session.say(b"[server] INFO: [UiAutomator2Server] Starting Server\n")
                await _end(session, process, service)
            finally:
                phone.sockets.pop(address, None)
    except AutomationTaken as taken:
        return failed(taken.message)
    return Outcome(code=_TERMINATED if process.killed.is_set() else 0)


async def _end(session: Session, process: Process, service: UiAutomatorService) -> None:
    """Return when the first of the things happens that end the process."""
    endings = (session.gone(), process.killed.wait(), service.stopped.wait())
    waiting = [asyncio.ensure_future(ending) for ending in endings]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _port(words: Sequence[str]) -> int | None:
    rest = list(words)
    if "-p" not in rest:
        return _PORT
    number = rest[rest.index("-p") + 1 :][:1]
    if not number or not number[0].isdecimal() or not 0 < int(number[0]) <= _HIGHEST_PORT:
        return None
    return int(number[0])
