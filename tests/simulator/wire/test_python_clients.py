"""Clients of another make, unmodified: the adbutils library through an adb server, and adb-shell, which needs none.

They block, so they run in threads: the phone that they talk to is on this loop. adb-shell says that it speaks version
0x01000000 of the protocol, whose packets have checksums.
"""

import asyncio
import gc
import io
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import adbutils
import pytest
from adb_shell.adb_device import AdbDeviceTcp
from adb_shell.auth.keygen import keygen
from adb_shell.auth.sign_pythonrsa import PythonRSASigner
from adb_shell.exceptions import AdbTimeoutError, DeviceAuthError, TcpTimeoutException

from drover.kernel.clock import SystemClock
from drover.simulator.adbd.streams import Stream
from drover.simulator.faults import Crash, StorageFull
from drover.simulator.handset import Gesture
from drover.simulator.phone import SimulatedPhone
from drover.simulator.pictures import Pictures
from drover.simulator.services import serve_connection
from tests.simulator.wire.blank_handset import NOTES, BlankHandset
from tests.simulator.wire.conftest import LOOK, PhoneOnAdb, make_phone, until

pytestmark = pytest.mark.rack
untidy = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""adbutils leaves a socket or a file of this call to the garbage collector."""
Result = TypeVar("Result")
Use = Callable[[Callable[[Any], Result]], Any]


@pytest.fixture
def adbutils_device(attached: PhoneOnAdb) -> Use[Any]:
    device = adbutils.AdbClient(host="127.0.0.1", port=attached.adb.port).device(attached.phone.line.serial)
    return lambda use: asyncio.to_thread(use, device)


async def echo(stream: Stream) -> None:
    while piece := await stream.read():
        await stream.write(piece.upper())


async def test_adbutils_runs_commands(adbutils_device: Use[Any]) -> None:
    assert await adbutils_device(lambda d: d.shell("echo out")) == "out"
    ran = await adbutils_device(lambda d: d.shell2("ls /nowhere; exit 3", v2=True))
    assert ran.returncode == 3
    assert await adbutils_device(lambda d: d.prop.model) == "Plaza One"
    assert "shell_v2" in await adbutils_device(lambda d: d.get_features())


async def test_adbutils_touches_types_and_starts_apps(adbutils_device: Use[Any], handset: BlankHandset) -> None:
    await adbutils_device(lambda d: d.click(3, 4))
    await adbutils_device(lambda d: d.keyevent("BACK"))
    await adbutils_device(lambda d: d.send_keys("hello"))
    await adbutils_device(lambda d: d.app_start(NOTES))
    assert handset.gestures == [Gesture(3, 4, 3, 4, 0.0)]
    assert (handset.keys, handset.texts) == ([4], ["hello"])
    current = await adbutils_device(lambda d: d.app_current())
    assert current.package == NOTES


async def test_adbutils_pushes_pulls_and_lists(adbutils_device: Use[Any], attached: PhoneOnAdb, tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    await adbutils_device(lambda d: d.sync.push(io.BytesIO(content), "/sdcard/Download/file"))
    assert attached.phone.storage.read("/sdcard/Download/file") == content
    assert await adbutils_device(lambda d: d.sync.read_bytes("/sdcard/Download/file")) == content
    await adbutils_device(lambda d: d.sync.pull("/sdcard/Download/file", tmp_path / "file"))
    assert (tmp_path / "file").read_bytes() == content
    assert [entry.path for entry in await adbutils_device(lambda d: d.sync.list("/sdcard/Download"))] == ["file"]
    attached.phone.faults.give(StorageFull(fault="storage_full"))
    with pytest.raises(adbutils.AdbError, match="FAIL"):
        await adbutils_device(lambda d: d.sync.push(io.BytesIO(content), "/sdcard/Download/other"))
    assert (await adbutils_device(lambda d: d.shell("ls /sdcard/Download"))) == "file"


@untidy
async def test_adbutils_reads_the_framebuffer_and_screenshots(adbutils_device: Use[Any], handset: BlankHandset) -> None:
    await adbutils_device(lambda d: d.click(1, 1))
    picture = await adbutils_device(lambda d: d.framebuffer())
    assert (picture.size, picture.getpixel((5, 5))) == ((LOOK.width, LOOK.height), (1, 1, 1, 255))
    assert picture.tobytes() == handset.paint(handset.scene(0))
    assert (await adbutils_device(lambda d: d.screenshot())).size == (LOOK.width, LOOK.height)
    gc.collect()


@untidy
async def test_adbutils_follows_the_log(adbutils_device: Use[Any], attached: PhoneOnAdb, tmp_path: Path) -> None:
    log = tmp_path / "log"
    following = await adbutils_device(lambda d: d.logcat(log, re_filter="fault"))
    await until(log.exists)
    attached.phone.faults.give(Crash(fault="crash"))
    await until(lambda: "fault crash begins" in log.read_text())
    stopping = asyncio.create_task(asyncio.to_thread(following.stop, 20))
    await until(following.is_stopped)
    attached.phone.logbook.write("drover", "the last word")  # on which its thread sees that it is to end
    await stopping
    gc.collect()


async def test_adbutils_reaches_sockets_and_makes_reverse_connections(
    adbutils_device: Use[Any], attached: PhoneOnAdb
) -> None:
    attached.phone.sockets["tcp:9008"] = echo

    def talk(device: Any) -> bytes:
        with device.create_connection(adbutils.Network.TCP, 9008) as connection:
            connection.sendall(b"hello")
            return connection.recv(100)

    assert await adbutils_device(talk) == b"HELLO"
    await adbutils_device(lambda d: d.reverse("tcp:7000", "tcp:9"))
    made = await adbutils_device(lambda d: list(d.reverse_list()))
    assert [(item.remote, item.local) for item in made] == [("tcp:7000", "tcp:9")]
    await adbutils_device(lambda d: d.reverse_remove("tcp:7000"))
    assert attached.phone.reverses.listed() == ""


async def test_adbutils_reboots_the_phone(adbutils_device: Use[Any], attached: PhoneOnAdb) -> None:
    accepted = attached.phone.line.accepted
    await adbutils_device(lambda d: d.reboot())
    await until(lambda: attached.phone.line.accepted > accepted)


# adb-shell, which is its own adb server.


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> PythonRSASigner:
    path = tmp_path_factory.mktemp("keys") / "adbkey"
    keygen(str(path))
    return PythonRSASigner(path.with_suffix(".pub").read_text(), path.read_text())


@pytest.fixture
async def shell_device(phone: SimulatedPhone) -> AsyncIterator[Use[Any]]:
    device = AdbDeviceTcp("127.0.0.1", phone.line.port, default_transport_timeout_s=9)
    await asyncio.to_thread(device.connect)
    yield lambda use: asyncio.to_thread(use, device)
    await asyncio.to_thread(device.close)


async def test_adb_shell_runs_commands(shell_device: Use[Any], handset: BlankHandset) -> None:
    assert await shell_device(lambda d: d.shell("echo out; input tap 5 6")) == "out\n"
    assert handset.gestures == [Gesture(5, 6, 5, 6, 0.0)]
    picture = await shell_device(lambda d: d.exec_out("screencap", decode=False))
    assert picture[16:] == handset.paint(handset.scene(0))


async def test_adb_shell_pushes_pulls_and_lists(shell_device: Use[Any], phone: SimulatedPhone, tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    await shell_device(lambda d: d.push(io.BytesIO(content), "/sdcard/file"))
    assert phone.storage.read("/sdcard/file") == content
    await shell_device(lambda d: d.pull("/sdcard/file", str(tmp_path / "file")))
    assert (tmp_path / "file").read_bytes() == content
    assert (await shell_device(lambda d: d.stat("/sdcard/file")))[1] == len(content)
    assert b"file" in [bytes(entry.filename) for entry in await shell_device(lambda d: d.list("/sdcard"))]


async def test_adb_shell_reads_the_log_as_it_grows(shell_device: Use[Any], phone: SimulatedPhone) -> None:
    lines = await shell_device(lambda d: d.streaming_shell("logcat -m 1 drover:V *:S"))
    phone.faults.give(Crash(fault="crash"))
    told = await asyncio.to_thread(lambda: "".join(lines))
    assert "W drover  : fault crash begins" in told


async def test_adb_shell_reads_the_framebuffer_and_reboots(shell_device: Use[Any], phone: SimulatedPhone) -> None:
    frame = await shell_device(lambda d: b"".join(d._streaming_service(b"framebuffer", b"", decode=False)))
    assert len(frame) == 14 * 4 + LOOK.width * LOOK.height * 4
    assert "cannot run as root" in (await shell_device(lambda d: d._service(b"root", b"")))
    with pytest.raises((AdbTimeoutError, TcpTimeoutException, OSError)):
        await shell_device(lambda d: (d.reboot(), d.shell("echo still")))
    assert phone.logbook.written > 0


@pytest.fixture
async def guarded(pictures: Pictures) -> AsyncIterator[SimulatedPhone]:
    """A phone that asks for keys."""
    phone = make_phone(SystemClock(), "none", pictures, asks_for_keys=True)
    phone.line.bind(0)
    phone.line.open(partial(serve_connection, phone))
    yield phone
    phone.close()
    await phone.line.close()


async def test_adb_shell_comes_in_by_an_accepted_key_and_later_by_its_signature(
    guarded: SimulatedPhone, signer: PythonRSASigner
) -> None:
    def come_in() -> str:
        device = AdbDeviceTcp("127.0.0.1", guarded.line.port, default_transport_timeout_s=9)
        device.connect(rsa_keys=[signer], auth_timeout_s=9)
        try:
            return str(device.shell("echo in"))
        finally:
            device.close()

    first = asyncio.create_task(asyncio.to_thread(come_in))
    await until(lambda: len(guarded.authorization.asked) == 1)
    guarded.authorization.accept()
    assert await first == "in\n"
    assert await asyncio.to_thread(come_in) == "in\n"
    assert guarded.authorization.asked == ()


async def test_adb_shell_without_a_key_is_told_so(guarded: SimulatedPhone) -> None:
    device = AdbDeviceTcp("127.0.0.1", guarded.line.port, default_transport_timeout_s=9)
    with pytest.raises(DeviceAuthError):
        await asyncio.to_thread(device.connect)
    await asyncio.to_thread(device.close)
