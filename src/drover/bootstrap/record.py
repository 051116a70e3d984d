"""Composes a recording: one phone of an adb server, the registry, the recorder; and writes what it made."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import structlog

from drover.devices.geometry import Size
from drover.devices.ports import DeviceSource, Driver, Key
from drover.fleet.broker import FrameBroker
from drover.fleet.phonebook import PhoneBook
from drover.kernel.clock import Clock, SystemClock
from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.platform.documents import Fault
from drover.platform.settings import Settings
from drover.screens.domain import Registry
from drover.screens.identify import read_frame
from drover.screens.matching.matcher import Matcher
from drover.screens.unknown.domain import Sighting
from drover.screens.unknown.queue import UnknownQueue
from drover.sequences import domain
from drover.sequences.files import read_sequence
from drover.sequences.lint import lint
from drover.sequences.recorder.composer import Recorded
from drover.sequences.recorder.inputs import Given
from drover.sequences.recorder.keeping import UNKNOWN, keep_steps, keep_unknown
from drover.sequences.recorder.recorder import Happening, Recorder, Seen, Tell, home_package
from drover.sequences.recorder.sequencing import Title, sequence_of
from drover.sequences.writing import SequenceInTheWay, save_sequence, written

IMAGE_THREADS: Final = 2
_log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class RecordRequest:
    """What is to be recorded, and where it goes. `app` empty: the steps tell it; `afresh`: the app is ended first."""

    phone: str
    out: Path
    registry: Registry
    given: Given
    name: str
    app: str = ""
    afresh: bool = False
    until_idle_s: float | None = None
    force: bool = False

    @property
    def frames(self) -> Path:
        """The folder of the steps' frames and times."""
        return self.out.with_suffix(".recording")

    @property
    def unknown(self) -> Path:
        """The folder of the screens that are not known."""
        return self.out.parent / UNKNOWN


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """What came of a recording.

    `faults` is what has to be mended before it can be played, `unknown` the pictures of screens that are not known,
    `unused` the inputs that no typed text was, `failure` what ended it, None where the person did.
    """

    sequence: domain.Sequence
    faults: tuple[Fault, ...]
    unknown: Sequence[Path]
    unused: tuple[str, ...]
    failure: DroverError | None


class NoSuchPhone(DroverError):
    """The adb server does not see that phone."""

    kind = Kind.NOT_FOUND

    def __init__(self, phone: str, known: Sequence[str]) -> None:
        super().__init__(
            f"phone {phone} is not attached", hint=f"attached are: {', '.join(known)}" if known else "none is attached"
        )


def check(request: RecordRequest) -> None:
    """Refuse, before a phone is touched, what cannot be written or named. Raises InvalidInput, SequenceInTheWay."""
    if request.out.exists() and not request.force:
        raise SequenceInTheWay(request.out)
    if request.app and request.app not in request.registry.apps:
        known = ", ".join(sorted(request.registry.apps))
        raise InvalidInput(f"--app {request.app}: is not in the registry", hint=f"it has: {known}")
    if request.afresh and not request.app:
        raise InvalidInput("--afresh: which app is to be ended is not said", hint="add --app")


async def record(request: RecordRequest, source: DeviceSource, settings: Settings, tell: Tell) -> RecordOutcome:
    """Record until the task is cancelled or the request's end has come, and write the file.

    A phone that goes away ends the recording too: what was recorded until then is written. Raises NothingRecorded.
    """
    check(request)
    serials = [sighting.serial for sighting in await source.sightings()]
    if request.phone not in serials:
        raise NoSuchPhone(request.phone, serials)
    cv2.setNumThreads(1)  # one picture is small
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        book = await stack.enter_async_context(PhoneBook(settings.data_dir, clock))
        await stack.enter_async_context(book.occupied(request.phone, f"recording {request.out.name}"))
        images = stack.enter_context(ThreadPoolExecutor(IMAGE_THREADS, thread_name_prefix="images"))
        driver = source.driver(request.phone)
        await driver.attach()
        stack.push_async_callback(driver.detach)
        listener = _FirstSight(tell)
        recorder = Recorder(
            driver=driver,
            broker=FrameBroker(driver, clock),
            registry=request.registry,
            matcher=Matcher(request.registry),
            images=images,
            clock=clock,
            given=request.given,
            tell=listener.tell,
            home=await home_package(driver),
        )
        await _begin(request, driver)
        failure = await _until_ended(recorder, request.until_idle_s)
        outcome = _write(request, recorder, driver.info.model, listener.key, failure)
        _queue(outcome.unknown, request, settings, clock)
        return outcome


class _FirstSight:
    """Passes on what happens, and keeps which screen was seen first."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._seen = False
        self.key: str | None = None

    def tell(self, happening: Happening) -> None:
        """Take what happens."""
        if isinstance(happening, Seen) and not self._seen:
            self._seen, self.key = True, happening.sight.key
        self._tell(happening)


async def _begin(request: RecordRequest, driver: Driver) -> None:
    if request.afresh:
        await driver.stop_app(request.registry.apps[request.app].package)
        await driver.press(Key.HOME)


async def _until_ended(recorder: Recorder, until_idle_s: float | None) -> DroverError | None:
    """Record; return what ended it, None where the person did, be it by Ctrl-C."""
    failure: DroverError | None = None
    try:
        await recorder.run(until_idle_s=until_idle_s)
    except DroverError as error:
        failure = error
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
    await recorder.finish(look=failure is None)
    return failure


def _queue(unknown: Sequence[Path], request: RecordRequest, settings: Settings, clock: Clock) -> None:
    """Queue the screens that are not known. That they cannot be is told: they are beside the sequence all the same."""
    queue, app, why = UnknownQueue(settings.unknown_folder), request.app or None, f"recorded for {request.out.name}"
    try:
        for picture in unknown:
            queue.add(read_frame(picture), Sighting(request.phone, clock.now(), app, why=why))
    except DroverError as error:
        _log.warning("unknown screens not queued", phone=request.phone, error=error.message)


def _write(
    request: RecordRequest, recorder: Recorder, model: str, first: str | None, failure: DroverError | None
) -> RecordOutcome:
    composer = recorder.composer
    steps: Sequence[Recorded] = composer.certain
    reference = composer.reference
    if failure is not None and (not steps or reference is None):
        raise failure
    size = reference or Size(1080, 2400)
    described = f"Recorded on a {model} of {size.width} x {size.height} pixels."
    title = Title(request.name, described, request.app, first if request.afresh else None)
    sequence = sequence_of(steps, composer.inputs.params, size, request.registry, title)
    save_sequence(request.out, sequence, force=request.force)
    keep_steps(request.frames, steps)
    unknown = keep_unknown(request.unknown, steps)
    readable = read_sequence(written(sequence, request.out.parent), str(request.out))
    return RecordOutcome(sequence, lint(readable, request.registry), unknown, composer.inputs.unused, failure)
