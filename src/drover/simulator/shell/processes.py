"""Commands on processes: ps, pidof, kill, app_process."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Final

from drover.simulator.processes import Process
from drover.simulator.shell import u2_process
from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed, printed
from drover.simulator.storage import StorageError

_COLUMNS: Final = "USER           PID  PPID     VSZ    RSS WCHAN            ADDR S NAME"
_ABORTED: Final = 134


def _processes(session: Session) -> list[Process]:
    phone = session.phone
    package, _ = phone.handset.front(phone.clock.monotonic())
    return phone.processes.listed(package)


async def _ps(session: Session, words: Sequence[str]) -> Outcome:
    own = not any(word.startswith("-") and set(word) & set("Ae") for word in words)
    shown = [process for process in _processes(session) if not own or process.user == "shell"]
    rows = [f"{p.user:<12} {p.pid:>5} {1:>5} {1024:>7} {512:>6} {'0':<16} {'0':>4} S {p.name}" for p in shown]
    return printed(_COLUMNS, *rows)


async def _pidof(session: Session, words: Sequence[str]) -> Outcome:
    names = [word for word in words if not word.startswith("-")]
    found = [str(process.pid) for process in _processes(session) if process.name in names]
    return printed(" ".join(found)) if found else Outcome(code=1)


async def _kill(session: Session, words: Sequence[str]) -> Outcome:
    pids = [word for word in words if not word.startswith("-")]
    if not pids:
        return failed("kill: Needs 1 argument")
    complaints: list[str] = []
    for pid in pids:
        known = {str(process.pid) for process in _processes(session)}
        if pid.isascii() and pid.isdecimal() and session.phone.processes.kill(int(pid)):
            continue
        complaints.append(f"kill: {pid}: {'Operation not permitted' if pid in known else 'No such process'}")
    return failed(*complaints) if complaints else Outcome()


async def _app_process(session: Session, words: Sequence[str]) -> Outcome:
    """Run a Java class from the file in CLASSPATH: `app_process / CLASS [ARGUMENT...]`."""
    class_path = session.variables.get("CLASSPATH", "")
    name = words[1] if len(words) > 1 else ""
    main = _CLASSES.get(name)
    if main is None or not _is_archive(session, class_path):
        complaint = (
            f"Error: could not find class '{name}'",
            f'java.lang.ClassNotFoundException: {name} on "{class_path}"',
        )
        return failed(*complaint, "Aborted", code=_ABORTED)
    return await main(session, words[2:])


def _is_archive(session: Session, path: str) -> bool:
    try:
        return zipfile.is_zipfile(BytesIO(session.phone.storage.read(path)))
    except StorageError:
        return False


_CLASSES: Final = {"com.wetest.uia2.Main": u2_process.main}

PROGRAMS: Final[Programs] = {
    "ps": Program(_ps),
    "pidof": Program(_pidof),
    "kill": Program(_kill),
    "app_process": Program(_app_process, None),
}
