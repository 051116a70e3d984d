"""The runs that this worker has in its hands: whose phone is theirs, and who waits for which play to end.

In memory alone: what counts is in the database, and everything here can be made anew from there.
"""

import asyncio
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from drover.platform.db.whose import OneClient


@dataclass(frozen=True, slots=True)
class RunKey:
    """An attempt of a run, and whose it is; what the engine is given to work with."""

    organization: str
    client: str
    run_id: str
    attempt: int

    @property
    def whose(self) -> OneClient:
        """In whose name its units of work are."""
        return OneClient(self.organization, self.client)


@dataclass(frozen=True, slots=True)
class Held:
    """A run with its phone: which agent drives it, and under which token."""

    key: RunKey
    phone_id: str
    serial: str
    agent: str
    token: int


class Hands:
    """What this worker is at. Used on one event loop."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}
        self._ended: dict[str, set[asyncio.Event]] = {}
        self._waited: dict[str, RunKey] = {}

    @property
    def held(self) -> Mapping[str, Held]:
        """The runs by their ids."""
        return dict(self._held)

    @contextmanager
    def holding(self, held: Held) -> Generator[None]:
        """Have a run's lease renewed meanwhile."""
        self._held[held.key.run_id] = held
        try:
            yield
        finally:
            if self._held.get(held.key.run_id) == held:
                del self._held[held.key.run_id]

    @property
    def waited_for(self) -> Mapping[str, RunKey]:
        """The steps whose end somebody waits for, with their runs."""
        return dict(self._waited)

    @contextmanager
    def waiting(self, step_id: str, key: RunKey) -> Generator[asyncio.Event]:
        """Wait for news of a step: the event is set with each. Look at the database then."""
        news = asyncio.Event()
        self._ended.setdefault(step_id, set()).add(news)
        self._waited[step_id] = key
        try:
            yield news
        finally:
            self._ended[step_id].discard(news)
            if not self._ended[step_id]:
                del self._ended[step_id], self._waited[step_id]

    def news(self, step_ids: Collection[str]) -> None:
        """Wake who waits for one of these steps."""
        for step_id in step_ids:
            for event in self._ended.get(step_id, ()):
                event.set()

    def news_of_run(self, run_id: str) -> None:
        """Wake who waits for a step of that run."""
        self.news([step_id for step_id, key in self._waited.items() if key.run_id == run_id])
