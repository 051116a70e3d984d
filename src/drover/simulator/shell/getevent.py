"""`getevent`: what the input devices are and tell, in the formats of Android's toolbox."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drover.simulator import input_devices as kernel
from drover.simulator.input_devices import InputDevice, InputEvent
from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed, printed

_LABELS: Final[Mapping[int, Mapping[int, str]]] = {
    kernel.EV_SYN: {kernel.SYN_REPORT: "SYN_REPORT", kernel.SYN_DROPPED: "SYN_DROPPED"},
    kernel.EV_KEY: {
        kernel.KEY_VOLUMEDOWN: "KEY_VOLUMEDOWN",
        kernel.KEY_VOLUMEUP: "KEY_VOLUMEUP",
        kernel.KEY_POWER: "KEY_POWER",
        kernel.KEY_BACK: "KEY_BACK",
        kernel.KEY_HOMEPAGE: "KEY_HOMEPAGE",
        kernel.KEY_APPSELECT: "KEY_APPSELECT",
        kernel.BTN_TOUCH: "BTN_TOUCH",
    },
    kernel.EV_ABS: {
        kernel.SLOT: "ABS_MT_SLOT",
        kernel.TOUCH_MAJOR: "ABS_MT_TOUCH_MAJOR",
        kernel.POSITION_X: "ABS_MT_POSITION_X",
        kernel.POSITION_Y: "ABS_MT_POSITION_Y",
        kernel.TRACKING_ID: "ABS_MT_TRACKING_ID",
    },
}
_KINDS: Final = {kernel.EV_SYN: "EV_SYN", kernel.EV_KEY: "EV_KEY", kernel.EV_ABS: "EV_ABS"}
_PRESSES: Final = {press.value: press.name for press in kernel.Press}
_KEYS_A_ROW: Final = 4
_CODES_A_ROW: Final = 8
_ROW: Final = "\n" + 15 * " "
_USAGE: Final = (
    "Usage: getevent [-t] [-n] [-s switchmask] [-S] [-v [mask]] [-d] [-p] [-i] [-l] [-q] [-c count] [-r] [device]"
)


class _NotUnderstood(Exception):
    """The words are none that getevent takes."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for."""

    labels: bool = False
    times: bool = False
    describe: bool = False
    quiet: bool = False
    count: int = 0
    device: str = ""

    @property
    def devices(self) -> Sequence[InputDevice]:
        return [device for device in kernel.DEVICES if self.device in ("", device.path)]


def _wish(words: Sequence[str]) -> _Wish:
    flags: set[str] = set()
    count, device, rest = 0, "", list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            device = word
        elif word.endswith("c"):
            flags.update(word[1:-1])
            count = _number(rest.pop(0) if rest else "")
        else:
            flags.update(word[1:])
    if flags - set("ltpqi"):
        raise _NotUnderstood
    return _Wish("l" in flags, "t" in flags, bool(flags & set("pi")), "q" in flags, count, device)


def _number(word: str) -> int:
    if not (word.isascii() and word.isdecimal()):
        raise _NotUnderstood
    return int(word)


async def _getevent(session: Session, words: Sequence[str]) -> Outcome:
    try:
        wish = _wish(words)
    except _NotUnderstood:
        return failed(_USAGE)
    if not wish.devices:
        return failed(f"could not open {wish.device}, No such file or directory")
    if wish.describe:
        return printed(*(line for each in enumerate(wish.devices, 1) for line in _described(*each, wish)))
    await _stream(session, wish)
    return Outcome()


async def _stream(session: Session, wish: _Wish) -> None:
    """Print events until the peer leaves, or `count` of them were printed."""
    with session.phone.inputs.reading() as reader, session.phone.processes.running("getevent") as process:
        if not wish.device and not wish.quiet:
            heads = (line for each in enumerate(wish.devices, 1) for line in _head(*each))
            await session.say(printed(*heads).stdout)
        ends = (asyncio.ensure_future(session.gone()), asyncio.ensure_future(process.killed.wait()))
        printing = asyncio.ensure_future(_print(session, wish, reader))
        try:
            await asyncio.wait((*ends, printing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*ends, printing):
                task.cancel()
            results = await asyncio.gather(*ends, printing, return_exceptions=True)
    problem = results[-1]
    if isinstance(problem, Exception):
        raise problem


async def _print(session: Session, wish: _Wish, reader: kernel.EventReader) -> None:
    paths = {device.path for device in wish.devices}
    printed_so_far = 0
    while not wish.count or printed_so_far < wish.count:
        events = [event for event in await reader.read() if event.device in paths]
        if wish.count:
            events = events[: wish.count - printed_so_far]
        printed_so_far += len(events)
        if events:
            await session.say(printed(*(_line(event, wish) for event in events)).stdout)


def _line(event: InputEvent, wish: _Wish) -> str:
    seconds, microseconds = divmod(round(event.at_s * 1_000_000), 1_000_000)
    time = f"[{seconds:8d}.{microseconds:06d}] " if wish.times else ""
    where = "" if wish.device else f"{event.device}: "
    if not wish.labels:
        return f"{time}{where}{event.kind:04x} {event.code:04x} {event.value:08x}"
    pressed = event.kind == kernel.EV_KEY and event.value in _PRESSES
    value = f"{_PRESSES[event.value]:<20}" if pressed else f"{event.value:08x}            "
    return f"{time}{where}{_KINDS[event.kind]:<12} {_LABELS[event.kind][event.code]:<20} {value}"


def _head(number: int, device: InputDevice) -> Iterator[str]:
    yield f"add device {number}: {device.path}"
    yield f'  name:     "{device.name}"'


def _described(number: int, device: InputDevice, wish: _Wish) -> Iterator[str]:
    yield from _head(number, device)
    yield "  events:"
    row = _KEYS_A_ROW if wish.labels else _CODES_A_ROW
    words = [_possible(kernel.EV_KEY, code, wish) for code in sorted(device.keys)]
    rows = ["".join(words[start : start + row]) for start in range(0, len(words), row)]
    yield f"    KEY (0001):{_ROW.join(rows)}"
    axes = [
        f"{_possible(kernel.EV_ABS, code, wish)} : value 0, min {axis.minimum}, max {axis.maximum}, "
        "fuzz 0, flat 0, resolution 0"
        for code, axis in sorted(device.axes.items())
    ]
    if axes:
        yield f"    ABS (0003):{_ROW.join(axes)}"
    yield "  input props:"
    yield "    INPUT_PROP_DIRECT" if device.direct and wish.labels else "    0001" if device.direct else "    <none>"


def _possible(kind: int, code: int, wish: _Wish) -> str:
    return f" {_LABELS[kind][code]:<21}" if wish.labels else f" {code:04x} "


PROGRAMS: Final[Programs] = {"getevent": Program(_getevent)}
