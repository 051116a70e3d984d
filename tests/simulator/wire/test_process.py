import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@contextmanager
def process(*words: str) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.simulator.wire.blank_rack", *words],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def ready(child: "subprocess.Popen[bytes]") -> list[int]:
    """Return the ports that the child announces."""
    assert child.stdout is not None
    line = json.loads(child.stdout.readline())
    assert list(line) == ["phones", "control"]
    assert all(serial.startswith("127.0.0.1:") for serial in line["phones"])
    return [int(address.rpartition(":")[2]) for address in [*line["phones"], line["control"]]]


def refuses(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_rack_cleanly(number: signal.Signals) -> None:
    with process() as child:
        ports = ready(child)
        assert len(ports) == 3
        assert not any(refuses(port) for port in ports)
        child.send_signal(number)
        stdout, stderr = child.communicate(timeout=20)
        assert (child.returncode, stdout, stderr) == (0, b"", b"")
        assert all(refuses(port) for port in ports)


def test_a_rack_ends_with_its_parent() -> None:
    with process("parent") as child:
        ports = ready(child)
        _, stderr = child.communicate(timeout=20)
        assert (child.returncode, stderr) == (0, b"")
        assert all(refuses(port) for port in ports)


def test_a_rack_ends_cleanly_with_clients_connected() -> None:
    with process() as child, socket.socket() as client:
        client.connect(("127.0.0.1", ready(child)[0]))
        child.terminate()
        _, stderr = child.communicate(timeout=20)
        assert (child.returncode, stderr) == (0, b"")
