"""One plan on many phones at once: whatever happens to one, the others go on."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import structlog

from drover.devices.ports import Driver, PhoneInfo
from drover.fleet.broker import FrameBroker
from drover.kernel.clock import Clock
from drover.kernel.errors import DroverError
from drover.kernel.ids import NewId
from drover.platform.blobs import Blobs
from drover.screens.domain import Registry
from drover.screens.matching.matcher import Matcher
from drover.sequences.journal import Ending, Journal, Playing
from drover.sequences.plan import Plan, Step
from drover.sequences.player.errors import OnceInDoubt
from drover.sequences.player.eyes import Eyes
from drover.sequences.player.player import Player, Retries
from drover.sequences.player.witness import Witness
from drover.sequences.record import PhoneRecord, Status, TaskRecord

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


def parameters_digest(plan: Plan) -> str:
    """Return a digest of what was given to the sequence; of a secret only that it was given."""
    return hashlib.sha256(json.dumps(dict(plan.parameters), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PlayPhone:
    """A phone to play on, and what a person calls it. The driver is attached by the play, and detached after it."""

    name: str
    driver: Driver


@dataclass(frozen=True, slots=True)
class StepBegan:
    """A phone begins a step."""

    phone: str
    step: Step


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A phone's step has ended."""

    phone: str
    record: TaskRecord


@dataclass(frozen=True, slots=True)
class PhoneEnded:
    """A phone's play has ended."""

    phone: str
    record: PhoneRecord


Progress = Callable[[StepBegan | StepEnded | PhoneEnded], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """What every phone's player of one play shares."""

    plan: Plan
    registry: Registry
    matcher: Matcher
    journal: Journal
    blobs: Blobs
    images: Executor
    clock: Clock
    new_id: NewId
    retries: Retries
    turns: asyncio.Semaphore
    """So many phones act at once: what one holds while it does a call."""
    from_step: int = 1


async def play_on(phones: Sequence[PlayPhone], stage: Stage, progress: Progress) -> tuple[PhoneRecord, ...]:
    """Play on all phones at once and return a record of each, in their order."""
    async with asyncio.TaskGroup() as group:
        plays = [group.create_task(_play_phone(phone, stage, progress)) for phone in phones]
    return tuple(play.result() for play in plays)


async def _play_phone(phone: PlayPhone, stage: Stage, progress: Progress) -> PhoneRecord:
    run, started_at, began_s = stage.new_id(), stage.clock.now(), stage.clock.monotonic()
    tasks: list[TaskRecord] = []
    info: PhoneInfo | None = None

    def ended(record: TaskRecord) -> None:
        tasks.append(record)
        progress(StepEnded(phone.name, record))

    try:
        await phone.driver.attach()
        info = phone.driver.info
        error = await _run(phone, run, stage, lambda step: progress(StepBegan(phone.name, step)), ended)
    except DroverError as failure:
        error = failure
    except Exception as failure:  # noqa: BLE001  a defect met on one phone must not stop the others
        _log.debug("unexpected error", phone=phone.name, exc_info=True)
        error = DroverError(f"unexpected error: {failure!r}", hint="run again with --debug")
    finally:
        await phone.driver.detach()
    record = PhoneRecord(
        name=phone.name,
        serial=phone.driver.serial,
        model=info.model if info else "",
        size=info.size if info else None,
        status=Status.COMPLETED if error is None else Status.FAILED,
        started_at=started_at,
        wall_s=stage.clock.monotonic() - began_s,
        tasks=tuple(tasks),
        error=error.message if error is not None else "",
        hint=error.hint if error is not None else "",
        run=run,
    )
    progress(PhoneEnded(phone.name, record))
    return record


async def _run(
    phone: PlayPhone, run: str, stage: Stage, began: Callable[[Step], None], ended: Callable[[TaskRecord], None]
) -> DroverError | None:
    sequence = stage.plan.sequence
    doubt = await stage.journal.doubt(sequence.name, phone.driver.serial) if stage.from_step == 1 else None
    if doubt is not None:
        raise OnceInDoubt(phone.name, doubt)
    playing = Playing(sequence.name, sequence.digest, parameters_digest(stage.plan), phone.driver.serial)
    await stage.journal.begin_run(run, playing, stage.from_step)
    broker = FrameBroker(phone.driver, stage.clock)
    eyes = Eyes(broker, stage.matcher, sequence.app, stage.images, stage.blobs)
    player = Player(
        run=run,
        plan=stage.plan,
        driver=phone.driver,
        eyes=eyes,
        witness=Witness(eyes, stage.matcher, stage.registry, stage.blobs),
        registry=stage.registry,
        journal=stage.journal,
        clock=stage.clock,
        retries=stage.retries,
        turns=stage.turns,
    )
    error = await player.play(stage.from_step, began, ended)
    await stage.journal.end_run(run, Ending.COMPLETED if error is None else Ending.FAILED)
    return error
