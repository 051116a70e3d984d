"""A user's desk: a folder, an environment and a terminal's pipes in which the real command is run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples" / "plaza"
SEQUENCE = str(EXAMPLES / "edit-profile.json")
REGISTRY = str(EXAMPLES / "registry")
FAST = ("--profile", "none", "--width", "720")
KEPT = ("PATH", "PYTHONPATH", "LANG", "COVERAGE_PROCESS_START")
PATIENCE_S = 60.0
"""How long a command may take on a machine that has other things to do."""


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> Any:
        """The last line of standard output, which is JSON."""
        return json.loads(self.out.splitlines()[-1])


@dataclass(frozen=True)
class Desk:
    """Commands are run in `folder`; whatever they start, and it in turn, is known by naming it in its environment."""

    folder: Path
    extra: Mapping[str, str] = field(default_factory=dict)

    def with_variables(self, **variables: str) -> "Desk":
        """The same desk with more environment variables."""
        return Desk(self.folder, {**self.extra, **variables})

    @property
    def environment(self) -> dict[str, str]:
        """What a command sees: nothing of the machine's settings, and temporary files in `folder`."""
        kept = {
            name: os.environ[name]
            for name in ("PATH", "PYTHONPATH", "LANG", "COVERAGE_PROCESS_START")
            if name in os.environ
        }
        home = self.folder / "home"
        temporary = self.folder / "temporary"
        home.mkdir(exist_ok=True)
        temporary.mkdir(exist_ok=True)
        folders = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "TMPDIR": str(temporary)}
        return {
            **kept,
            **folders,
            "DROVER_TASK_RETRY_PAUSE_S": "0.1",
            "DROVER_U2_JAR": "none",
            "COLUMNS": "100",
            **self.extra,
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own, with pipes."""
        return subprocess.Popen(
            [sys.executable, "-m", "drover.cli", *words],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str) -> Outcome:
        """Run a command to its end."""
        return outcome(self.start(*words))

    def write(self, name: str, content: str) -> str:
        """Write a file, and return its name as a user would give it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return name

    def written(self) -> list[str]:
        """Every file that a command may have written for good: all but its home, where the journal lies."""
        private = {self.folder / "home", self.folder / "temporary"}
        return sorted(
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if private.isdisjoint(path.parents) and path not in private
        )

    def temporary_files(self) -> list[str]:
        """What lies in the folder for temporary files."""
        return sorted(path.name for path in (self.folder / "temporary").iterdir())

    def processes(self) -> dict[int, str]:
        """The command lines, by process id, of all processes that name `folder` in environment or command line."""
        found: dict[int, str] = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                words = (process / "cmdline").read_bytes()
                named = os.fsencode(self.folder) in words + (process / "environ").read_bytes()
            except (OSError, ValueError):
                continue
            if named:
                found[int(process.name)] = words.replace(b"\0", b" ").decode(errors="replace")
        return found

    def wait_until_left(self, seconds: float = 15.0) -> dict[int, str]:
        """Wait until no process is left, and return those that are left nevertheless."""
        deadline = time.monotonic() + seconds  # noqa: TID251  other processes end in real time
        while (left := self.processes()) and time.monotonic() < deadline:  # noqa: TID251  likewise
            time.sleep(0.05)  # noqa: TID251  likewise
        return left


def outcome(process: "subprocess.Popen[str]") -> Outcome:
    """Wait for a command's end; one that hangs is ended, and fails the test."""
    try:
        out, err = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return Outcome(process.returncode, out, err)


Runs = Mapping[str, tuple[Desk, "Future[Outcome]"]]
"""Commands that are run by name: each at a desk of its own, and what it will have left."""


@contextmanager
def run_all(
    desks: pytest.TempPathFactory, works: Mapping[str, Callable[[Desk], Outcome]], *, workers: int
) -> Iterator[Runs]:
    """Do all works, a few at once: much of a command's time is its start, or waiting for phones."""
    with ThreadPoolExecutor(workers) as pool:
        places = {name: Desk(desks.mktemp("desk")) for name in works}
        yield {name: (places[name], pool.submit(work, places[name])) for name, work in works.items()}
