"""What Android's `dumpsys`, `wm`, `df` and `am` print, as values. Pure; the formats are of Android 7 to 15."""

import re

from drover.devices.frame import Rotation
from drover.devices.geometry import Rect, Size
from drover.devices.ports import AppInFront

_SIZE = re.compile(r"^(Override|Physical) size:\s*(\d{1,5})x(\d{1,5})\s*$", re.MULTILINE)
_FOCUS = tuple(re.compile(rf"\b{name}=[^\n]*?\bu\d+\s+([\w.]+)/([\w.$]+)") for name in ("mCurrentFocus", "mFocusedApp"))
_ROTATION = (
    re.compile(r"\bmCurrentRotation=(?:ROTATION_)?(\d+)"),
    re.compile(r"\bmRotation=(?:ROTATION_)?(\d+)"),
    re.compile(r"\borientation=(\d)\b"),
)
_WAKEFULNESS = re.compile(r"\bmWakefulness=(\w+)")
_DISPLAY_POWER = re.compile(r"Display Power: state=(\w+)")
_LOCKED = re.compile(
    r"\b(?:mShowingLockscreen|mDreamingLockscreen|isKeyguardShowing|mKeyguardShowing)=true\b"
    r"|KeyguardServiceDelegate\s+showing=true\b"
)
_INPUT_METHOD = re.compile(
    r"^\s*Window #\d+ Window\{\S+ u\d+ InputMethod\}:\n(?:(?!\s*Window #\d).*\n?)*", re.MULTILINE
)
_SHOWN = re.compile(r"\bisVisible=true\b|\bisReadyForDisplay\(\)=true\b")
_REGION = re.compile(r"touchable region=SkRegion\(((?:\([-\d,]*\))*)\)")
_BOX = re.compile(r"\((-?\d{1,5}),(-?\d{1,5}),(-?\d{1,5}),(-?\d{1,5})\)")
_COMPONENT = re.compile(r"^[\w.]+/[\w.$]+$")


class NotUnderstood(ValueError):
    """An output lacks what is looked for; the message says what."""


def display_size(output: str) -> Size:
    """Return the size that `wm size` prints; an override beats the panel's own. Raises NotUnderstood."""
    sizes = {kind: Size(int(width), int(height)) for kind, width, height in _SIZE.findall(output)}
    size = sizes.get("Override") or sizes.get("Physical")
    if size is None or size.width == 0 or size.height == 0:
        raise NotUnderstood(f"no display size in {output[:80]!r}")
    return size


def app_in_front(output: str) -> AppInFront:
    """Return the app that `dumpsys window` says has the focus. Raises NotUnderstood.

    The focused window comes first; where it is a popup or there is none for a moment, the focused app.
    """
    for pattern in _FOCUS:
        if found := pattern.search(output):
            package, activity = found.groups()
            return AppInFront(package, package + activity if activity.startswith(".") else activity)
    raise NotUnderstood("no focused app in the window list")


def rotation(output: str) -> Rotation:
    """Return the rotation in `dumpsys window`: quarter turns, or degrees on newer phones. Raises NotUnderstood."""
    for pattern in _ROTATION:
        if found := pattern.search(output):
            value = int(found.group(1))
            quarters = value // 90 if value >= 90 else value  # noqa: PLR2004  degrees of a quarter turn
            return Rotation(quarters % 4)
    raise NotUnderstood("no rotation in the window list")


def keyboard_area(output: str) -> Rect | None:
    """Return where `dumpsys window` says that the on-screen keyboard takes touches; None while it is away."""
    section = _INPUT_METHOD.search(output)
    if section is None or not _SHOWN.search(section.group()):
        return None
    corners = _REGION.search(section.group())
    boxes = [tuple(map(int, box)) for box in _BOX.findall(corners.group(1))] if corners is not None else []
    if not boxes:
        return None
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    try:
        return Rect(max(0, min(lefts)), max(0, min(tops)), max(rights), max(bottoms))
    except ValueError:  # an empty region
        return None


def locked(output: str) -> bool:
    """Whether `dumpsys window` shows the lock screen."""
    return _LOCKED.search(output) is not None


def screen_on(output: str) -> bool:
    """Whether `dumpsys power` says that the display is on. Raises NotUnderstood."""
    if found := _WAKEFULNESS.search(output):
        return found.group(1) in ("Awake", "Dreaming")
    if found := _DISPLAY_POWER.search(output):
        return found.group(1) == "ON"
    raise NotUnderstood("neither wakefulness nor display power in the power state")


def battery(output: str) -> tuple[int, float]:
    """Return percent and degrees Celsius of `dumpsys battery`. Raises NotUnderstood."""
    level, scale = _number(output, "level"), _number(output, "scale", default=100)
    return min(100, max(0, round(100 * level / (scale or 100)))), _number(output, "temperature") / 10


def _number(output: str, name: str, default: int | None = None) -> int:
    found = re.search(rf"^\s*{name}:\s*(-?\d{{1,9}})\s*$", output, re.MULTILINE)
    if found is not None:
        return int(found.group(1))
    if default is None:
        raise NotUnderstood(f"no {name} in the battery's state")
    return default


def free_bytes(output: str) -> int:
    """Return the free bytes that `df -k PATH` prints. Raises NotUnderstood.

    Toybox and busybox put the columns as Linux does; a long device name may push them onto a line of their own.
    """
    words = output.split()
    for index, word in enumerate(words):
        if word.endswith("%") and word[:-1].isdecimal() and index > 0 and words[index - 1].isdecimal():
            return int(words[index - 1]) * 1024
    raise NotUnderstood(f"no free space in {output[:80]!r}")


def packages(output: str) -> list[str]:
    """Return the names that `pm list packages` prints, sorted."""
    lines = (line.strip() for line in output.splitlines())
    return sorted({line.removeprefix("package:") for line in lines if line.startswith("package:")} - {""})


def launcher_component(output: str) -> str | None:
    """Return the package/activity that `cmd package resolve-activity --brief` ends with; None where it found none."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines and _COMPONENT.match(lines[-1]) else None
