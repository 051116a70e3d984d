"""`drover sim`: one line when it serves, and nothing left when it ends, however it ends."""

import json
import os
import signal
import socket
import subprocess
import sys

import httpx2
import pytest

from tests.cli.desk import FAST, PATIENCE_S, Desk, outcome

# A parent that starts a rack on a pipe, passes its line on, and then does nothing but live.
PARENT = """
import subprocess, sys
words = [sys.executable, "-m", "drover.cli", "sim", "--with-parent", "--width", "720"]
child = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print(child.stdout.readline(), end="", flush=True)
child.wait()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quietly_and_gives_the_ports_back(desk: Desk, number: signal.Signals) -> None:
    process = desk.start("sim", "--phones", "2", *FAST)
    ready = ready_line(process)
    assert set(ready) == {"phones", "control"}
    assert len(ready["phones"]) == 2
    phones = httpx2.get(f"{ready['control']}/phones", timeout=PATIENCE_S, trust_env=False).json()["phones"]
    assert [phone["serial"] for phone in phones] == ready["phones"]
    process.send_signal(number)
    told = outcome(process)
    assert (told.code, told.out, told.err) == (0, "", "")
    assert listening(ready) == []


def test_with_a_parent_it_ends_when_its_input_does(desk: Desk) -> None:
    process = desk.start("sim", "--with-parent", *FAST)
    ready = ready_line(process)
    told = outcome(process)  # closes standard input
    assert (told.code, told.out, told.err) == (0, "", "")
    assert listening(ready) == []


def test_with_a_parent_it_ends_when_the_parent_is_killed(desk: Desk) -> None:
    words = [sys.executable, "-c", PARENT]
    with subprocess.Popen(
        words, cwd=desk.folder, env=desk.environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        ready = ready_line(parent)
        assert len(desk.processes()) == 2
        os.kill(parent.pid, signal.SIGKILL)
    assert desk.wait_until_left() == {}
    assert listening(ready) == []


def ready_line(process: "subprocess.Popen[str]") -> dict[str, str]:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def listening(ready: dict[str, str]) -> list[str]:
    addresses = [*ready["phones"], ready["control"].removeprefix("http://")]
    return [address for address in addresses if accepts(address)]


def accepts(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0
