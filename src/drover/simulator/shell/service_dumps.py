"""`dumpsys`: the lines that tools read, of the services that they ask."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from drover.simulator.phone import SimulatedPhone
from drover.simulator.shell.apps import short
from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed, printed

_BATTERY_PERCENT: Final = 87
_BATTERY_TENTHS_C: Final = 285


def _window(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    look = phone.handset.look
    package, activity = phone.handset.front(phone.clock.monotonic())
    size = f"{look.width}x{look.height}"
    return [
        "WINDOW MANAGER POLICY STATE (dumpsys window policy)",
        f"    mAwake={_truth(phone.awake)}",
        "    mIsShowing=false",
        "    mShowingLockscreen=false mShowingDream=false mDreamingLockscreen=false",
        "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)",
        "  Display: mDisplayId=0",
        f"    init={size} {phone.density}dpi cur={size} app={size}",
        "    mDisplayRotation=ROTATION_0 mCurrentRotation=ROTATION_0 mRotation=0",
        "  isKeyguardShowing=false",
        f"  mCurrentFocus=Window{{5d1a0f3 u0 {package}/{activity}}}",
        f"  mFocusedApp=ActivityRecord{{8c2b7e1 u0 {short(f'{package}/{activity}')} t12}}",
    ]


def _power(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    wakefulness, state = ("Awake", "ON") if phone.awake else ("Asleep", "OFF")
    return [
        "POWER MANAGER (dumpsys power)",
        "",
        "Power Manager State:",
        f"  mWakefulness={wakefulness}",
        "  mIsPowered=true",
        "  mPlugType=2",
        f"  mBatteryLevel={_BATTERY_PERCENT}",
        f"Display Power: state={state}",
    ]


def _battery(_phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    return [
        "Current Battery Service state:",
        "  AC powered: false",
        "  USB powered: true",
        "  Wireless powered: false",
        "  status: 2",
        "  health: 2",
        "  present: true",
        f"  level: {_BATTERY_PERCENT}",
        "  scale: 100",
        "  voltage: 4180",
        f"  temperature: {_BATTERY_TENTHS_C}",
        "  technology: Li-ion",
    ]


def _display(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    look = phone.handset.look
    rect = f"Rect(0, 0 - {look.width}, {look.height})"
    viewport = (
        "type=INTERNAL, valid=true, isActive=true, displayId=0, uniqueId='local:0', physicalPort=0, orientation=0, "
        f"logicalFrame={rect}, physicalFrame={rect}, deviceWidth={look.width}, deviceHeight={look.height}"
    )
    return [
        "DISPLAY MANAGER (dumpsys display)",
        f"  mViewports=[DisplayViewport{{{viewport}}}]",
        "  mCurrentOrientation=0",
        f"  mScreenState={'ON' if phone.awake else 'OFF'}",
    ]


def _input(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    look = phone.handset.look
    frame = f"[0, 0, {look.width}, {look.height}]"
    viewport = f"displayId=0, uniqueId=local:0, port=0, orientation=0, logicalFrame={frame}, physicalFrame={frame}"
    return [
        "INPUT MANAGER (dumpsys input)",
        f"    Viewport INTERNAL: {viewport}, deviceSize=[{look.width}, {look.height}]",
        "      SurfaceOrientation: 0",
    ]


def _activity(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    component = short("/".join(phone.handset.front(phone.clock.monotonic())))
    return [
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)",
        f"  topResumedActivity=ActivityRecord{{8c2b7e1 u0 {component} t12}}",
        f"  mResumedActivity: ActivityRecord{{8c2b7e1 u0 {component} t12}}",
    ]


def _package(phone: SimulatedPhone, words: Sequence[str]) -> list[str]:
    wanted = words[0] if words else ""
    if wanted not in phone.handset.packages():
        return [f"Unable to find package: {wanted}"]
    return [
        "Packages:",
        f"  Package [{wanted}] (1f2e3d):",
        "    versionCode=1 minSdk=24 targetSdk=33",
        "    versionName=1.0",
    ]


def _truth(value: bool) -> str:  # noqa: FBT001  the value itself is what is written
    return "true" if value else "false"


_SERVICES: Final[Mapping[str, Callable[[SimulatedPhone, Sequence[str]], list[str]]]] = {
    "activity": _activity,
    "battery": _battery,
    "display": _display,
    "input": _input,
    "package": _package,
    "power": _power,
    "window": _window,
}


async def _dumpsys(session: Session, words: Sequence[str]) -> Outcome:
    await session.phone.wait_until_reached()
    if list(words) == ["-l"]:
        return printed("Currently running services:", *(f"  {name}" for name in _SERVICES))
    if not words:
        return failed("dumpsys: name a service; `dumpsys -l` lists them")
    service = _SERVICES.get(words[0])
    if service is None:
        return failed(f"Can't find service: {words[0]}")
    return printed(*service(session.phone, words[1:]))


PROGRAMS: Final[Programs] = {"dumpsys": Program(_dumpsys)}
