"""What can be wrong with the engine itself; what a body raises stays the body's."""

from drover.kernel.errors import DroverError, Kind, Retry


class EngineUnusable(DroverError):
    """The engine's store cannot be reached or used."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            f"durable runs cannot use {where}: {why}",
            hint="see that the database is up, reachable, and that its schema for the engine has been prepared",
        )


class EngineBusy(DroverError):
    """A second engine in one process; the library below keeps its state in the module."""

    kind = Kind.CONFLICT

    def __init__(self) -> None:
        super().__init__("this process runs a durable engine already", hint="close the first one before another opens")


class EngineClosed(DroverError):
    """Something was asked of an engine that is not open, or that is being drained."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK

    def __init__(self) -> None:
        super().__init__("the durable engine is closed", hint="nothing is lost: what was written down starts again")
