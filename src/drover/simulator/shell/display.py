"""Commands on the display: screencap, input, wm, uiautomator."""

import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from drover.simulator.handset import Gesture
from drover.simulator.keycodes import keycode
from drover.simulator.processes import AutomationTaken
from drover.simulator.shell.session import USAGE_CODE, Outcome, Program, Programs, Session, failed, printed
from drover.simulator.storage import StorageError

_RAW_HEADER = struct.Struct("<4I")
"""Width, height, pixel format, colour space: Android 9 and later."""
_RGBA_8888, _SRGB = 1, 1
_SOURCES: Final = frozenset({"touchscreen", "touchpad", "mouse", "keyboard", "dpad", "stylus", "trackball"})
_SWIPE_S: Final = 0.3
_FILE_MODE: Final = 0o660
_INJECTION_REFUSED: Final = (
    "java.lang.SecurityException: Injecting input events requires the caller (or the source of the instrumentation, "
    "if any) to have the INJECT_EVENTS permission.\n"
    "\tat com.android.server.input.InputManagerService.injectInputEventToTarget(InputManagerService.java:866)"
)
"""What phones answer whose maker put "USB debugging (Security settings)" before it, while that is off."""
_DUMP_PATH: Final = "/sdcard/window_dump.xml"
_INPUT_USAGE: Final = """\
Usage: input [<source>] <command> [<arg>...]

The commands and default sources are:
      text <string> (Default: touchscreen)
      keyevent [--longpress|--doubletap] <key code number or name> ... (Default: keyboard)
      tap <x> <y> (Default: touchscreen)
      swipe <x1> <y1> <x2> <y2> [duration(ms)] (Default: touchscreen)"""


class _BadArguments(Exception):
    """The words are not what the command takes."""


async def _screencap(session: Session, words: Sequence[str]) -> Outcome:
    paths = [word for word in words if not word.startswith("-")]
    path = paths[0] if paths else ""
    png = "-p" in words or path.endswith(".png")
    picture = await session.phone.capture(png=png)
    size = session.phone.frame_size
    head = b"" if png or session.phone.condition.garbage else _RAW_HEADER.pack(*size, _RGBA_8888, _SRGB)
    if not path:
        return Outcome(picture, head=head)
    try:
        session.phone.storage.write(path, head + picture, mode=_FILE_MODE, now_s=session.now_s())
    except StorageError as error:
        return failed(f"Error opening file: {path} ({error.message})")
    return Outcome()


async def _input(session: Session, words: Sequence[str]) -> Outcome:
    rest = list(words[1:]) if words and words[0] in _SOURCES else list(words)
    if rest[:1] == ["-d"]:
        rest = rest[2:]
    verb = _INPUT_VERBS.get(rest[0]) if rest else None
    if verb is None:
        complaint = f"Error: Unknown command: {rest[0]}" if rest else "Error: No command"
        return failed(complaint, _INPUT_USAGE, code=USAGE_CODE)
    if session.phone.condition.injection_refused:
        return failed(f"Exception occurred while executing '{rest[0]}':", _INJECTION_REFUSED, code=USAGE_CODE)
    try:
        return await verb(session, rest[1:])
    except _BadArguments:
        return failed(f"Error: Invalid arguments for command: {rest[0]}", _INPUT_USAGE, code=USAGE_CODE)


async def _tap(session: Session, words: Sequence[str]) -> Outcome:
    x, y = _pixels(words, (2,))
    await session.phone.touch(Gesture(x, y, x, y, 0.0))
    return Outcome()


async def _swipe(session: Session, words: Sequence[str]) -> Outcome:
    x1, y1, x2, y2, *milliseconds = _pixels(words, (4, 5))
    seconds = milliseconds[0] / 1000 if milliseconds and milliseconds[0] >= 0 else _SWIPE_S
    await session.phone.touch(Gesture(x1, y1, x2, y2, seconds))
    return Outcome()


async def _text(session: Session, words: Sequence[str]) -> Outcome:
    """Type the first word; as on a phone, `%s` is a space and what no key of a keyboard writes is refused."""
    if not words:
        raise _BadArguments
    text = words[0].replace("%s", " ")
    if not (text.isascii() and text.isprintable()):
        return failed(
            "Exception occurred while executing 'text':",
            "java.lang.NullPointerException: Attempt to get length of null array",
            "\tat com.android.server.input.InputShellCommand.sendText(InputShellCommand.java:266)",
            code=USAGE_CODE,
        )
    await session.phone.type_text(text)
    return Outcome()


async def _keyevent(session: Session, words: Sequence[str]) -> Outcome:
    names = [word for word in words if not word.startswith("--")]
    codes = [keycode(name) for name in names]
    known = tuple(code for code in codes if code is not None)
    if not known or len(known) != len(names):
        raise _BadArguments
    await session.phone.press(known)
    return Outcome()


def _pixels(words: Sequence[str], counts: tuple[int, ...]) -> list[int]:
    """Return the words as whole pixels; Android takes fractions too."""
    if len(words) not in counts:
        raise _BadArguments
    try:
        return [int(float(word)) for word in words]
    except (ValueError, OverflowError) as error:
        raise _BadArguments from error


async def _wm(session: Session, words: Sequence[str]) -> Outcome:
    look = session.phone.handset.look
    match list(words):
        case ["size"]:
            return printed(f"Physical size: {look.width}x{look.height}")
        case ["density"]:
            return printed(f"Physical density: {session.phone.density}")
        case ["size" | "density", "reset"]:
            return Outcome()
        case _:
            return failed("wm: a simulated phone knows `wm size` and `wm density`", code=USAGE_CODE)


async def _uiautomator(session: Session, words: Sequence[str]) -> Outcome:
    if not words or words[0] != "dump":
        return failed("Usage: uiautomator dump [--verbose][file]")
    paths = [word for word in words[1:] if not word.startswith("--")]
    path = paths[0] if paths else _DUMP_PATH
    try:
        with session.phone.processes.automating():
            tree = (await session.phone.ui_xml()).encode()
    except AutomationTaken as taken:
        return failed(taken.message)
    message = f"UI hierchary dumped to: {path}\n".encode()  # the letters are Android's
    if path == "/dev/tty":
        return Outcome(message, head=tree)
    try:
        session.phone.storage.write(path, tree, mode=_FILE_MODE, now_s=session.now_s())
    except StorageError as error:
        return failed(f"ERROR: could not write {path}: {error.message}")
    return Outcome(message)


_INPUT_VERBS: Final[Mapping[str, Callable[[Session, Sequence[str]], Awaitable[Outcome]]]] = {
    "tap": _tap,
    "swipe": _swipe,
    "text": _text,
    "keyevent": _keyevent,
}

PROGRAMS: Final[Programs] = {
    "screencap": Program(_screencap, None),
    "input": Program(_input, None),
    "uiautomator": Program(_uiautomator, None),
    "wm": Program(_wm),
}
