"""`drover up`: ready with one line, closed to strangers, one on a folder, and nothing left when it ends."""

import json
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import httpx2
import pytest

from drover.cli import exits
from drover.kernel.errors import Kind
from tests.cli.desk import PATIENCE_S, Desk, outcome
from tests.cli.test_sim import accepts

FOLDER = "kept"
PHONE = ("--sim", "1", "--profile", "none")


def ready(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, outcome(process).err
    return json.loads(line)


def start(desk: Desk, *words: str) -> "subprocess.Popen[str]":
    return desk.start("up", "--port", "0", "--data-dir", FOLDER, "--json", *words)


def ended(process: "subprocess.Popen[str]", number: signal.Signals = signal.SIGTERM) -> None:
    process.send_signal(number)
    told = outcome(process)
    assert (told.code, told.err) == (0, "")


@pytest.mark.rack
@pytest.mark.timeout(300)
def test_it_is_ready_closed_to_strangers_alone_on_its_folder_and_leaves_nothing(desk: Desk) -> None:
    at_folder = desk.with_variables(DROVER_DATA_DIR=str(desk.folder / FOLDER))
    process = start(desk, *PHONE)
    line = ready(process)
    assert set(line) == {"url", "api", "username", "password", "phones", "control"}
    assert [phone["name"] for phone in line["phones"]] == ["phone1"]
    assert_it_knows_who_asks(line)
    second = desk.run("up", "--port", "0", "--data-dir", FOLDER)
    assert second.code == exits.BY_KIND[Kind.CONFLICT]
    assert f"{FOLDER}: `drover up` runs there already, as process {process.pid}" in second.err
    clients = at_folder.run("clients", "list", "--json")
    assert [client["name"] for client in clients.last_line["items"]] == ["Default"], clients.err
    ended(process)
    assert not accepts(line["url"].removeprefix("http://"))
    assert desk.wait_until_left() == {}
    left = at_folder.run("clients", "list")
    assert left.code == exits.BY_KIND[Kind.UNAVAILABLE]
    assert_a_second_start_knows_everything(desk, line)


def assert_it_knows_who_asks(line: dict[str, Any]) -> None:
    with httpx2.Client(base_url=line["api"], timeout=PATIENCE_S, trust_env=False) as client:
        assert client.get("/health").json()["status"] == "ok"
        assert client.get("/clients").status_code == 401
        wrong = client.post("/login", json={"username": "admin", "password": "wrong"})
        assert wrong.status_code in {401, 403}
        right = client.post("/login", json={"username": line["username"], "password": line["password"]})
        assert right.status_code == 200
        cookie = right.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert client.get("/me").json()["username"] == "admin"


def assert_a_second_start_knows_everything(desk: Desk, line: dict[str, Any]) -> None:
    process = start(desk, *PHONE)
    again = ready(process)
    assert (again["username"], again["password"]) == (None, None)
    assert again["phones"] == line["phones"]
    ended(process, signal.SIGINT)


def test_a_port_that_is_taken_is_told(desk: Desk) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = desk.run("up", "--port", str(port), "--data-dir", FOLDER)
    assert told.code == exits.BY_KIND[Kind.CONFLICT]
    assert f"port {port} of 127.0.0.1 cannot be used" in told.err


def test_a_database_that_is_not_there_is_told_without_its_password(desk: Desk) -> None:
    told = desk.run("up", "--port", "0", "--data-dir", FOLDER, "--database", "postgresql://ada:secret@127.0.0.1:1/gone")
    assert told.code == exits.BY_KIND[Kind.UNAVAILABLE]
    assert "127.0.0.1" in told.err
    assert "secret" not in told.err
    assert "Traceback" not in told.err


def test_a_file_that_is_no_database_is_told(desk: Desk) -> None:
    Path(desk.folder / "notes.txt").write_text("nothing like a database at all")
    told = desk.run("up", "--port", "0", "--data-dir", FOLDER, "--database", f"sqlite:///{desk.folder}/notes.txt")
    assert told.code == exits.BY_KIND[Kind.INVALID]
    assert "is not an SQLite database" in told.err


def test_a_database_is_made_and_told_to_be_up_to_date(desk: Desk) -> None:
    first = desk.run("database", "upgrade", "--database", f"sqlite:///{desk.folder}/new.sqlite", "--json")
    assert first.last_line["before"] is None
    second = desk.run("database", "upgrade", "--database", f"sqlite:///{desk.folder}/new.sqlite")
    assert "is up to date" in second.out
