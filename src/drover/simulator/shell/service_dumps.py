"""`dumpsys`: the lines that tools read, of the services that they ask."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from drover.simulator.phone import SimulatedPhone
from drover.simulator.shell.apps import short
from drover.simulator.shell.input_method import input_method_dump
from drover.simulator.shell.packages import package_dump
from drover.simulator.shell.session import Outcome, Program, Programs, Session, failed, printed

_BATTERY_TENTHS_C: Final = 285
_CHARGING, _DISCHARGING = 2, 3


def _window(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    look = phone.handset.look
    package, activity = phone.handset.front(phone.clock.monotonic())
    size = f"{look.width}x{look.height}"
    turned_size = "{}x{}".format(*phone.frame_size)
    turn, user = f"ROTATION_{90 * phone.condition.quarter_turns}", phone.users.current
    secure = " SECURE" if phone.condition.secure else ""
    return [
        "WINDOW MANAGER POLICY STATE (dumpsys window policy)",
        f"    mAwake={_truth(phone.awake)}",
        "    mIsShowing=false",
        "    mShowingLockscreen=false mShowingDream=false mDreamingLockscreen=false",
        "WINDOW MANAGER DISPLAY CONTENTS (dumpsys window displays)",
        "  Display: mDisplayId=0",
        f"    init={size} {phone.density}dpi cur={turned_size} app={turned_size}",
        f"    mDisplayRotation={turn} mCurrentRotation={turn} mRotation={phone.condition.quarter_turns}",
        "  isKeyguardShowing=false",
        f"  mCurrentFocus=Window{{5d1a0f3 u{user} {package}/{activity}}}",
        f"  mFocusedApp=ActivityRecord{{8c2b7e1 u{user} {short(f'{package}/{activity}')} t12}}",
        f"  Window #2 Window{{5d1a0f3 u{user} {package}/{activity}}}:",
        f"    mAttrs={{(0,0)(fillxfill) ty=BASE_APPLICATION fl=LAYOUT_IN_SCREEN{secure}}}",
        *_input_method(phone),
    ]


def _input_method(phone: SimulatedPhone) -> list[str]:
    area = phone.handset.keyboard(phone.clock.monotonic())
    region = "" if area is None else ",".join(map(str, area))
    shown = _truth(area is not None)
    return [
        "  Window #1 Window{2f9b04c u0 InputMethod}:",
        f"    touchable region=SkRegion(({region}))",
        f"    isOnScreen={shown}",
        f"    isVisible={shown}",
    ]


def _power(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    wakefulness, state = ("Awake", "ON") if phone.awake else ("Asleep", "OFF")
    return [
        "POWER MANAGER (dumpsys power)",
        "",
        "Power Manager State:",
        f"  mWakefulness={wakefulness}",
        f"  mIsPowered={_truth(phone.condition.charging)}",
        f"  mPlugType={2 if phone.condition.charging else 0}",
        f"  mBatteryLevel={phone.condition.battery_percent}",
        f"Display Power: state={state}",
    ]


def _battery(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    return [
        "Current Battery Service state:",
        "  AC powered: false",
        f"  USB powered: {_truth(phone.condition.charging)}",
        "  Wireless powered: false",
        f"  status: {_CHARGING if phone.condition.charging else _DISCHARGING}",
        "  health: 2",
        "  present: true",
        f"  level: {phone.condition.battery_percent}",
        "  scale: 100",
        "  voltage: 4180",
        f"  temperature: {_BATTERY_TENTHS_C}",
        "  technology: Li-ion",
    ]


def _display(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    width, height = phone.frame_size
    rect, turns = f"Rect(0, 0 - {width}, {height})", phone.condition.quarter_turns
    viewport = (
        "type=INTERNAL, valid=true, isActive=true, displayId=0, uniqueId='local:0', physicalPort=0, "
        f"orientation={turns}, logicalFrame={rect}, physicalFrame={rect}, deviceWidth={width}, deviceHeight={height}"
    )
    return [
        "DISPLAY MANAGER (dumpsys display)",
        f"  mViewports=[DisplayViewport{{{viewport}}}]",
        f"  mCurrentOrientation={turns}",
        f"  mScreenState={'ON' if phone.awake else 'OFF'}",
    ]


def _input(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    width, height = phone.frame_size
    frame, turns = f"[0, 0, {width}, {height}]", phone.condition.quarter_turns
    viewport = (
        f"displayId=0, uniqueId=local:0, port=0, orientation={turns}, logicalFrame={frame}, physicalFrame={frame}"
    )
    return [
        "INPUT MANAGER (dumpsys input)",
        f"    Viewport INTERNAL: {viewport}, deviceSize=[{width}, {height}]",
        f"      SurfaceOrientation: {turns}",
    ]


def _activity(phone: SimulatedPhone, _words: Sequence[str]) -> list[str]:
    component = short("/".join(phone.handset.front(phone.clock.monotonic())))
    return [
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)",
        f"  topResumedActivity=ActivityRecord{{8c2b7e1 u{phone.users.current} {component} t12}}",
        f"  mResumedActivity: ActivityRecord{{8c2b7e1 u{phone.users.current} {component} t12}}",
    ]


def _truth(value: bool) -> str:  # noqa: FBT001  the value itself is what is written
    return "true" if value else "false"


_SERVICES: Final[Mapping[str, Callable[[SimulatedPhone, Sequence[str]], list[str]]]] = {
    "activity": _activity,
    "battery": _battery,
    "display": _display,
    "input": _input,
    "input_method": input_method_dump,
    "package": package_dump,
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
