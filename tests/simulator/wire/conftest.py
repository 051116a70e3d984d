import asyncio
import contextlib
import importlib.util
import os
import random
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from drover.kernel.clock import Clock, FakeClock, SystemClock
from drover.simulator.handset import Look
from drover.simulator.phone import Identity, SimulatedPhone
from drover.simulator.pictures import Pictures
from drover.simulator.profiles import Delays, ProfileName
from drover.simulator.rack import STARTED_WALL
from drover.simulator.services import serve_connection
from tests.simulator.wire.blank_handset import BlankHandset

LOOK = Look(90, 200, "light")
DEBIAN_ADB = Path("/usr/bin/adb")


def wheel_adb() -> Path:
    spec = importlib.util.find_spec("adbutils")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "binaries" / "adb"


@dataclass(frozen=True)
class Ran:
    stdout: bytes
    stderr: bytes
    code: int

    @property
    def text(self) -> str:
        return self.stdout.decode()


@dataclass(frozen=True)
class Adb:
    """An adb binary with its own server."""

    path: Path
    port: int
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "HOME": str(self.home), "ANDROID_ADB_SERVER_PORT": str(self.port)}

    async def __call__(self, *words: str, stdin: bytes = b"") -> Ran:
        process = await asyncio.create_subprocess_exec(
            self.path,
            *words,
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(30):
                stdout, stderr = await process.communicate(stdin)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        return Ran(stdout, stderr, process.returncode or 0)


@dataclass(frozen=True)
class PhoneOnAdb:
    """A simulated phone that one adb server is connected to."""

    adb: Adb
    phone: SimulatedPhone
    handset: BlankHandset

    async def __call__(self, *words: str, stdin: bytes = b"") -> Ran:
        return await self.adb("-s", self.phone.line.serial, *words, stdin=stdin)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def free_even_ports(count: int) -> int:
    """Return the first of `count` free ports that lie two apart."""
    for _ in range(50):
        first = free_port() & ~1
        with contextlib.suppress(OSError), contextlib.ExitStack() as sockets:
            for index in range(count):
                sockets.enter_context(socket.socket()).bind(("127.0.0.1", first + 2 * index))
            return first
    raise RuntimeError("no free ports were found")


def _accepts(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(
    scope="session",
    params=[
        pytest.param(
            DEBIAN_ADB, marks=pytest.mark.skipif(not DEBIAN_ADB.exists(), reason="no adb package"), id="debian"
        ),
        pytest.param(wheel_adb(), id="wheel"),
    ],
)
def adb(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adb]:
    """Start a private adb server in the foreground, so that it ends with the tests whatever happens."""
    adb = Adb(request.param, free_port(), tmp_path_factory.mktemp("home"))
    process = subprocess.Popen(
        [adb.path, "-P", str(adb.port), "nodaemon", "server"],
        env=adb.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        asyncio.run(until(lambda: _accepts(adb.port)))
        yield adb
    finally:
        process.kill()
        process.wait()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process or a timer does, which tells nobody when it is done."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  nobody sets an event
            await asyncio.sleep(0.01)


def make_phone(
    clock: Clock,
    profile: ProfileName,
    pictures: Pictures,
    seed: int = 1,
    look: Look = LOOK,
    *,
    asks_for_keys: bool = False,
    handset: BlankHandset | None = None,
) -> SimulatedPhone:
    return SimulatedPhone(
        Identity("phone1", "SIM1"),
        handset or BlankHandset(look),
        Delays(profile, clock, random.Random(seed)),
        pictures,
        faults_rng=random.Random(seed + 1),
        started_wall=STARTED_WALL,
        asks_for_keys=asks_for_keys,
        make_user=lambda _: BlankHandset(look),
    )


@pytest.fixture
async def pictures() -> AsyncIterator[Pictures]:
    pictures = Pictures()
    yield pictures
    await pictures.close()


@pytest.fixture
def fake_clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def handset() -> BlankHandset:
    """What is behind `phone`; a module may put another in its place."""
    return BlankHandset(LOOK)


@pytest.fixture
async def phone(pictures: Pictures, handset: BlankHandset) -> AsyncIterator[SimulatedPhone]:
    """A phone on the real clock, without delays, that accepts connections."""
    phone = make_phone(SystemClock(), "none", pictures, handset=handset)
    phone.line.bind(0)
    phone.line.open(partial(serve_connection, phone))
    yield phone
    phone.close()
    await phone.line.close()


@pytest.fixture
async def attached(adb: Adb, phone: SimulatedPhone, handset: BlankHandset) -> AsyncIterator[PhoneOnAdb]:
    await adb("connect", phone.line.serial)
    yield PhoneOnAdb(adb, phone, handset)
    phone.faults.clear_all()
    await adb("disconnect", phone.line.serial)
