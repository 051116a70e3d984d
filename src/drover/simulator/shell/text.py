"""Built-in commands and filters: echo, grep, exit and the like."""

import re
from collections.abc import Sequence
from typing import Final

from drover.simulator.profiles import Act
from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed, printed

_MOST_SLEEP_S: Final = 60.0


async def _echo(_session: Session, words: Sequence[str]) -> Outcome:
    without_newline = bool(words) and words[0] == "-n"
    text = " ".join(words[1:] if without_newline else words)
    return Outcome((text if without_newline else f"{text}\n").encode("utf-8", "surrogateescape"))


async def _true(_session: Session, _words: Sequence[str]) -> Outcome:
    return Outcome()


async def _false(_session: Session, _words: Sequence[str]) -> Outcome:
    return Outcome(code=1)


async def _exit(session: Session, words: Sequence[str]) -> Outcome:
    code = words[0] if words else session.variables["?"]
    if not code.isdecimal():
        return Outcome(stderr=f"/system/bin/sh: exit: {code}: bad number\n".encode(), code=1, leave=True)
    return Outcome(code=int(code) & 0xFF, leave=True)


async def _export(session: Session, words: Sequence[str]) -> Outcome:
    for word in words:
        name, assigned, value = word.partition("=")
        if assigned:
            session.variables[name] = value
    return Outcome()


async def _sleep(session: Session, words: Sequence[str]) -> Outcome:
    try:
        seconds = float(words[0])
    except (IndexError, ValueError):
        return failed("sleep: needs a number of seconds")
    if not 0 <= seconds <= _MOST_SLEEP_S:
        return failed(f"sleep: a simulated phone sleeps 0 to {_MOST_SLEEP_S:g} seconds")
    await session.phone.delays.sleep(seconds)
    return Outcome()


async def _grep(session: Session, words: Sequence[str]) -> Outcome:
    """Filter the standard input, with -i, -v, -c, -q, -E and -F."""
    flags = {letter for word in words if word.startswith("-") for letter in word[1:]}
    patterns = [word for word in words if not word.startswith("-")]
    if len(patterns) != 1 or flags - set("ivcqEFe"):
        return failed("grep: reads the standard input; flags are -i -v -c -q -E -F", code=2)
    source = re.escape(patterns[0]) if "F" in flags else _extended(patterns[0], extended="E" in flags)
    try:
        pattern = re.compile(source, re.IGNORECASE if "i" in flags else 0)
    except re.error:
        return failed(f"grep: bad regular expression '{patterns[0]}'", code=2)
    lines = (await session.read_input()).decode("utf-8", "surrogateescape").splitlines()
    kept = [line for line in lines if bool(pattern.search(line)) != ("v" in flags)]
    code = 0 if kept else 1
    if "q" in flags:
        return Outcome(code=code)
    shown = printed(str(len(kept))) if "c" in flags else printed(*kept)
    return Outcome(shown.stdout, code=code)


def _extended(pattern: str, *, extended: bool) -> str:
    r"""Return a basic expression as an extended one: only `\|` means alternatives there."""
    if extended:
        return pattern
    return re.sub(r"\\([|+?(){}])|([|+?(){}])", lambda match: match[1] or f"\\{match[2]}", pattern)


async def _head(session: Session, words: Sequence[str]) -> Outcome:
    count = "".join(words).removeprefix("-n").removeprefix("-").strip() or "10"
    if not count.isdecimal():
        return failed("head: reads the standard input; head -n COUNT")
    lines = (await session.read_input()).splitlines(keepends=True)
    return Outcome(b"".join(lines[: int(count)]))


PROGRAMS: Final[Programs] = {
    "echo": Program(_echo, None),
    "true": Program(_true, None),
    ":": Program(_true, None),
    "false": Program(_false, None),
    "exit": Program(_exit, None),
    "export": Program(_export, None),
    "cd": Program(_true, None),
    "sleep": Program(_sleep, None),
    "grep": Program(_grep, Act.SHELL),
    "head": Program(_head, Act.SHELL),
}
