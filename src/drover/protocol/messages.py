"""The messages of version 1. Times are UTC; seconds of a lease are what is left of it when the message is sent."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from drover.protocol.fields import AgentName, Count, Digest, Id, Line, Name, Said, Seconds, Serial, UtcTime


class Budget(Said):
    """How many acts a play may do: in all, and of some kinds of tasks. None: as many as the sequence has."""

    acts: Count | None = None
    kinds: dict[Name, Count] = Field(default_factory=dict)


class PlayOrder(Said):
    """Play a sequence on a phone. Accepted once for each `sequence_run` and `attempt`, however often it is sent.

    `files` are what the sequence refers to beside itself, by their relative paths; `screens` is an archive of the
    registry's folder (`protocol.archive`); `values` is a document of values. `from_step` begins there; `resume` goes on
    where an earlier attempt of the same sequence run stopped. `sealed` are secret parameters that are sealed to the
    agent's public key, for `sealed_for` each (`protocol.sealing`).
    """

    sequence_run: Id
    attempt: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    run: Id
    client: Id
    phone: Serial
    phone_name: Name
    token: Count
    lease_remaining_s: Seconds
    issued_at: UtcTime
    sequence: Digest
    screens: Digest
    files: dict[Name, Digest] = Field(default_factory=dict)
    parameters: dict[Name, Line] = Field(default_factory=dict)
    sealed: dict[Name, Line] = Field(default_factory=dict)
    values: Digest | None = None
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    from_step: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    resume: bool = False
    budget: Budget = Budget()

    @staticmethod
    def sealed_for(sequence_run: str, parameter: str) -> str:
        """Return the context that a secret parameter is sealed for: this one of this sequence run, and no other."""
        return f"parameter {parameter} of {sequence_run}"

    @model_validator(mode="after")
    def _one_way_to_begin(self) -> "PlayOrder":
        if self.resume and self.from_step is not None:
            msg = "resume and from_step exclude each other"
            raise ValueError(msg)
        return self


class Accepted(Said):
    """The order is in the agent's journal: its events will come, at last one that says `ended`.

    `standing` tells a repeated order how far it is; of one that has ended, the last event is sent again.
    """

    sequence_run: Id
    attempt: Annotated[int, Field(ge=1)] = 1
    standing: Literal["playing", "ended"] = "playing"


class Refused(Said):
    """The order was not taken on, and nothing of it will be done. `code` is the error's name in snake_case."""

    sequence_run: Id
    code: Name
    message: Line
    hint: Line = ""


class StopOrder(Said):
    """Stop plays: one run's (`id` is the workflow run's), one client's, or all. Orders issued before are void too."""

    scope: Literal["run", "client", "all"]
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = ""
    issued_at: UtcTime
    reason: Line

    @model_validator(mode="after")
    def _names_what(self) -> "StopOrder":
        if (self.scope == "all") is bool(self.id):
            msg = "id is given for a run or client, and only then"
            raise ValueError(msg)
        return self


class Stopped(Said):
    """No act of these is done any more; `sequence_runs` are those that were being played."""

    sequence_runs: Annotated[tuple[Id, ...], Field(max_length=500)]


class LeaseExtended(Said):
    """A phone's lease was renewed. It is published; one that is lost is made up for by the next."""

    phone: Serial
    token: Count
    remaining_s: Seconds


class LeaseQuestion(Said):
    """Asks whether that lease is still good, and the run still to be played."""

    sequence_run: Id
    client: Id
    phone: Serial
    token: Count


class LeaseAnswer(Said):
    """`good`: it is, for `remaining_s`. Otherwise `reason` says why not."""

    sequence_run: Id
    good: bool
    remaining_s: Seconds = 0.0
    reason: Line = ""


class PhoneSeen(Said):
    """A phone as the agent's monitor shows it; `state` is the monitor's word for it."""

    serial: Serial
    state: Name
    reason: Line = ""
    model: Name = ""


class AgentState(Said):
    """How an agent is, published every 1 to 2 s. `boot` changes with every start.

    `acting` of `acting_most` phones are in a call; `load` is the host's load average of a minute for each core;
    `plays` are the sequence runs being played, `unsent` counts events that are not acknowledged; `public_key` is what
    secrets for it are sealed to.
    """

    agent: AgentName
    boot: Id
    phones: Annotated[tuple[PhoneSeen, ...], Field(max_length=200)] = ()
    plays: Annotated[tuple[Id, ...], Field(max_length=500)] = ()
    acting: Count = 0
    acting_most: Count = 0
    load: Seconds = 0.0
    unsent: Count = 0
    public_key: Name = ""


class TaskBegan(Said):
    """A task was begun. `index` is its number in the sequence, `rounds` those of the repeats around it."""

    kind: Literal["task_began"] = "task_began"
    index: Count
    name: Name
    task_kind: Name
    rounds: tuple[Count, ...] = ()


class Recovery(Said):
    """One attempt to bring a play back on its way, at a task: `strategy` is the player's word for what was tried."""

    strategy: Name
    why: Line = ""
    act: Name = ""
    recovered: bool
    frame_before: Digest | None = None
    frame_after: Digest | None = None
    started_at: UtcTime
    ended_at: UtcTime


class TaskEnded(Said):
    """A task has ended: what a task run is made of. Secrets are masked; frames are digests of JPEGs in the content."""

    kind: Literal["task_ended"] = "task_ended"
    index: Count
    rounds: tuple[Count, ...] = ()
    name: Name
    task_kind: Name
    effect: Name
    status: Literal["completed", "failed", "skipped"]
    attempts: Count
    expected: Name = ""
    actual: Name = ""
    parameters: dict[Name, Line] = Field(default_factory=dict)
    text: Line = ""
    error: Line = ""
    hint: Line = ""
    region: Name = ""
    dismissed: tuple[Name, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    frame_before: Digest | None = None
    frame_after: Digest | None = None
    wall_ms: Seconds = 0.0
    device_ms: Seconds = 0.0
    waited_ms: Seconds = 0.0
    started_at: UtcTime
    ended_at: UtcTime


class PlayPaused(Said):
    """The phone went away, and its play waits for it."""

    kind: Literal["paused"] = "paused"
    reason: Line


class PlayResumed(Said):
    """The phone is back, and its play goes on."""

    kind: Literal["resumed"] = "resumed"


class PlayEnded(Said):
    """An attempt is over: nothing more comes of it.

    `interrupted`: it was cut off, stopped, lost its lease, or its host has no room; it may be gone on with. `code` is
    the error's name in snake_case (`lease_lost`, `halted`, `budget_spent`, `once_in_doubt`, ...), `step` the task that
    it stopped at, 0 for none; `note` says what else there is to say. `variables` are what its tasks read, also in the
    attempts before; nothing that comes of a secret is among them. `recoveries` are those before the first task.
    `record` is the digest of the whole record of the attempt (`sequences.record_files`).
    """

    kind: Literal["ended"] = "ended"
    status: Literal["completed", "failed", "interrupted"]
    result: Literal["completed", "completed_with_recovery", "failed", "handed_over"]
    code: Name = ""
    error: Line = ""
    hint: Line = ""
    step: Count = 0
    note: Line = ""
    variables: dict[Name, Line] = Field(default_factory=dict)
    recoveries: tuple[Recovery, ...] = ()
    record: Digest | None = None


EventBody = Annotated[TaskBegan | TaskEnded | PlayPaused | PlayResumed | PlayEnded, Field(discriminator="kind")]


class PlayEvent(Said):
    """Something that a play did. Numbered from 1 for each sequence run, across its attempts, and sent in order.

    It is sent until it is acknowledged, hence perhaps twice: whoever takes it goes by `sequence_run` and `number`.
    `alone`: those before it were acknowledged, and cannot be sent again.
    """

    sequence_run: Id
    attempt: Annotated[int, Field(ge=1)] = 1
    run: Id
    client: Id
    phone: Serial
    token: Count
    number: Annotated[int, Field(ge=1)]
    at: UtcTime
    body: EventBody
    alone: bool = False


class Ack(Said):
    """The events of that sequence run up to that number are kept, and need not be sent again."""

    sequence_run: Id
    number: Count
