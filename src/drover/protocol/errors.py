"""Why a message is not understood."""

from drover.kernel.errors import DroverError, Kind


class BadMessage(DroverError):
    """What came in is no message of the protocol, or not the one that was waited for; `field` names what is wrong."""

    kind = Kind.PROTOCOL

    def __init__(self, expected: str, field: str, reason: str) -> None:
        super().__init__(f"{expected}: {field or 'the message'}: {reason}", hint="server and agent must fit each other")
        self.field = field


class UnknownVersion(DroverError):
    """A message is of a version that is not spoken here."""

    kind = Kind.UNSUPPORTED

    def __init__(self, expected: str, version: int, spoken: tuple[int, ...]) -> None:
        known = " and ".join(str(each) for each in spoken)
        super().__init__(
            f"{expected}: version {version} of the protocol is not spoken here, only {known}",
            hint="bring the older of server and agent up to date",
        )
        self.version = version


class BadArchive(DroverError):
    """An archive of files is damaged, or holds what it must not."""

    kind = Kind.PROTOCOL

    def __init__(self, reason: str) -> None:
        super().__init__(f"the archive cannot be unpacked: {reason}", hint="pack the folder anew")


class TooMuchToPack(DroverError):
    """A folder holds more than an archive takes."""

    kind = Kind.INVALID

    def __init__(self, reason: str) -> None:
        super().__init__(f"the folder cannot be packed: {reason}", hint="take out what does not belong to it")
