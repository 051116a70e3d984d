"""What can go wrong with a phone. A driver raises nothing else, and never returns None for a failure."""

from drover.kernel.errors import DroverError, Kind, Retry


class DeviceError(DroverError):
    """Any failure of one phone; `serial` says which."""

    def __init__(self, serial: str, message: str, *, hint: str = "") -> None:
        super().__init__(f"phone {serial}: {message}", hint=hint)
        self.serial = serial


class PhoneOffline(DeviceError):
    """The phone is not attached, or went away during the call."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK

    def __init__(self, serial: str, detail: str = "") -> None:
        super().__init__(
            serial,
            f"is not reachable{f' ({detail})' if detail else ''}",
            hint="check its cable, power and USB debugging; `adb devices` must list it as `device`",
        )


class PhoneAbsent(PhoneOffline):
    """Nothing is where the phone was, so there is nothing to repair: it is switched off, or elsewhere."""


class PhoneUnauthorized(DeviceError):
    """The phone has not accepted this computer's key."""

    kind = Kind.REFUSED

    def __init__(self, serial: str) -> None:
        super().__init__(
            serial, "has not authorised this computer", hint="unlock it and accept the USB debugging dialog"
        )


class DeviceTimeout(DeviceError):
    """The phone did not answer within the call's deadline."""

    kind = Kind.TIMEOUT
    retry = Retry.AT_ONCE

    def __init__(self, serial: str, call: str, seconds: float) -> None:
        super().__init__(
            serial, f"{call} took longer than {seconds:g} s", hint="if it stays so, reconnect or restart the phone"
        )
        self.call = call
        self.seconds = seconds


class DeviceGarbage(DeviceError):
    """The phone, or the adb server, answered something that cannot be understood."""

    kind = Kind.PROTOCOL
    retry = Retry.AT_ONCE

    def __init__(self, serial: str, call: str, detail: str) -> None:
        super().__init__(serial, f"{call} was answered with something else: {detail}", hint="reconnect the phone")
        self.call = call


class SecureWindow(DeviceError):
    """The window in front forbids captures (FLAG_SECURE)."""

    kind = Kind.REFUSED

    def __init__(self, serial: str) -> None:
        super().__init__(serial, "the window in front forbids captures", hint="leave that page, or use the UI tree")


class ScreenOff(DeviceError):
    """The screen is off, and stays so although it was told to wake."""

    kind = Kind.UNAVAILABLE
    retry = Retry.AT_ONCE

    def __init__(self, serial: str) -> None:
        super().__init__(serial, "the screen stays off", hint="press its power key; charge it where it is empty")


class InjectionRefused(DeviceError):
    """The phone's vendor settings refuse injected touches or keys."""

    kind = Kind.REFUSED

    def __init__(self, serial: str, detail: str) -> None:
        super().__init__(
            serial,
            f"refuses injected input ({detail})",
            hint="switch on 'USB debugging (Security settings)' in its developer options",
        )


class Unsupported(DeviceError):
    """The driver or this phone cannot do that."""

    kind = Kind.UNSUPPORTED

    def __init__(self, serial: str, what: str, *, hint: str = "") -> None:
        super().__init__(serial, f"cannot {what}", hint=hint)


class AppNotInstalled(DeviceError):
    """The named package is not on the phone."""

    kind = Kind.NOT_FOUND

    def __init__(self, serial: str, package: str) -> None:
        super().__init__(serial, f"app {package} is not installed", hint="install it, or correct the package name")
        self.package = package


class FileRefused(DeviceError):
    """The phone refused to read or write a file."""

    kind = Kind.REFUSED

    def __init__(self, serial: str, path: str, detail: str) -> None:
        super().__init__(serial, f"{path}: {detail}", hint="check the path, the permissions and the free storage")
        self.path = path
