"""Composes a play: phones of an adb server, the registry, the journal, the evidence; and writes the report."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import cv2

from drover import __version__
from drover.bootstrap.power import power_cycle
from drover.bootstrap.texts import text_source
from drover.bootstrap.values import GivenValues
from drover.devices.ports import DeviceSource
from drover.fleet.monitor import PhoneMonitor
from drover.fleet.phonebook import PhoneBook
from drover.fleet.taking import taken
from drover.kernel.clock import Clock, SystemClock
from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.kernel.ids import random_id
from drover.language.errors import LanguageError
from drover.language.parsing import parse_selector
from drover.language.selecting import rack_of, select
from drover.platform.blobs import FolderBlobs
from drover.platform.memory import return_large_blocks
from drover.platform.settings import Settings
from drover.screens.domain import Registry
from drover.screens.matching.matcher import Matcher
from drover.screens.ocr import RapidOcrReader
from drover.screens.report.page import write_report
from drover.screens.unknown.queue import UnknownQueue
from drover.sequences.helpers import Helper
from drover.sequences.journal import Journal
from drover.sequences.plan import Plan
from drover.sequences.player.events import Progress
from drover.sequences.player.frame_budget import FrameBudget
from drover.sequences.player.lifeline import MonitorPresence
from drover.sequences.player.rack import PlayPhone, Stage, play_on
from drover.sequences.player.retries import Retries
from drover.sequences.record import PhoneRecord, PlayRecord
from drover.sequences.report.page import render_report
from drover.sequences.resolving import TextSource, needed

IMAGE_THREADS = 2
ATTACHING = 4
"""So many times fewer phones are attached at once than may act: each then holds several frames."""


@dataclass(frozen=True, slots=True)
class PlayRequest:
    """What is to be played, on which of a source's phones, and where its report goes."""

    plan: Plan
    registry: Registry
    selector: str
    from_step: int | None
    report: Path
    names: Mapping[str, str]
    """What a person calls a phone, by serial, in their order; a phone that is not here goes by its serial."""
    resume: bool = False
    """Whether each phone goes on where its last play of the sequence stopped."""
    helpers: Mapping[str, Helper] = field(default_factory=dict[str, Helper])
    """The functions that the sequence may call."""
    seed: int = 0
    """What texts draw by, with each phone's name: the same seed gives the same texts."""
    values: GivenValues | None = None
    """Values for the variables of texts."""

    @property
    def steps(self) -> int:
        """How many steps each phone has before it."""
        return len(self.plan.steps) - (self.from_step or 1) + 1


class NoPhones(DroverError):
    """The adb server sees no phone at all."""

    kind = Kind.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("no phone is attached", hint="connect one; `adb devices` must list it as `device`")


async def play(request: PlayRequest, source: DeviceSource, settings: Settings, progress: Progress) -> PlayRecord:
    """Play on the selected phones, and return the record.

    They have a history and belong to this play alone, and what they show and nobody knows is queued.
    Raises PlayCutOff where the last play was cut off and the request does not say how to go on.
    """
    _check_step(request)
    check_report(request.report)
    chosen = await _phones(request, source)
    return_large_blocks()
    cv2.setNumThreads(1)  # one picture is small; more threads only fight with the other phones'
    clock = SystemClock()
    started_at, began_s = clock.now(), clock.monotonic()
    async with AsyncExitStack() as stack:
        journal = await stack.enter_async_context(Journal(settings.data_dir / "journal.sqlite", clock))
        book = await stack.enter_async_context(PhoneBook(settings.data_dir, clock))
        monitor = PhoneMonitor(source, clock, ledger=book, power=power_cycle(settings))
        await stack.enter_async_context(monitor.running())
        monitor.see(await source.sightings())
        texts = await stack.enter_async_context(
            text_source(request.values, settings, clock, seed=request.seed, needed=needed(request.plan))
        )
        images = stack.enter_context(ThreadPoolExecutor(IMAGE_THREADS, thread_name_prefix="images"))
        stage = _stage(
            request,
            settings,
            clock,
            journal=journal,
            images=images,
            presence=MonitorPresence(monitor),
            unknowns=UnknownQueue(settings.unknown_folder),
            texts=texts,
        )
        work = f"playing “{request.plan.sequence.name}”"
        phones = [PlayPhone(name, source.driver(serial), taken(serial, work, monitor, book)) for name, serial in chosen]
        records = await play_on(phones, stage, progress)
    return record_of(request, started_at, clock.monotonic() - began_s, records)


def record_of(request: PlayRequest, started_at: datetime, wall_s: float, phones: tuple[PhoneRecord, ...]) -> PlayRecord:
    """Return the record of a play of the request, from those of its phones."""
    sequence = request.plan.sequence
    return PlayRecord(
        sequence=sequence.name,
        description=sequence.description,
        app=sequence.app,
        file=request.plan.file,
        parameters=request.plan.parameters,
        started_at=started_at,
        wall_s=wall_s,
        phones=phones,
        drover_version=__version__,
    )


def _stage(
    request: PlayRequest,
    settings: Settings,
    clock: Clock,
    *,
    journal: Journal,
    images: Executor,
    presence: MonitorPresence,
    unknowns: UnknownQueue,
    texts: TextSource,
) -> Stage:
    reader = RapidOcrReader()  # one model for all that is read
    return Stage(
        plan=request.plan,
        registry=request.registry,
        matcher=Matcher(request.registry, reader),
        text_reader=reader,
        journal=journal,
        blobs=_blobs(settings),
        images=images,
        clock=clock,
        new_id=random_id,
        retries=_retries(settings),
        presence=presence,
        turns=asyncio.Semaphore(settings.acting),
        frames=FrameBudget(settings.acting),
        attaching=asyncio.Semaphore(-(-settings.acting // ATTACHING)),
        from_step=request.from_step,
        resume=request.resume,
        helpers=request.helpers,
        unknowns=unknowns,
        texts=texts,
    )


def save_report(record: PlayRecord, request: PlayRequest, settings: Settings) -> None:
    """Write the play's report to the place that was asked for. Raises ReportNotWritten."""
    write_report(request.report, render_report(record, request.registry, _blobs(settings)))


def _retries(settings: Settings) -> Retries:
    return Retries(
        tries=settings.task_retries,
        pause_s=settings.task_retry_pause_s,
        connection_tries=settings.connection_retries,
        connection_pause_s=settings.connection_retry_pause_s,
        away_s=settings.away_s,
    )


def _blobs(settings: Settings) -> FolderBlobs:
    return FolderBlobs(settings.data_dir / "blobs")


def _check_step(request: PlayRequest) -> None:
    steps = len(request.plan.steps)
    if request.from_step is not None and request.resume:
        raise InvalidInput("--resume and --from-step exclude each other", hint="leave one of them out")
    if request.from_step is not None and not 1 <= request.from_step <= steps:
        message = f"--from-step {request.from_step}: the sequence has {steps} steps"
        raise InvalidInput(message, hint=f"give 1 to {steps}")


def check_report(path: Path) -> None:
    """Refuse, before anything is played, a place that no file can be written to."""
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if path.is_dir():
        reason = "is a folder"
    elif not folder.is_dir():
        reason = f"{folder} is not a folder"
    elif not os.access(folder, os.W_OK | os.X_OK):
        reason = f"the folder {folder} is not writable"
    else:
        return
    raise InvalidInput(f"--report {path}: {reason}", hint="choose another place for the report")


async def _phones(request: PlayRequest, source: DeviceSource) -> Sequence[tuple[str, str]]:
    """Return name and serial of each phone selected, also of those that are offline: they fail by themselves."""
    try:
        selector = parse_selector(request.selector)
        serials = [sighting.serial for sighting in await source.sightings()]
        if not serials:
            raise NoPhones
        by_name = {request.names.get(serial, serial): serial for serial in [*request.names, *serials]}
        chosen = select(selector, rack_of(by_name)).chosen
    except LanguageError as error:
        raise InvalidInput(f"--phones {request.selector}: {error.message}", hint=error.hint) from error
    return [(name, by_name[name]) for name in chosen]
