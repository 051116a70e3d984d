"""How one phone is captured, touched and typed on while it is attached: the ways to do it, measured and chosen."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from drover.devices.errors import DeviceError, PhoneOffline
from drover.devices.geometry import Size
from drover.drivers.adb import dumpsys
from drover.drivers.adb.capture_ways import RawScreencap, U2Screenshot, ZippedScreencap
from drover.drivers.adb.choosing import Choice, Measured, Stopwatch, faster
from drover.drivers.adb.deadlines import Deadlines
from drover.drivers.adb.input_ways import ShellInput, U2Input
from drover.drivers.adb.jar import Jar
from drover.drivers.adb.line import PhoneLine
from drover.drivers.adb.u2 import U2Service
from drover.drivers.adb.ways import CaptureWay, InputWay, WayClosed, Ways
from drover.drivers.adb.writing import Writer
from drover.kernel.clock import Clock

MEASURED_FOR_S: Final = 1800.0
"""So long what was measured of a phone is believed, from one attaching to the next."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WayOptions:
    """Which ways there may be besides the baseline. `jar` brings uiautomator2's; without `measured`, there are none."""

    jar: Jar | None = None
    measured: bool = False


BASELINE_ONLY: Final = WayOptions()


@dataclass
class Remembered:
    """What was measured of phones, by hardware serial, and when: shared by the drivers of one source."""

    choices: dict[str, tuple[Choice, float]] = field(default_factory=dict[str, tuple[Choice, float]])

    def recall(self, hardware_serial: str, now: float) -> Choice | None:
        """Return what was chosen for a phone not too long ago."""
        choice, measured_at = self.choices.get(hardware_serial, (None, 0.0))
        return choice if choice is not None and now - measured_at <= MEASURED_FOR_S else None


class PhoneWays:
    """The ways to one phone. Before `open`, and after `close`, they are the baselines."""

    def __init__(
        self,
        line: PhoneLine,
        clock: Clock,
        deadlines: Deadlines,
        *,
        natural: Callable[[], Size],
        images: Executor | None,
        options: WayOptions,
        remembered: Remembered,
    ) -> None:
        self._line = line
        self._clock = clock
        self._deadlines = deadlines
        self._natural = natural
        self._images = images
        self._options = options
        self._remembered = remembered
        self._choice: Choice | None = None
        self._raw = RawScreencap(line, natural)
        self._shell_input = ShellInput(line)
        self.captures: Ways[CaptureWay] = Ways(line.serial, self._raw)
        self.inputs: Ways[InputWay] = Ways(line.serial, self._shell_input)
        self.writer = Writer(line, self._shell_input, clock, deadlines)
        self.service: U2Service | None = None

    @property
    def choice(self) -> Choice:
        """The ways in use now, and what was measured of them when the phone attached."""
        measured = self._choice or Choice("", "", (), ())
        return replace(measured, capture=self.captures.first.name, input=self.inputs.first.name)

    async def open(self, hardware_serial: str) -> None:
        """Start what has to run on the phone, and choose. A phone that only knows the baseline is no failure.

        Raises PhoneOffline where it goes away meanwhile.
        """
        await self.close()
        if not self._options.measured:
            return
        try:
            note = await self._start_service()
            await self._choose(hardware_serial, note)
        except PhoneOffline:
            await self.close()
            raise
        except DeviceError as error:
            _log.info("no faster way was measured", phone=self._line.serial, reason=error.message)

    async def close(self) -> None:
        """End what runs on the phone for Drover, and go back to the baselines. Never raises."""
        self.captures.prefer(())
        self.inputs.prefer(())
        self._choice = None
        self.writer.service = None
        service, self.service = self.service, None
        if service is not None:
            await service.stop()

    async def _start_service(self) -> str:
        """Start uiautomator2's service where its jar is here; return why it does not run."""
        if self._options.jar is None:
            return "the package uiautomator2 is not installed"
        service = U2Service(self._line, self._options.jar, self._clock, self._deadlines)
        try:
            await service.start()
        except WayClosed as closed:
            return str(closed)
        except BaseException:
            await service.stop()
            raise
        self.service = self.writer.service = service
        return ""

    async def _choose(self, hardware_serial: str, note: str) -> None:
        captures, inputs, zipped = self._candidates()
        choice = self._remembered.recall(hardware_serial, self._clock.monotonic())
        if choice is None:
            stopwatch = Stopwatch(self._clock, self._deadlines.capture_s)
            choice = Choice(
                "",
                "",
                await stopwatch.captures(self._raw, captures, zipped),
                await self._measured_inputs(stopwatch, inputs),
            )
            if self.service is not None:
                self._remembered.choices[hardware_serial] = choice, self._clock.monotonic()
            else:
                missing = Measured(U2Screenshot.name, None, note)
                choice = replace(choice, captures=(*choice.captures, missing), inputs=(*choice.inputs, missing))
        self._choice = choice
        self.captures.prefer(faster([*captures, *zipped], choice.captures))
        self.inputs.prefer(faster(inputs, choice.inputs))

    def _candidates(self) -> tuple[list[CaptureWay], list[InputWay], list[CaptureWay]]:
        zipped: list[CaptureWay] = [ZippedScreencap(self._line, self._natural, self._images)]
        if self.service is None:
            return [], [], zipped
        shot = U2Screenshot(self._line, self.service, self._natural, self._images)
        return [shot], [U2Input(self.service)], zipped

    async def _measured_inputs(self, stopwatch: Stopwatch, others: list[InputWay]) -> tuple[Measured, ...]:
        """Measure by the key that wakes a phone, which only does nothing to one that is awake."""
        power = await self._line.text("dumpsys power", "attach", self._deadlines.state_s)
        try:
            awake = dumpsys.screen_on(power)
        except dumpsys.NotUnderstood:
            awake = False
        if others and awake:
            return await stopwatch.inputs(self._shell_input, others)
        return (Measured(self._shell_input.name, None, "not measured: the screen is off" if others else ""),)
