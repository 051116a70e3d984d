"""The phones of the user's own adb server, which is only ever connected to."""

import os

from drover.drivers.adb.client import AdbServer
from drover.drivers.adb.source import AdbSource
from drover.kernel.clock import SystemClock
from drover.kernel.errors import InvalidInput
from drover.platform.settings import Settings

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 5037
MAX_PORT = 65535


def attached_phones(settings: Settings) -> AdbSource:
    """Return the phones of the adb server in the settings, else of the one that adb's own variables name."""
    host, port = server_address(settings.adb_server or _from_environment())
    return AdbSource(AdbServer(host, port, limit=settings.adb_commands), SystemClock())


def server_address(words: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT, PORT or nothing. Raises InvalidInput."""
    host, _, port = words.removeprefix("tcp:").rpartition(":")
    if not words:
        return DEFAULT_HOST, DEFAULT_PORT
    if not port.isdecimal() or not 0 < int(port) <= MAX_PORT:
        raise InvalidInput(f"adb server {words!r}: is not HOST:PORT", hint=f"for instance {DEFAULT_HOST}:{DEFAULT_PORT}")
    return host or DEFAULT_HOST, int(port)


def _from_environment() -> str:
    return os.environ.get("ADB_SERVER_SOCKET") or os.environ.get("ANDROID_ADB_SERVER_PORT") or ""
