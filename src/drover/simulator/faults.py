"""The faults that a simulated phone can be given, as checked values."""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from drover.kernel.errors import InvalidInput, Kind
from drover.platform import documents

Pixel = Annotated[int, Field(ge=0, le=10_000)]


class Fault(BaseModel):
    """A fault; with `on_page` it waits until the phone shows that page (such as `plaza.feed`)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    fault: str
    on_page: str | None = Field(default=None, min_length=1)


class PopupFault(Fault):
    """A popup appears, once: `update`, `permission`, `unknown` or another that the phone knows."""

    name: str = "unknown"


class LostTouch(Fault):
    """Touches do nothing: the next `count` of them, or each with `probability` (then until cleared)."""

    count: int | None = Field(default=None, ge=1)
    probability: float | None = Field(default=None, gt=0, le=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.count is not None and self.probability is not None:
            message = "count and probability exclude each other; give one of them"
            raise ValueError(message)
        return self


class Frozen(Fault):
    """Captures show what was on the display when the fault began; the apps go on underneath."""


class Dim(Fault):
    """A black scrim of `strength` lies over the whole display."""

    strength: float = Field(default=0.5, gt=0, le=1)


class Cover(Fault):
    """A plain sheet lies over `rect`: [x1, y1, x2, y2] in pixels."""

    rect: Annotated[list[Pixel], Field(min_length=4, max_length=4)]

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        x1, y1, x2, y2 = self.rect
        if x2 <= x1 or y2 <= y1:
            message = "rect is [x1, y1, x2, y2] with x1 < x2 and y1 < y2"
            raise ValueError(message)
        return self


class Misdirect(Fault):
    """Typed text goes to another field than the focused one."""


class Disconnect(Fault):
    """Connections are reset and new ones refused, for `seconds` or until cleared."""

    seconds: float | None = Field(default=None, gt=0, le=3600)


class Hang(Fault):
    """The phone accepts connections and bytes, and answers nothing until cleared."""


class Crash(Fault):
    """The app in front crashes, once."""


class Garbage(Fault):
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
