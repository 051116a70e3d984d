"""`drover demo`: what a newcomer and a script get from it."""

import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.cli.desk import FAST, SEQUENCE, Desk, Outcome, Runs, run_all

KEYS = {
    *("phones", "completed", "failed", "tasks", "verified", "wall_s", "overhead_ms_p50", "overhead_ms_p95"),
    *("captures_per_task_p50", "device_ratio", "report", "failures", "effects"),
}
BIO = "First programmer. Poetical science."


def light(desk: Desk) -> Outcome:
    words = ("--phones", "2", "--param", "name=Grace = Hopper", "--report", "seen/it.html", "--json")
    return desk.run("demo", SEQUENCE, *FAST, *words)


def dark(desk: Desk) -> Outcome:
    words = ("--phones", "1", "--profile", "none", "--width", "1440", "--theme", "dark", "--json")
    return desk.run("demo", SEQUENCE, *words)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with run_all(tmp_path_factory, {"light": light, "dark": dark}, workers=2) as runs:
        yield runs


def test_every_phone_ends_with_the_profile_edited_and_the_report_shows_it(runs: Runs) -> None:
    desk, future = runs["light"]
    told = future.result()
    assert told.code == 0, told.err
    line = told.last_line
    assert set(line) == KEYS
    arrived = {"name": "Grace = Hopper", "bio": BIO}
    assert line["effects"] == {"phone1": arrived, "phone2": arrived}
    assert (line["phones"], line["completed"], line["failed"], line["failures"]) == (2, 2, 0, {})
    assert line["tasks"] == line["verified"] == 32
    assert line["report"] == "seen/it.html"
    assert len(told.out.splitlines()) == 1
    assert "starting 2 simulated phones" in told.err
    assert "phone1: completed, 16/16 tasks" in told.err
    assert "2 of 2 phones completed" in told.err
    assert "Traceback" not in told.err
    assert_self_contained(desk.folder / "seen" / "it.html", "Grace = Hopper")
    assert desk.written() == ["seen", "seen/it.html"]
    assert desk.temporary_files() == []
    assert desk.processes() == {}


def test_dark_phones_of_another_width_are_told_apart_as_well(runs: Runs) -> None:
    desk, future = runs["dark"]
    told = future.result()
    assert told.code == 0, told.err
    assert told.last_line["verified"] == 16
    assert re.fullmatch(r"reports/edit-profile-\d{8}-\d{6}\.html", told.last_line["report"])
    assert (desk.folder / told.last_line["report"]).is_file()


def test_the_console_is_there_from_before_the_play_until_ctrl_c(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    process = desk.start("demo", SEQUENCE, "--phones", "1", *FAST, "--report", "it.html")
    try:
        line = heard(process, "watch it at")
        found = re.fullmatch(r"watch it at (\S+): log in as (\S+) with the password (\S+)", line)
        assert found is not None, line
        url, username, password = found.groups()
        heard(process, "the console stays")
        with httpx2.Client(base_url=url, trust_env=False) as client:
            token = client.post("/api/v1/login", json={"username": username, "password": password}).json()["csrf"]
            assert token
            assert client.get("/wall").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()
    assert desk.written() == ["it.html"]
    assert desk.processes() == {}


def heard(process: subprocess.Popen[str], words: str) -> str:
    """Return the next line with these words."""
    assert process.stdout is not None
    return next(line for line in process.stdout if words in line).strip()


def assert_self_contained(report: Path, shown: str) -> None:
    page = report.read_text(encoding="utf-8")
    assert shown in page
    assert page.rstrip().endswith("</html>")
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)""", page)
