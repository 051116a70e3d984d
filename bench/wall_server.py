"""A Drover that is up, as a process of its own: it tells what it takes whenever it is asked.

`python -m bench.wall_server FOLDER PHONES memory|simulated` prints one line when it is up, fed by phones in memory or
by a simulated rack; each line on its standard input is answered.
"""

import asyncio
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from bench.process import sample
from bench.wall_phones import memory_phones, moving_phones
from drover.bootstrap.up import UpRequest, up
from drover.platform.logging import configure_logging
from drover.platform.settings import Settings
from drover.simulator.rack import RackOptions

_TICK_S = 0.005
_OF_THE_AGENT = ("agent", "images")
_TICKS_A_SECOND = 100


class Probe:
    """Looks at what this loop's thread has computed between two looks: no callback can have taken longer."""

    def __init__(self) -> None:
        self.worst_ms = 0.0

    async def run(self) -> None:
        """Look until cancelled."""
        before = time.thread_time()
        while True:
            await asyncio.sleep(_TICK_S)
            now = time.thread_time()
            self.worst_ms = max(self.worst_ms, (now - before) * 1000)
            before = now


def told(probe: Probe) -> dict[str, Any]:
    """Return what was taken so far, and the worst since the last time."""
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    server = agent = 0.0
    for task in Path("/proc/self/task").iterdir():
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        spent = (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
        if names.get(int(task.name), "").startswith(_OF_THE_AGENT):
            agent += spent
        else:
            server += spent
    worst, probe.worst_ms = probe.worst_ms, 0.0
    return {
        "at_s": time.perf_counter(),
        "loop_cpu_s": time.thread_time(),
        "server_cpu_s": server,
        "agent_cpu_s": agent,
        "rss_mb": sample().rss_mb,
        "worst_callbacks_ms": worst,
    }


def wanted(count: int, kind: str) -> UpRequest:
    if kind == "memory":
        return UpRequest(phones=memory_phones(moving_phones(count)))
    return UpRequest(RackOptions(phones=count, profile="none"))


async def serve(folder: Path, request: UpRequest) -> None:
    probe, loop = Probe(), asyncio.get_running_loop()
    async with up(request, Settings(data_dir=folder)) as made:
        probing = asyncio.create_task(probe.run())
        if made.first is None:
            raise RuntimeError("the folder was used before")
        print(
            json.dumps({"url": made.url, "username": made.first.username, "password": made.first.password}), flush=True
        )
        while await loop.run_in_executor(None, sys.stdin.readline):
            print(json.dumps(told(probe)), flush=True)
        probing.cancel()


if __name__ == "__main__":
    configure_logging(debug=False)
    asyncio.run(serve(Path(sys.argv[1]), wanted(int(sys.argv[2]), sys.argv[3])))
