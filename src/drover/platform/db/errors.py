"""What can go wrong with the database, and the one place where a library's words become ours."""

from drover.kernel.errors import DroverError, InvalidInput, Kind, Retry


class DatabaseUnusable(InvalidInput):
    """The address, or what is found there, cannot be used."""


class SchemaOutdated(DatabaseUnusable):
    """The tables are older than this Drover."""


class SchemaTooNew(DatabaseUnusable):
    """The tables are newer than this Drover."""


class DatabaseUnavailable(DroverError):
    """The server cannot be reached, or went away."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK


class DatabaseFull(DatabaseUnavailable):
    """There is no room left where the database is kept."""


class DatabaseBusy(DroverError):
    """Others held what was needed for too long; nothing was changed."""

    kind = Kind.UNAVAILABLE
    retry = Retry.AT_ONCE


class Conflict(DroverError):
    """A row like that is there already, or was changed meanwhile. `constraint` names the rule, where known."""

    kind = Kind.CONFLICT

    def __init__(self, message: str, *, constraint: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.constraint = constraint


class ReferenceBroken(Conflict):
    """A row points at one that is not there, or one that goes is still pointed at."""


class ValueRefused(Conflict):
    """A value breaks a rule of its table."""

    kind = Kind.INVALID


class TenantLeak(DroverError):
    """A statement could have reached the rows of somebody else; it was not sent, or the database refused it."""

    kind = Kind.REFUSED


class DatabaseFailed(DroverError):
    """The database refused a statement for a reason that is none of the above: a mistake in Drover."""
