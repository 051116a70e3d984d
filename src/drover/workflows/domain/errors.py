"""What can be wrong with a workflow, a schedule or what is asked of them."""

from drover.kernel.errors import DroverError, InvalidInput, Kind


class BadTiming(InvalidInput):
    """A timing can never come, or cannot be kept; the message says why."""


class BadRule(BadTiming):
    """A recurrence rule is not one, or not one that is kept here."""


class IllegalTransition(DroverError):
    """What is asked of a schedule cannot be done in the status that it has."""

    kind = Kind.CONFLICT


class DependencyCycle(InvalidInput):
    """Schedules would wait for one another in a circle; `path` leads from the first back to it."""

    def __init__(self, path: tuple[str, ...]) -> None:
        super().__init__(
            f"would wait for itself: {' waits for '.join(path)}", hint="leave one of these dependencies out"
        )
        self.path = path
