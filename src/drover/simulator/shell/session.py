"""What commands are given and give back."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from drover.simulator.phone import SimulatedPhone
from drover.simulator.profiles import Act

ReadAll = Callable[[], Awaitable[bytes]]


Say = Callable[[bytes], Awaitable[None]]
Gone = Callable[[], Awaitable[object]]


async def no_input() -> bytes:
    """Be a standard input that is at its end."""
    return b""


async def say_nothing(_printed: bytes) -> None:
    """Be an output that nobody reads."""


async def never() -> None:
    """Be a peer that stays."""
    await asyncio.Event().wait()


@dataclass
class Session:
    """One run of a command line.

    `read_input` returns the whole standard input of the command being run, `read_some` what of it has come, and nothing
    at its end. A command that goes on until its peer
    leaves prints with `say` while it runs, and ends when `gone` returns.
    """

    phone: SimulatedPhone
    read_input: ReadAll = no_input
    read_some: ReadAll = no_input
    say: Say = say_nothing
    gone: Gone = never
    variables: dict[str, str] = field(
        default_factory=lambda: {"?": "0", "HOME": "/", "USER": "shell", "PATH": "/system/bin"}
    )

    def now_s(self) -> int:
        """Return the phone's date and time as seconds since 1970."""
        return int(self.wall().timestamp())

    def wall(self) -> datetime:
        """Return the phone's date and time."""
        return self.phone.wall()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command printed and returned; `leave` ends the whole command line."""

    stdout: bytes = b""
    stderr: bytes = b""
    code: int = 0
    head: bytes = b""
    """Printed right before `stdout`, which is large and is not to be copied."""
    leave: bool = False


def printed(*lines: str) -> Outcome:
    """Return a success that printed `lines`."""
    return Outcome("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))


def failed(*lines: str, code: int = 1) -> Outcome:
    """Return a failure that complained on the standard error."""
    return Outcome(stderr="".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"), code=code)


Run = Callable[[Session, Sequence[str]], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Program:
    """A command: `run` gets the words after its name.

    `act` is the delay taken first, None where `run` takes its own.
    """

    run: Run
    act: Act | None = Act.SHELL


Programs = Mapping[str, Program]

USAGE_CODE: Final = 255
"""What Android's service shells return for arguments that they do not understand."""
