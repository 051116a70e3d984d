"""`logcat`: the phone's log, once or as it grows."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from drover.simulator.logbook import LEVELS, LogEntry
from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed, printed

_FORMATS: Final = frozenset({"threadtime", "time", "brief", "tag", "raw"})
_BUFFERS: Final = ("main", "system", "crash")
_WITH_VALUE: Final[Mapping[str, str]] = {
    "-v": "form", "--format": "form", "-b": "buffer", "--buffer": "buffer", "-e": "pattern", "--regex": "pattern",
    "-t": "last", "-T": "since", "-m": "most", "--max-count": "most", "--pid": "pid",
}  # fmt: skip


class _BadArguments(Exception):
    """The words are not what logcat takes."""


@dataclass
class _Wanted:
    """What a command line asks for."""

    values: dict[str, str] = field(default_factory=dict[str, str])
    flags: set[str] = field(default_factory=set[str])
    levels: dict[str, str] = field(default_factory=dict[str, str])

    def takes(self, entry: LogEntry) -> bool:
        """Whether a line gets through the filters."""
        least = self.levels.get(entry.tag, self.levels.get("*", "V"))
        loud_enough = LEVELS.index(entry.level) >= LEVELS.index(least)
        pattern = self.values.get("pattern")
        return loud_enough and (pattern is None or re.search(pattern, entry.message) is not None)

    def count(self, name: str) -> int | None:
        """Return a number that was given. Raises _BadArguments."""
        value = self.values.get(name)
        if value is not None and not value.isdecimal():
            raise _BadArguments(f"logcat: {value!r} is no number of lines")
        return None if value is None else int(value)


async def _logcat(session: Session, words: Sequence[str]) -> Outcome:
    logbook = session.phone.logbook
    try:
        wanted = _wanted(words)
        last, since, most = wanted.count("last"), wanted.count("since"), wanted.count("most")
    except _BadArguments as error:
        return failed(str(error))
    if wanted.flags & {"-c", "--clear"}:
        logbook.clear()
        return Outcome()
    if wanted.flags & {"-g", "--buffer-size"}:
        return printed(*(f"{name}: ring buffer is 256 KiB (0 B consumed), max entry is 5120 B" for name in _BUFFERS))
    once = last is not None or bool(wanted.flags & {"-d"})
    seen = logbook.written
    entries = [entry for entry in logbook.after(0) if wanted.takes(entry)]
    newest = last if last is not None else since
    entries = entries[len(entries) - newest :] if newest is not None and newest < len(entries) else entries
    entries = entries[:most]
    form = wanted.values.get("form", "threadtime")
    shown = _text(["--------- beginning of main", *(entry.shown(form) for entry in entries)])
    if once:
        return Outcome(shown)
    await session.say(shown)
    await _follow(session, wanted, form, seen, None if most is None else most - len(entries))
    return Outcome()


async def _follow(session: Session, wanted: _Wanted, form: str, seen: int, left: int | None) -> None:
    """Print what is written from now on, until the peer leaves or `left` lines were printed."""
    logbook = session.phone.logbook
    gone = asyncio.ensure_future(session.gone())
    try:
        while not gone.done() and (left is None or left > 0):
            more = asyncio.ensure_future(logbook.more())
            try:
                fresh = [entry for entry in logbook.after(seen) if wanted.takes(entry)][:left]
                seen = logbook.written
                if fresh:
                    await session.say(_text([entry.shown(form) for entry in fresh]))
                    left = None if left is None else left - len(fresh)
                else:
                    await asyncio.wait({more, gone}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                more.cancel()
    finally:
        gone.cancel()


def _wanted(words: Sequence[str]) -> _Wanted:
    """Return what `words` ask for. Raises _BadArguments."""
    wanted = _Wanted()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if word == "-s":
            wanted.levels.setdefault("*", "S")
        elif name in _WITH_VALUE:
            if not equals and not rest:
                raise _BadArguments(f"logcat: {name} needs a value")
            wanted.values[_WITH_VALUE[name]] = value if equals else rest.pop(0)
        elif word.startswith("-"):
            wanted.flags.add(word)
        else:
            _add_filter(wanted, word)
    _check(wanted)
    return wanted


def _add_filter(wanted: _Wanted, word: str) -> None:
    tag, _, level = word.partition(":")
    level = level.upper() or "V"
    if level == "*":
        level = "V"
    if level not in LEVELS:
        raise _BadArguments(f"Invalid filter expression '{word}'")
    wanted.levels[tag] = level


def _check(wanted: _Wanted) -> None:
    form = wanted.values.get("form", "threadtime")
    if form not in _FORMATS:
        raise _BadArguments(f'Invalid parameter "{form}" to -v; a simulated phone has {", ".join(sorted(_FORMATS))}')
    try:
        re.compile(wanted.values.get("pattern", ""))
    except re.error as error:
        raise _BadArguments(f"logcat: bad regular expression: {error}") from error
    if unknown := wanted.flags - {"-d", "-c", "--clear", "-g", "--buffer-size", "-D", "-L"}:
        raise _BadArguments(f"logcat: a simulated phone does not know {' '.join(sorted(unknown))}")


def _text(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")


PROGRAMS: Final[Programs] = {"logcat": Program(_logcat)}
