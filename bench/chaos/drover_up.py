"""The `drover up` of the chaos: a process of its own that is killed and started, and its API."""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from bench.chaos.timing import now
from drover.bootstrap.standing import standing_of

_ROOT = Path(__file__).parents[2]
_AGAIN_S = 0.25
_NOT_NOW = (401, 409)
"""The token is of the process before; the same request was begun by the process before."""

T = TypeVar("T")


class NotServed(Exception):
    """The API did not answer, or not with what was asked for: ask again."""


@dataclass
class DroverUp:
    """One at a time, always with the same data folder and options."""

    folder: Path
    port: int
    adb_server: str
    database: tuple[str, ...] = ()
    started_at: float = 0.0
    starts: int = 0
    ended_by_itself: list[int] = field(default_factory=list[int])
    ready_s: list[float] = field(default_factory=list[float])
    """How long each start took that came to its end."""
    _process: asyncio.subprocess.Process | None = None
    _ready: "asyncio.Task[bytes] | None" = None

    @property
    def data_dir(self) -> Path:
        """Where it keeps everything."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What all of them wrote to standard error."""
        return self.folder / "up.log"

    async def start(self) -> None:
        """Start it; it is not ready yet then."""
        with self.log.open("ab") as log:
            self.started_at = now()
            self._process = await asyncio.create_subprocess_exec(
                # It dies with us, however we do.
                *(
                    "setpriv",
                    "--pdeathsig=KILL",
                    sys.executable,
                    "-m",
                    "drover.cli",
                    "up",
                    "--json",
                    "--example",
                    "--port",
                    str(self.port),
                ),
                *("--data-dir", str(self.data_dir), *self.database),
                cwd=_ROOT,
                env=_environment(self.folder) | {"DROVER_ADB_SERVER": self.adb_server, "DROVER_U2_JAR": "none"},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        self.starts += 1
        self._ready = asyncio.create_task(self._line(self._process))

    async def ready(self) -> bool:
        """Return whether it is ready, once it is or has ended."""
        return bool(await asyncio.shield(_there(self._ready)))

    async def _line(self, process: asyncio.subprocess.Process) -> bytes:
        started_at, line = self.started_at, await _there(process.stdout).readline()
        if line:
            self.ready_s.append(now() - started_at)
        return line

    async def kill(self) -> None:
        """Kill it with -9."""
        process = _there(self._process)
        if process.returncode is None:
            process.kill()
            await process.wait()

    async def freeze(self, seconds: float) -> None:
        """Let it do nothing for so long, as a computer does that sleeps."""
        process = _there(self._process)
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(seconds)
        process.send_signal(signal.SIGCONT)

    async def keep(self) -> None:
        """Start it again where it has ended by itself, until cancelled; that it did is written down."""
        while True:
            process = _there(self._process)
            code = await process.wait()
            await asyncio.sleep(_AGAIN_S)
            if code != -signal.SIGKILL and process is self._process:
                self.ended_by_itself.append(code)
                await self.start()

    async def end(self) -> int:
        """End it as a user does, and return its exit code."""
        process = _there(self._process)
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        return await process.wait()

    async def ask(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401  JSON, and what httpx takes
        """Return what the API answers, asked again until it does. `{client}` in the path is the first client."""
        while True:
            try:
                return await self._asked(method, path, **options)
            except (NotServed, httpx2.HTTPError):
                await asyncio.sleep(_AGAIN_S)

    async def _asked(self, method: str, path: str, **options: Any) -> Any:  # noqa: ANN401  likewise
        standing = standing_of(self.data_dir)
        if standing is None:
            raise NotServed
        client = json.loads((self.data_dir / "agent.json").read_text())["client"]
        headers = {"Authorization": f"Bearer {standing.token}", **options.pop("headers", {})}
        async with httpx2.AsyncClient(base_url=f"{standing.url}/api/v1/", trust_env=False, timeout=10) as api:
            answer = await api.request(method, path.format(client=client), headers=headers, **options)
        if answer.is_server_error or answer.status_code in _NOT_NOW:
            raise NotServed(answer.text)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()


def _there(value: T | None) -> T:
    if value is None:
        raise RuntimeError("it was not started yet")
    return value


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment without the settings of whoever runs this."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DROVER_")}
    return kept | {"HOME": str(folder), "TMPDIR": str(folder)}
