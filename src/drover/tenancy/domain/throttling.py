"""How long the next login has to wait after failures. Pure: over the times of failures, wherever they are kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from drover.kernel.errors import DroverError, Kind, Retry
from drover.tenancy.domain.credentials import digest


class Throttled(DroverError):
    """Too many logins failed lately. Says nothing about whether the user exists."""

    kind = Kind.THROTTLED
    retry = Retry.WHEN_BACK

    def __init__(self, after: timedelta) -> None:
        seconds = max(1, -(-after // timedelta(seconds=1)))
        super().__init__(
            f"too many logins failed; the next is taken in {seconds} s",
            hint="wait that long; open sessions and tokens go on",
        )
        self.retry_after_s = float(seconds)


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` failures within `window` cost nothing; each further one doubles the wait, from `first` to `longest`."""

    free: int
    window: timedelta = timedelta(hours=1)
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=10)

    def wait(self, failures: Iterable[datetime], now: datetime) -> timedelta:
        """Return how long after `now` the next try is taken; zero: at once. Failures may come in any order."""
        recent = sorted(at for at in failures if now - self.window < at)
        over = len(recent) - self.free
        if over < 0:
            return timedelta(0)
        pause = min(self.first * 2 ** min(over, 32), self.longest)
        return max(recent[-1] + pause - now, timedelta(0)) if recent else timedelta(0)


# By user it stops guessing one password; by address, trying one password at many users. Many share an office's address.
BY_USER: Final = Limit(free=5)
BY_ADDRESS: Final = Limit(free=25)
LONGEST_WINDOW: Final = max(BY_USER.window, BY_ADDRESS.window)


def keys(username: str, address: str) -> tuple[tuple[str, Limit], tuple[str, Limit]]:
    """Return under which keys a login's failure counts, and by which limit; hashed, as people mistype passwords there.

    An unknown username counts as a known one does.
    """
    return (digest(f"user:{username.strip().lower()}"), BY_USER), (digest(f"address:{address}"), BY_ADDRESS)
