"""Commands by which a phone is told to look for new pictures: `am broadcast` and `content call`."""

import itertools
from collections.abc import Sequence
from typing import Final

from drover.simulator.profiles import Act
from drover.simulator.shell import input_method, typing_methods
from drover.simulator.shell.session import USAGE_CODE, Outcome, Program, Programs, Session, failed, printed

_SCANS: Final = ("android.intent.action.MEDIA_SCANNER_SCAN_FILE", "android.intent.action.MEDIA_MOUNTED")


async def broadcast(session: Session, words: Sequence[str]) -> Outcome:
    """Send a broadcast as `am broadcast` does; the media scanner listens to its own, nobody to any other."""
    await session.phone.delays.take(Act.SHELL)
    options = dict(itertools.pairwise(words))
    action = options.get("-a", "")
    if not action:
        return failed("Error: no action given", code=USAGE_CODE)
    result = await typing_methods.receive(session.phone, input_method.current(session.phone), action, options)
    if result is not None:
        return typing_methods.completed(action, result)
    if action in _SCANS:
        session.phone.media.scan()
    data = f" dat={options['-d']}" if "-d" in options else ""
    return printed(f"Broadcasting: Intent {{ act={action}{data} flg=0x400000 }}", "Broadcast completed: result=0")


async def _content(session: Session, words: Sequence[str]) -> Outcome:
    await session.phone.delays.take(Act.SHELL)
    options = dict(itertools.pairwise(words))
    if list(words[:1]) != ["call"] or not options.get("--uri", "").startswith("content://media"):
        return failed("[ERROR] Unsupported operation", code=USAGE_CODE)
    session.phone.media.scan()
    return printed("Result: Bundle[{}]")


PROGRAMS: Programs = {"content": Program(_content)}
