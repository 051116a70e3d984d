"""The `sync:` service: how `adb push`, `pull` and `ls` work.

The format is that of Android's `adb/SYNC.TXT` and `file_sync_protocol.h`.
"""

import struct
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from drover.kernel.errors import DroverError, Kind
from drover.simulator.adbd.packets import Buffer
from drover.simulator.adbd.streams import Stream
from drover.simulator.storage import Entry, Storage, StorageError

_REQUEST = struct.Struct("<4sI")
_STAT_1 = struct.Struct("<4s3I")
_STAT_2 = struct.Struct("<4sI2Q4IQ3q")
_ENTRY_1 = struct.Struct("<4s4I")
_ENTRY_2 = struct.Struct("<4sI2Q4IQ3qI")
_OPTIONS_SEND = struct.Struct("<4s2I")
_OPTIONS_RECV = struct.Struct("<4sI")
_DATA_BYTES: Final = 64 * 1024
_MOST_PATH_BYTES: Final = 1024
_SHELL_USER: Final = 2000
_NOT_FOUND: Final = 2
_DEFAULT_MODE: Final = 0o644


class BadSyncRequest(DroverError):
    """A sync request that cannot be understood; the stream ends."""

    kind = Kind.PROTOCOL


Wait = Callable[[], Awaitable[None]]
"""Takes the time that the phone needs for one request."""


class SyncService:
    """One `sync:` stream: requests one after the other until QUIT."""

    def __init__(self, stream: Stream, storage: Storage, wait: Wait) -> None:
        self._stream = stream
        self._storage = storage
        self._wait = wait

    async def run(self) -> None:
        """Serve until the client quits. Raises BadSyncRequest, StreamClosed."""
        while True:
            name, length = _REQUEST.unpack(await self._stream.read_exactly(_REQUEST.size))
            if name == b"QUIT":
                return
            serve = _REQUESTS.get(name)
            if serve is None:
                raise BadSyncRequest(f"sync request {name!r} is not known")
            if length > _MOST_PATH_BYTES:
                await self._fail("path too long")
                return
            path = (await self._stream.read_exactly(length)).decode("utf-8", "surrogateescape")
            await self._wait()
            await serve(self, path)

    async def stat_1(self, path: str) -> None:
        """STAT: mode, size and time, all 0 for what is not there."""
        entry = self._find(path)
        fields = (entry.mode, entry.size & 0xFFFFFFFF, entry.modified_s) if entry else (0, 0, 0)
        await self._stream.write(_STAT_1.pack(b"STAT", *fields))

    async def stat_2(self, path: str) -> None:
        """STA2."""
        await self._stream.write(_STAT_2.pack(b"STA2", *_stat_2_fields(self._find(path))))

    async def lstat_2(self, path: str) -> None:
        """LST2; there are no symbolic links here, so it says what STA2 says."""
        await self._stream.write(_STAT_2.pack(b"LST2", *_stat_2_fields(self._find(path))))

    async def list_1(self, path: str) -> None:
        """LIST: a DENT for each entry, then DONE; a folder that is not there is empty."""
        for name, entry in self._children(path):
            encoded = name.encode("utf-8", "surrogateescape")
            head = _ENTRY_1.pack(b"DENT", entry.mode, entry.size & 0xFFFFFFFF, entry.modified_s, len(encoded))
            await self._stream.write(head, encoded)
        await self._stream.write(_ENTRY_1.pack(b"DONE", 0, 0, 0, 0))

    async def list_2(self, path: str) -> None:
        """LIS2: a DNT2 for each entry, then DONE."""
        for name, entry in self._children(path):
            encoded = name.encode("utf-8", "surrogateescape")
            await self._stream.write(_ENTRY_2.pack(b"DNT2", *_stat_2_fields(entry), len(encoded)), encoded)
        await self._stream.write(_ENTRY_2.pack(b"DONE", *([0] * 12)))

    async def send_1(self, wanted: str) -> None:
        """SEND `path,mode`."""
        path, _, mode = wanted.rpartition(",")
        if not path or not mode.isdecimal():
            await self._fail("missing , in ID_SEND")
            return
        await self._receive_file(path, int(mode))

    async def send_2(self, path: str) -> None:
        """SND2: the path, then a second message with mode and compression, of which this phone has none."""
        _, mode, flags = _OPTIONS_SEND.unpack(await self._stream.read_exactly(_OPTIONS_SEND.size))
        if flags:
            await self._fail(f"unsupported compression flags {flags}")
            return
        await self._receive_file(path, mode)

    async def recv_1(self, path: str) -> None:
        """RECV: DATA packets, then DONE."""
        try:
            content = memoryview(self._storage.read(path))
        except StorageError as error:
            await self._fail(f"open failed: {error.message}")
            return
        parts: list[Buffer] = []
        for start in range(0, len(content), _DATA_BYTES):
            data = content[start : start + _DATA_BYTES]
            parts += (_REQUEST.pack(b"DATA", len(data)), data)
        await self._stream.write(*parts, _REQUEST.pack(b"DONE", 0))

    async def recv_2(self, path: str) -> None:
        """RCV2: as RECV, with a second message that names a compression, of which this phone has none."""
        _, flags = _OPTIONS_RECV.unpack(await self._stream.read_exactly(_OPTIONS_RECV.size))
        if flags:
            await self._fail(f"unsupported compression flags {flags}")
            return
        await self.recv_1(path)

    async def _receive_file(self, path: str, mode: int) -> None:
        """Read DATA until DONE in any case, as clients send on after a failure, and answer once."""
        content = bytearray()
        trouble = ""
        while True:
            name, value = _REQUEST.unpack(await self._stream.read_exactly(_REQUEST.size))
            if name == b"DONE":
                break
            if name != b"DATA" or value > _DATA_BYTES:
                raise BadSyncRequest(f"sync file data has a packet {name!r} of {value} bytes")
            data = await self._stream.read_exactly(value)
            if len(content) + value > self._storage.limit_bytes:
                trouble = trouble or "write failed: No space left on device"
            else:
                content += data
        if not trouble:
            trouble = self._store(path, bytes(content), mode, value)
        if trouble:
            await self._fail(trouble)
        else:
            await self._stream.write(_REQUEST.pack(b"OKAY", 0))

    def _store(self, path: str, content: bytes, mode: int, modified_s: int) -> str:
        try:
            self._storage.write(path, content, mode=mode & 0o777 or _DEFAULT_MODE, now_s=modified_s, make_folders=True)
        except StorageError as error:
            step = "write failed" if "space" in error.message else "couldn't create file"
            return f"{step}: {error.message}"
        return ""

    async def _fail(self, message: str) -> None:
        encoded = message.encode("utf-8", "surrogateescape")
        await self._stream.write(_REQUEST.pack(b"FAIL", len(encoded)), encoded)

    def _find(self, path: str) -> Entry | None:
        try:
            return self._storage.find(path)
        except StorageError:
            return None

    def _children(self, path: str) -> list[tuple[str, Entry]]:
        try:
            return list(self._storage.children(path))
        except StorageError:
            return []


def _stat_2_fields(entry: Entry | None) -> tuple[int, ...]:
    """Return error, device, inode, mode, links, user, group, size and three times."""
    if entry is None:
        return (_NOT_FOUND, *([0] * 10))
    times = [entry.modified_s] * 3
    return (0, 1, 1, entry.mode, 1, _SHELL_USER, _SHELL_USER, entry.size, *times)


_REQUESTS: Final[Mapping[bytes, Callable[[SyncService, str], Awaitable[None]]]] = {
    b"STAT": SyncService.stat_1,
    b"STA2": SyncService.stat_2,
    b"LST2": SyncService.lstat_2,
    b"LIST": SyncService.list_1,
    b"LIS2": SyncService.list_2,
    b"SEND": SyncService.send_1,
    b"SND2": SyncService.send_2,
    b"RECV": SyncService.recv_1,
    b"RCV2": SyncService.recv_2,
}
