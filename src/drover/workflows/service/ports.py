"""What runs need of others: agents that play, definitions, and what an account needs before it is played with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from drover.kernel.errors import DroverError, Kind, Retry
from drover.platform.db.database import Unit
from drover.protocol.messages import Accepted, Budget, LeaseExtended, PlayOrder, Refused, StopOrder, Stopped
from drover.workflows.domain.planning import NewRun, NewStep
from drover.workflows.domain.records import Run
from drover.workflows.domain.workflow import Step, Workflow


class AgentAway(DroverError):
    """The agent that holds a phone does not answer."""

    kind = Kind.UNAVAILABLE
    retry = Retry.WHEN_BACK

    def __init__(self, agent: str, reason: str) -> None:
        super().__init__(f"agent {agent} does not answer: {reason}", hint="see that it is running and connected")
        self.agent = agent


class PlaysAt(Protocol):
    """The agents, by name, wherever they are."""

    async def order(self, agent: str, order: PlayOrder) -> Accepted | Refused:
        """Have a sequence played; the same order again is the same play. Raises AgentAway."""
        ...

    async def stop(self, agent: str, stop: StopOrder) -> Stopped:
        """Have plays stopped: once this returns, no act of them is done any more. Raises AgentAway."""
        ...

    async def extended(self, agent: str, told: LeaseExtended) -> None:
        """Tell of a renewed lease. It may get lost: the next one makes up for it."""
        ...


@dataclass(frozen=True, slots=True)
class Pinned:
    """A workflow at a version, with its steps pinned to versions too."""

    workflow: Workflow
    workflow_id: str
    version: int
    steps: tuple[NewStep, ...]
    versions: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, slots=True)
class SequenceDocument:
    """A sequence as it is kept, and the digests of the files that it pushes, by their names."""

    text: bytes
    files: Mapping[str, str] = field(default_factory=dict[str, str])


class Book(Protocol):
    """Definitions, as runs need them."""

    async def pin(self, unit: Unit, workflow_id: str, version: int | None) -> Pinned:
        """Return a workflow with what it names, at a version or at the one in use."""
        ...

    async def workflow(self, unit: Unit, workflow_id: str, version: int) -> Workflow:
        """Return a workflow at a version, which never changes."""
        ...

    async def sequence(self, unit: Unit, sequence_id: str, version: int) -> SequenceDocument:
        """Return a sequence at a version, which never changes."""
        ...

    async def screens(self, unit: Unit) -> str:
        """Return the digest of the registry's archive that is in use."""
        ...


@dataclass(frozen=True, slots=True)
class Provision:
    """What a step needs before it is played.

    `switch` is the switch sequence to play first, where another account or slot is active than the one that is needed.
    `known` are values for the texts of the step's parameters, by their keys (`account.username`); `values` is a
    document of values for the texts in the sequence; `switch_parameters` are those of the switch sequence.
    """

    switch: NewStep | None = None
    known: Mapping[str, str] = field(default_factory=dict[str, str])
    values: bytes | None = None
    budget: Budget = field(default_factory=Budget)
    switch_parameters: Mapping[str, str] = field(default_factory=dict[str, str])


class Preparing(Protocol):
    """Apps, accounts and slots, as runs need them."""

    async def provide(self, unit: Unit, run: Run, step: Step) -> Provision:
        """Return what a step needs on the run's phone with the run's account. Raises what keeps it from beginning."""
        ...

    async def switched(self, unit: Unit, run: Run, step: Step) -> None:
        """Note that the switch sequence was played to its end, so that its account is active now."""
        ...


class Planning(Protocol):
    """Schedules, as the dispatcher needs them."""

    async def due_clients(self, unit: Unit, most: int) -> frozenset[tuple[str, str]]:
        """Return (organization, client) of those with a schedule that is due; in a unit of the Installation."""
        ...

    async def take_due(self, unit: Unit) -> tuple[NewRun, ...]:
        """Return what the client's due occurrences become, and move their schedules on, in this unit."""
        ...


class Standing(Protocol):
    """Whether runs may start at all."""

    async def hindrance(self, unit: Unit) -> str:
        """Return why nothing of the client may start: it, or its organization, is halted or inactive; else empty."""
        ...
