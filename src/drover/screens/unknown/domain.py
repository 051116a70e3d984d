"""Unknown screens as values."""

from dataclasses import dataclass
from datetime import datetime

from drover.devices.geometry import Size


@dataclass(frozen=True, slots=True)
class Sighting:
    """When and where an unknown screen was seen.

    `app` is the one that was played or recorded, `phone` what a person calls it, `run` the run's id, `step` the step's
    number, None where there was none, `why` what kept the screen from being known. `at` is aware UTC.
    """

    phone: str
    at: datetime
    app: str | None = None
    run: str = ""
    step: int | None = None
    task: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A sighting in the queue; `frame` is its picture's name, None where that was dropped to make room."""

    sighting: Sighting
    frame: str | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """One unknown screen: all sightings of pictures that are alike, of one size.

    `count` is how often it was seen, also where `kept`, the last sightings, are fewer.
    """

    id: str
    size: Size
    count: int
    first_seen: datetime
    last_seen: datetime
    kept: tuple[Kept, ...]

    @property
    def frames(self) -> tuple[str, ...]:
        """The names of the pictures that are kept, each once, the oldest first."""
        return tuple(dict.fromkeys(each.frame for each in self.kept if each.frame is not None))

    @property
    def app(self) -> str | None:
        """The app of the last sighting that tells one."""
        return next((each.sighting.app for each in reversed(self.kept) if each.sighting.app), None)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a queue keeps. What is over it goes, the oldest first; how often a screen was seen stays."""

    clusters: int = 200
    frames: int = 5
    """Pictures of one cluster: learning needs three."""
    sightings: int = 50
    bytes: int = 256 * 1024 * 1024
    """All pictures together."""
