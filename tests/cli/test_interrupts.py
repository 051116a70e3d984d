"""However a demo is ended, and whenever: an exit code, at most a word, and no process, port or folder left."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.cli.desk import FAST, PATIENCE_S, SEQUENCE, Desk, Outcome, Runs, outcome, run_all


@dataclass(frozen=True)
class Demo:
    """A demo that runs on a desk."""

    desk: Desk
    process: "subprocess.Popen[str]"

    def loads(self) -> bool:
        """Whether it is still importing: numpy is mapped, and long before the demo begins."""
        return "numpy" in Path(f"/proc/{self.process.pid}/maps").read_text()

    def starts(self) -> bool:
        """Whether the adb server and the simulator are being started."""
        return len(self.desk.processes()) > 1

    def plays(self) -> bool:
        """Whether phones are played on: a sequence is written down for it."""
        return any((self.desk.folder / "home" / "data" / "drover" / "demo").glob("*/**/plays/*/sequence.json"))

    def wait_until(self, moment: Callable[["Demo"], bool]) -> None:
        """Wait for a moment of the run."""
        deadline = time.monotonic() + PATIENCE_S  # noqa: TID251  another process starts in real time
        while not moment(self):
            assert self.process.poll() is None
            assert time.monotonic() < deadline  # noqa: TID251  likewise
            time.sleep(0.01)  # noqa: TID251  likewise


def kept(desk: Desk) -> list[str]:
    """What demos have left in the data folder."""
    return sorted(path.name for path in (desk.folder / "home" / "data" / "drover" / "demo").glob("*"))


def start_demo(desk: Desk) -> Demo:
    return Demo(desk, desk.start("demo", SEQUENCE, "--phones", "1", *FAST))


def once(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    process.send_signal(number)


def to_the_group(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    """As a terminal does on Ctrl-C."""
    os.killpg(process.pid, number)


def impatiently(process: "subprocess.Popen[str]", number: signal.Signals) -> None:
    for _ in range(5):
        process.send_signal(number)
        time.sleep(0.02)  # noqa: TID251  a person's fingers


@dataclass(frozen=True)
class Case:
    moment: Callable[[Demo], bool]
    number: signal.Signals
    send: Callable[["subprocess.Popen[str]", signal.Signals], None]
    code: int
    word: str


CASES = {
    "Ctrl-C while it loads": Case(Demo.loads, signal.SIGINT, to_the_group, 130, "interrupted"),
    "Ctrl-C while the rack starts": Case(Demo.starts, signal.SIGINT, to_the_group, 130, "interrupted"),
    "Ctrl-C while phones play": Case(Demo.plays, signal.SIGINT, to_the_group, 130, "interrupted"),
    "SIGINT to the command alone": Case(Demo.plays, signal.SIGINT, once, 130, "interrupted"),
    "Ctrl-C again and again": Case(Demo.plays, signal.SIGINT, impatiently, 130, "interrupted"),
    "SIGTERM while phones play": Case(Demo.plays, signal.SIGTERM, once, 143, "ended by SIGTERM"),
    "a closed terminal": Case(Demo.plays, signal.SIGHUP, to_the_group, 129, "ended, as its terminal was closed"),
}


def end(case: Case, desk: Desk) -> Outcome:
    demo = start_demo(desk)
    demo.wait_until(case.moment)
    case.send(demo.process, case.number)
    return outcome(demo.process)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    works = {name: partial(end, case) for name, case in CASES.items()}
    with run_all(tmp_path_factory, works, workers=3) as runs:
        yield runs


@pytest.mark.parametrize("name", CASES)
def test_an_ended_demo_says_a_word_and_leaves_nothing(runs: Runs, name: str) -> None:
    case = CASES[name]
    desk, future = runs[name]
    told = future.result()
    assert told.code == case.code, told.err
    assert [line for line in told.err.splitlines() if "starting" not in line] == [f"drover: {case.word}"]
    assert desk.processes() == {}
    assert desk.temporary_files() == []
    assert desk.written() == []
    assert kept(desk) == []


def test_the_children_of_a_killed_demo_end_by_themselves(desk: Desk) -> None:
    demo = start_demo(desk)
    demo.wait_until(Demo.plays)
    os.kill(demo.process.pid, signal.SIGKILL)
    outcome(demo.process)
    assert desk.wait_until_left() == {}
    assert desk.temporary_files() == []
    assert desk.written() == []
