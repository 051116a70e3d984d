"""What each kind of fault does to a phone when it begins and when it ends."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from drover.kernel.errors import InvalidInput
from drover.simulator.condition import BATTERY_PERCENT, Condition
from drover.simulator.faults import (
    Cover,
    Crash,
    Dim,
    Disconnect,
    Fault,
    LostTouch,
    LowBattery,
    PopupFault,
    RefuseAuth,
    Rotation,
    Slow,
    WrongAccount,
)
from drover.simulator.profiles import Slowdown

SomeFault = TypeVar("SomeFault", bound=Fault)


@dataclass(frozen=True, slots=True)
class Effect:
    """How a kind of fault begins and how it ends.

    `over_at_once`: beginning is all there is to it, though clearing it may tidy up. `on_display`: it belongs to the
    display in use, and goes over to the next user's.
    """

    begin: Callable[[Condition, Fault], None]
    end: Callable[[Condition, Fault], None]
    over_at_once: bool = False
    on_display: bool = False


def _of(kind: type[SomeFault], act: Callable[[Condition, SomeFault], None]) -> Callable[[Condition, Fault], None]:
    """Return `act` as one that takes any fault; it is only ever given one of its kind."""

    def checked(condition: Condition, fault: Fault) -> None:
        if not isinstance(fault, kind):
            message = f"{fault.fault} is no {kind.__name__}"
            raise TypeError(message)
        act(condition, fault)

    return checked


def _flag(name: str) -> Effect:
    """Return an effect that sets a flag of the condition while it lasts."""
    return Effect(
        lambda condition, _: setattr(condition, name, True), lambda condition, _: setattr(condition, name, False)
    )


def _nothing(_condition: Condition, _fault: Fault) -> None:
    """End what left nothing behind."""


def _open_popup(condition: Condition, fault: PopupFault) -> None:
    if not condition.handset.popup(fault.name, condition.clock.monotonic()):
        raise InvalidInput(f"popup {fault.name!r} is not known", hint="choose update, permission or unknown")


def _close_popup(condition: Condition, fault: PopupFault) -> None:
    condition.handset.close_popup(fault.name, condition.clock.monotonic())


def _lose_touches(condition: Condition, fault: LostTouch) -> None:
    condition.touch_loss_probability = fault.probability or 0.0
    condition.touches_to_lose = 0 if fault.probability else fault.count or 1


def _keep_touches(condition: Condition, _fault: Fault) -> None:
    condition.touches_to_lose, condition.touch_loss_probability = 0, 0.0


def _freeze(condition: Condition, _fault: Fault) -> None:
    # However late the page is looked at, a display that froze on the way to it never shows it.
    condition.frozen_scene = condition.last_scene or condition.handset.scene(condition.clock.monotonic())
    condition.last_scene = None


def _thaw(condition: Condition, _fault: Fault) -> None:
    condition.frozen_scene = None


def _cover(condition: Condition, fault: Cover) -> None:
    x1, y1, x2, y2 = fault.rect
    condition.handset.cover((x1, y1, x2, y2))


def _refuse_auth(condition: Condition, _fault: Fault) -> None:
    condition.authorization.refuse()
    condition.line.drop()


def _slow_down(condition: Condition, fault: Slow) -> None:
    condition.delays.slowed = Slowdown(fault.profile, fault.factors)


def _speed_up(condition: Condition, _fault: Fault) -> None:
    condition.delays.slowed = None


def _fill_storage(condition: Condition, _fault: Fault) -> None:
    condition.storage.full = True


def _empty_storage(condition: Condition, _fault: Fault) -> None:
    condition.storage.full = False


def _drain(condition: Condition, fault: LowBattery) -> None:
    condition.battery_percent, condition.charging = fault.percent, False


def _charge(condition: Condition, _fault: Fault) -> None:
    condition.battery_percent, condition.charging = BATTERY_PERCENT, True


def _use_account(condition: Condition, fault: WrongAccount) -> None:
    if not condition.handset.use_account(fault.number, condition.clock.monotonic()):
        raise InvalidInput(
            f"the app in front has no account {fault.number}",
            hint="give the fault when the app is in front and that account is logged in, with on_page for example",
        )


def _sleep(condition: Condition, _fault: Fault) -> None:
    condition.awake = False


def _wake(condition: Condition, _fault: Fault) -> None:
    condition.awake = True


def _cut(condition: Condition, fault: Disconnect) -> None:
    condition.line.cut(fault.fault)


def _restore(condition: Condition, fault: Disconnect) -> None:
    condition.line.restore(fault.fault)


EFFECTS: Final[Mapping[str, Effect]] = {
    "popup": Effect(_of(PopupFault, _open_popup), _of(PopupFault, _close_popup), over_at_once=True),
    "lost_touch": Effect(_of(LostTouch, _lose_touches), _keep_touches),
    "frozen": Effect(_freeze, _thaw, on_display=True),
    "dim": Effect(
        _of(Dim, lambda condition, fault: condition.handset.dim(fault.strength)),
        lambda condition, _: condition.handset.dim(0.0),
        on_display=True,
    ),
    "cover": Effect(_of(Cover, _cover), lambda condition, _: condition.handset.cover(None), on_display=True),
    "misdirect": Effect(
        lambda condition, _: condition.handset.misdirect(on=True),
        lambda condition, _: condition.handset.misdirect(on=False),
        on_display=True,
    ),
    "disconnect": Effect(_of(Disconnect, _cut), _of(Disconnect, _restore)),
    "refuse_auth": Effect(_of(RefuseAuth, _refuse_auth), lambda condition, _: condition.authorization.relent()),
    "hang": Effect(lambda condition, _: condition.line.hang(), lambda condition, _: condition.line.resume()),
    "slow": Effect(_of(Slow, _slow_down), _speed_up),
    "crash": Effect(
        _of(Crash, lambda condition, _: condition.handset.crash(condition.clock.monotonic())),
        _nothing,
        over_at_once=True,
    ),
    "garbage": _flag("garbage"),
    "black": _flag("secure"),
    "rotation": Effect(
        _of(Rotation, lambda condition, fault: condition.turn(fault.quarter_turns)),
        lambda condition, _: condition.turn(0),
        on_display=True,
    ),
    "storage_full": Effect(_fill_storage, _empty_storage),
    "low_battery": Effect(_of(LowBattery, _drain), _charge),
    "wrong_account": Effect(_of(WrongAccount, _use_account), _nothing, over_at_once=True),
    "injection_refused": _flag("injection_refused"),
    "screen_off": Effect(_sleep, _wake),
}
