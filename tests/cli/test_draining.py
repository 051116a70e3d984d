"""`drover up` is ended while a run goes on: it ends within its drain, and the next start completes the run."""

import signal
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from drover.bootstrap.standing import standing_of
from tests.cli.desk import EXAMPLES, PATIENCE_S, Desk
from tests.cli.test_up import FOLDER, ended, ready, start

DRAIN_MOST_S = 60.0
"""It has 30 s; the rest is for a machine that has other things to do."""
WORDS = ("--sim", "1", "--profile", "typical", "--example")


@pytest.mark.rack
@pytest.mark.timeout(300)
def test_a_run_that_was_going_on_when_it_ended_is_completed_by_the_next_start(desk: Desk) -> None:
    (desk.folder / "examples").symlink_to(EXAMPLES.parent)
    process = start(desk, *WORDS)
    with asking(ready(process), desk) as api:
        (phone,) = api.get("phones").json()["items"]
        workflows = api.get("definitions", params={"kind": "workflow"}).json()["items"]
        (first_day,) = [one["id"] for one in workflows if one["name"] == "First day"]
        begun = api.post("runs", json={"workflow_id": first_day, "phone_id": phone["id"]}).json()
        until(api, begun["id"], lambda run: run["steps"][0]["status"] == "running")
    began_s = time.monotonic()  # noqa: TID251  another process ends in real time
    process.send_signal(signal.SIGINT)  # a second signal neither hastens it nor leaves anything behind
    ended(process)
    assert time.monotonic() - began_s < DRAIN_MOST_S  # noqa: TID251  likewise
    assert desk.wait_until_left() == {}
    process = start(desk, *WORDS)
    with asking(ready(process), desk) as api:
        run = until(api, begun["id"], lambda run: run["status"] in {"completed", "failed"})
    assert (run["status"], run["attempt"]) == ("completed", 2)
    ended(process)


def asking(line: dict[str, Any], desk: Desk) -> httpx2.Client:
    """Return a client of the API as the commands of its own user have it, for the one client there is."""
    standing = standing_of(desk.folder / FOLDER)
    assert standing is not None
    headers = {"Authorization": f"Bearer {standing.token}"}
    with httpx2.Client(base_url=line["api"], headers=headers, timeout=PATIENCE_S, trust_env=False) as client:
        (only,) = client.get("/clients").json()["items"]
    base = f"{line['api']}/clients/{only['id']}/"
    return httpx2.Client(base_url=base, headers=headers, timeout=PATIENCE_S, trust_env=False)


def until(api: httpx2.Client, run: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask until it holds for a run; the test's own deadline ends what never comes."""
    while not holds(shown := api.get(f"runs/{run}").json()):
        time.sleep(0.1)  # noqa: TID251  another process plays in real time
    return shown
