"""Why a package is not installed, in the package manager's own words."""

from drover.kernel.errors import DroverError, Kind


class InstallRefused(DroverError):
    """`code` is the package manager's, such as INSTALL_FAILED_MISSING_SPLIT."""

    kind = Kind.REFUSED

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class BadRequest(DroverError):
    """The command itself is wrong: a session that is not there, a name that is not one."""

    kind = Kind.INVALID
