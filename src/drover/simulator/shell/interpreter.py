"""Runs command lines."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drover.simulator.adbd.packets import Buffer
from drover.simulator.phone import SimulatedPhone
from drover.simulator.shell import (
    apps,
    display,
    files,
    getevent,
    input_method,
    logcat,
    media,
    network,
    power,
    processes,
    service_dumps,
    system,
    text,
    toybox,
)
from drover.simulator.shell.session import Gone, Outcome, Program, Programs, ReadAll, Session, failed, never, no_input
from drover.simulator.shell.syntax import Command, Pipeline, ShellSyntax, Word, assignment, parse
from drover.simulator.storage import StorageError

STDOUT: Final = 1
STDERR: Final = 2

Emit = Callable[[int, tuple[Buffer, ...]], Awaitable[None]]
"""Takes what a command printed: 1 or 2 for which output, and the bytes in parts."""

PROGRAMS: Final[Programs] = {
    **display.PROGRAMS,
    **apps.PROGRAMS,
    **service_dumps.PROGRAMS,
    **system.PROGRAMS,
    **files.PROGRAMS,
    **getevent.PROGRAMS,
    **input_method.PROGRAMS,
    **processes.PROGRAMS,
    **logcat.PROGRAMS,
    **media.PROGRAMS,
    **network.PROGRAMS,
    **power.PROGRAMS,
    **text.PROGRAMS,
    **toybox.PROGRAMS,
}
_FOLDERS: Final = ("/system/bin/", "/system/xbin/", "/vendor/bin/")
_NOT_FOUND: Final = 127
_FILE_MODE: Final = 0o660


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    append: bool


class Interpreter:
    """Runs command lines on a phone, printing through `emit`. One shell session: variables last from line to line."""

    def __init__(
        self,
        phone: SimulatedPhone,
        emit: Emit,
        read_input: ReadAll = no_input,
        gone: Gone = never,
        read_some: ReadAll = no_input,
    ) -> None:
        self._session = Session(phone, gone=gone)
        self._emit = emit
        self._read_input = read_input
        self._read_some = read_some
        self.left = False
        """Whether `exit` was run."""

    async def run(self, line: str) -> int:
        """Run a command line and return its exit code."""
        try:
            pipelines = parse(line)
        except ShellSyntax as error:
            await self._emit(STDERR, (f"/system/bin/sh: {error.message}\n".encode(),))
            return 1
        code = 0
        for pipeline in pipelines:
            if (pipeline.condition == "&&" and code) or (pipeline.condition == "||" and not code):
                continue
            outcome = await self._run_pipeline(pipeline)
            code = outcome.code
            self._session.variables["?"] = str(code)
            if outcome.leave:
                self.left = True
                break
        return code

    async def _run_pipeline(self, pipeline: Pipeline) -> Outcome:
        self._session.read_input = self._read_input
        self._session.read_some = self._read_some
        for command in pipeline.commands[:-1]:
            piped: list[Buffer] = []
            await self._run_command(command, piped)
            self._session.read_input = _constant(b"".join(piped))
            self._session.read_some = _once(b"".join(piped))
        return await self._run_command(pipeline.commands[-1], None)

    async def _run_command(self, command: Command, pipe: list[Buffer] | None) -> Outcome:
        """Run one command and deliver what it printed: to files, to `pipe` where there is one, or to `emit`."""
        self._session.phone.counters.commands += 1
        try:
            targets = self._redirect(command)
            self._session.say = lambda data: self._deliver(targets[STDOUT], (data,), pipe)
            outcome = await self._call(command.words)
            printed = [(targets[STDOUT], (outcome.head, outcome.stdout)), (targets[STDERR], (outcome.stderr,))]
            for file in {target for target, _ in printed if isinstance(target, _File)}:
                self._write(file, b"".join(part for target, parts in printed if target == file for part in parts))
        except StorageError as error:
            outcome = failed(f"/system/bin/sh: can't open a file: {error.message}")
            printed = [(STDERR, (outcome.stderr,))]
        for target, parts in printed:
            await self._deliver(target, parts, pipe)
        return outcome

    async def _deliver(self, target: int | _File, parts: tuple[Buffer, ...], pipe: list[Buffer] | None) -> None:
        if target == STDOUT and pipe is not None:
            pipe.extend(parts)
        elif isinstance(target, int) and any(parts):
            await self._emit(target, parts)

    async def _call(self, words: Sequence[Word]) -> Outcome:
        rest = list(words)
        while rest and (assigned := assignment(rest[0])):
            name, value = assigned
            self._session.variables[name] = value.expand(self._session.variables)
            rest.pop(0)
        texts = [word.expand(self._session.variables) for word in rest]
        while texts and texts[0] == "exec":
            texts.pop(0)
        return await call(self._session, texts) if texts else Outcome()

    def _redirect(self, command: Command) -> Mapping[int, int | _File]:
        targets: dict[int, int | _File] = {STDOUT: STDOUT, STDERR: STDERR}
        for redirection in command.redirections:
            target = redirection.target.expand(self._session.variables)
            if redirection.operator == "<":
                content = b"" if target == "/dev/null" else self._session.phone.storage.read(target)
                self._session.read_input = _constant(content)
            elif redirection.operator == ">&":
                targets[redirection.descriptor] = targets[STDERR if target == "2" else STDOUT]
            else:
                targets[redirection.descriptor] = _File(target, append=redirection.operator == ">>")
        return targets

    def _write(self, file: _File, content: bytes) -> None:
        if file.path == "/dev/null":
            return
        storage = self._session.phone.storage
        before = files.content_or_empty(storage, file.path) if file.append else b""
        storage.write(file.path, before + content, mode=_FILE_MODE, now_s=self._session.now_s())


async def call(session: Session, words: Sequence[str]) -> Outcome:
    """Run one command by its words."""
    if words[0] == "toybox" and len(words) > 1:
        words = words[1:]
    name = words[0]
    for folder in _FOLDERS:
        name = name.removeprefix(folder)
    program: Program | None = PROGRAMS.get(name)
    if program is None:
        return failed(f"/system/bin/sh: {words[0]}: inaccessible or not found", code=_NOT_FOUND)
    if program.act is not None:
        await session.phone.delays.take(program.act)
    return await program.run(session, words[1:])


def _constant(content: bytes) -> ReadAll:
    async def read() -> bytes:
        return content

    return read


def _once(content: bytes) -> ReadAll:
    """Return what reads `content` in one piece, and then its end."""
    pieces = [content]

    async def read() -> bytes:
        return pieces.pop() if pieces else b""

    return read
