"""The faults that a simulated phone can be given, as checked values."""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from drover.kernel.errors import InvalidInput, Kind
from drover.platform import documents
from drover.simulator.profiles import Act, ProfileName

MOST_SECONDS: Final = 7 * 24 * 3600
Pixel = Annotated[int, Field(ge=0, le=10_000)]


class Fault(BaseModel):
    """A fault, and when it begins: at once, `after_s` seconds, `at_s` seconds after the phone's start.

    With `on_page` it waits, from then on, until the phone shows that page (such as `plaza.feed`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    fault: str
    on_page: str | None = Field(default=None, min_length=1)
    after_s: float | None = Field(default=None, ge=0, le=MOST_SECONDS)
    at_s: float | None = Field(default=None, ge=0, le=MOST_SECONDS)

    @model_validator(mode="after")
    def _one_moment(self) -> Self:
        if self.after_s is not None and self.at_s is not None:
            message = "after_s and at_s exclude each other; give one of them"
            raise ValueError(message)
        return self


class LastingFault(Fault):
    """A fault that lasts until it is cleared, or for `seconds`."""

    seconds: float | None = Field(default=None, gt=0, le=MOST_SECONDS)


class PopupFault(LastingFault):
    """A popup appears, once: `update`, `permission`, `unknown` or another that the phone knows; cleared, it goes."""

    name: str = "unknown"


class LostTouch(LastingFault):
    """Touches do nothing: the next `count` of them, or each with `probability` (then until cleared)."""

    count: int | None = Field(default=None, ge=1)
    probability: float | None = Field(default=None, gt=0, le=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.count is not None and self.probability is not None:
            message = "count and probability exclude each other; give one of them"
            raise ValueError(message)
        return self


class Frozen(LastingFault):
    """Captures show what was on the display when the fault began; the apps go on underneath."""


class Dim(LastingFault):
    """A black scrim of `strength` lies over the whole display."""

    strength: float = Field(default=0.5, gt=0, le=1)


class Cover(LastingFault):
    """A plain sheet lies over `rect`: [x1, y1, x2, y2] in pixels."""

    rect: Annotated[list[Pixel], Field(min_length=4, max_length=4)]

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        x1, y1, x2, y2 = self.rect
        if x2 <= x1 or y2 <= y1:
            message = "rect is [x1, y1, x2, y2] with x1 < x2 and y1 < y2"
            raise ValueError(message)
        return self


class Misdirect(LastingFault):
    """Typed text goes to another field than the focused one."""


class Disconnect(LastingFault):
    """Connections are reset and new ones refused."""


class RefuseAuth(LastingFault):
    """Connections are reset and no key is let in: adb shows the phone as `unauthorized`."""


class Hang(LastingFault):
    """The phone accepts connections and bytes, and answers nothing until cleared."""


class Crash(Fault):
    """The app in front crashes, once."""


class Slow(LastingFault):
    """The phone takes the delays of another `profile`, each multiplied by what `factors` says of the act."""

    profile: ProfileName = "slow"
    factors: Mapping[str, Annotated[float, Field(ge=0, le=100)]] = Field(default_factory=dict[str, float])

    @field_validator("factors")
    @classmethod
    def _of_acts(cls, factors: Mapping[str, float]) -> Mapping[str, float]:
        known = {act.value for act in Act}
        if unknown := sorted(set(factors) - known):
            message = f"{unknown[0]!r} is no act; choose from {', '.join(sorted(known))}"
            raise ValueError(message)
        return factors


class Black(LastingFault):
    """The window in front is secure: captures are black, the UI tree is as ever."""


class Rotation(LastingFault):
    """The display is turned by `quarter_turns`."""

    quarter_turns: int = Field(default=1, ge=1, le=3)


class StorageFull(LastingFault):
    """Nothing can be written any more: `No space left on device`."""


class LowBattery(LastingFault):
    """The battery is at `percent` and gets emptier rather than fuller."""

    percent: int = Field(default=4, ge=0, le=100)


class WrongAccount(Fault):
    """The app in front uses another account, `number` (from 1), as if somebody had switched; once."""

    number: int = Field(default=2, ge=1, le=100)


class InjectionRefused(LastingFault):
    """`input` ends with the SecurityException of phones whose maker put a switch before it."""


class ScreenOff(LastingFault):
    """The display goes to sleep; a key may wake it up."""


class Garbage(LastingFault):
    """Captures answer random bytes."""


FAULTS: Final[Mapping[str, type[Fault]]] = {
    "popup": PopupFault,
    "lost_touch": LostTouch,
    "frozen": Frozen,
    "dim": Dim,
    "cover": Cover,
    "misdirect": Misdirect,
    "disconnect": Disconnect,
    "hang": Hang,
    "crash": Crash,
    "garbage": Garbage,
    "refuse_auth": RefuseAuth,
    "slow": Slow,
    "black": Black,
    "rotation": Rotation,
    "storage_full": StorageFull,
    "low_battery": LowBattery,
    "wrong_account": WrongAccount,
    "injection_refused": InjectionRefused,
    "screen_off": ScreenOff,
}


class FaultUnknown(InvalidInput):
    """A fault name that is not in the table."""

    def __init__(self, name: str) -> None:
        super().__init__(f"fault {name!r} is not known", hint=f"choose one of: {', '.join(FAULTS)}")


class NoSuchFault(InvalidInput):
    """The phone has no such fault to be cleared."""

    kind = Kind.NOT_FOUND


class _Named(BaseModel):
    fault: str


def parse_fault(text: str) -> Fault:
    """Return the fault that a JSON text describes. Raises BadDocument, FaultUnknown."""
    name = documents.parse(_Named, text, "fault").fault
    if name not in FAULTS:
        raise FaultUnknown(name)
    return documents.parse(FAULTS[name], text, f"fault {name}")
