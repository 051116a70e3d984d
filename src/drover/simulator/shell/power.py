"""Commands on the phone as a whole: reboot, svc, remount."""

from collections.abc import Sequence
from typing import Final

from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed


async def _reboot(session: Session, _words: Sequence[str]) -> Outcome:
    session.phone.reboot()
    return Outcome()


async def _svc(session: Session, words: Sequence[str]) -> Outcome:
    if list(words[:2]) == ["power", "reboot"]:
        return await _reboot(session, words[2:])
    return failed("svc: a simulated phone knows `svc power reboot`")


async def _remount(_session: Session, _words: Sequence[str]) -> Outcome:
    return failed('Not running as root. Try "adb root" first.')


PROGRAMS: Final[Programs] = {"reboot": Program(_reboot), "svc": Program(_svc), "remount": Program(_remount)}
