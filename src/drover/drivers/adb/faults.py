"""What can go wrong between Drover and an adb server, and what the server's own words mean for a phone."""

from collections.abc import Callable

from drover.devices.errors import DeviceError, DeviceGarbage, PhoneOffline, PhoneUnauthorized
from drover.kernel.errors import DroverError, Kind, Retry


class AdbNotFound(DroverError):
    """No adb binary is on this computer."""

    kind = Kind.NOT_FOUND

    def __init__(self) -> None:
        super().__init__(
            "no adb binary was found, neither on PATH nor in the adbutils package",
            hint="install Android's platform tools, or run `pip install adbutils`",
        )


class AdbServerFailed(DroverError):
    """A private adb server could not be started."""

    kind = Kind.UNAVAILABLE

    def __init__(self, binary: str, detail: str) -> None:
        super().__init__(
            f"{binary}: the adb server did not start: {detail}",
            hint="run that binary with `version` by hand; put a working adb first on PATH",
        )


class AdbServerUnavailable(DroverError):
    """No adb server answers at that address."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK

    def __init__(self, host: str, port: int, detail: str) -> None:
        super().__init__(
            f"no adb server answers at {host}:{port} ({detail})",
            hint=f"start it with `adb -P {port} start-server`, or name another one as HOST:PORT",
        )


class AdbProtocolError(DroverError):
    """What answered does not speak the adb server's protocol, or broke off in the middle."""

    kind = Kind.PROTOCOL
    retry = Retry.AT_ONCE

    def __init__(self, detail: str) -> None:
        super().__init__(f"the adb server's answer cannot be understood: {detail}", hint="is it an adb server?")
        self.detail = detail


class AdbBrokenOff(AdbProtocolError):
    """The connection ended in the middle of an answer."""


class AdbRefused(DroverError):
    """The adb server answered FAIL; `reason` is in its words."""

    kind = Kind.REFUSED

    def __init__(self, request: str, reason: str) -> None:
        super().__init__(f"the adb server refused {request}: {reason}", hint="`adb devices` shows what it sees")
        self.reason = reason


# What the server says when it cannot reach a phone, in the words of adb 29 and adb 36.
_REASONS: tuple[tuple[str, Callable[[str, str], DeviceError]], ...] = (
    ("unauthorized", lambda serial, _: PhoneUnauthorized(serial)),
    ("not found", PhoneOffline),
    ("offline", PhoneOffline),
    ("still authorizing", PhoneOffline),
    ("still connecting", PhoneOffline),
    ("no devices", PhoneOffline),
    ("no permissions", PhoneOffline),
)


def phone_error(serial: str, call: str, error: DroverError) -> DeviceError:
    """Return what a failure of the adb server means for one phone's call."""
    if isinstance(error, DeviceError):
        return error
    if isinstance(error, AdbServerUnavailable):
        return PhoneOffline(serial, error.message)
    if isinstance(error, AdbRefused):
        reason = error.reason.lower()
        for words, mean in _REASONS:
            if words in reason:
                return mean(serial, _first_line(error.reason))
        return DeviceGarbage(serial, call, _first_line(error.reason))
    return DeviceGarbage(serial, call, error.detail if isinstance(error, AdbProtocolError) else error.message)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:200] if text.strip() else "no reason given"
