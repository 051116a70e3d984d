"""What server and agents say about live pictures and a person's own acts, in version 1."""

from typing import Annotated, Literal

from pydantic import Field

from drover.protocol.fields import Count, Digest, Id, Line, Name, Said, Seconds, Serial

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, description="A part of a width or height, 0 to 1.")]
Likeness = Annotated[str, Field(max_length=40_000, description="A small grey picture, deflated, in base 64.")]


class Watched(Said):
    """A phone that is looked at: pictures `width` pixels wide at most, `fps` of them a second at most."""

    serial: Serial
    width: Annotated[int, Field(ge=32, le=2160)]
    fps: Annotated[float, Field(gt=0, le=15, allow_inf_nan=False)]
    quality: Annotated[int, Field(ge=10, le=95)] = 70


class WatchOrder(Said):
    """These phones of the agent are looked at, and no others, for `ttl_s` unless it is said again. Published."""

    phones: Annotated[tuple[Watched, ...], Field(max_length=200)]
    ttl_s: Seconds


class Gesture(Said):
    """What a hand does: places are parts of the lead phone's frame, so that they fit another resolution too.

    `tap` and `long_tap` are at (x, y), `seconds` long; `swipe` goes on to (x2, y2); `text` is typed; `key` is pressed.
    """

    kind: Literal["tap", "long_tap", "swipe", "text", "key"]
    x: Share = 0.0
    y: Share = 0.0
    x2: Share = 0.0
    y2: Share = 0.0
    seconds: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] = 0.3
    text: Line = ""
    key: Literal["", "home", "back", "enter", "delete", "tab", "recents", "wake"] = ""


class LookQuestion(Said):
    """What does a phone show, and what of that lies at (x, y)? `screens` is the registry's digest, where one is."""

    phone: Serial
    screens: Digest | None = None
    x: Share = 0.0
    y: Share = 0.0


class Looked(Said):
    """What a phone showed: its screen and variant, where known, and a likeness of it.

    `action` is the screen's action whose box holds the asked place, and (across, down) the place as parts of that box.
    `error` is not empty where it could not be looked at.
    """

    phone: Serial
    width: Count = 0
    height: Count = 0
    screen: Name = ""
    variant: Name = ""
    action: Name = ""
    across: Share = 0.0
    down: Share = 0.0
    likeness: Likeness = ""
    error: Line = ""
    hint: Line = ""


class ActOrder(Said):
    """Do a gesture on a phone, under the lease of a person's control; without a gesture, only compare.

    `expected` is what the lead phone shows: where this phone shows something else nothing is done.
    """

    act: Id
    client: Id
    phone: Serial
    token: Count
    lease_remaining_s: Seconds
    gesture: Gesture | None = None
    expected: Looked | None = None
    screens: Digest | None = None


class ActDone(Said):
    """What became of it. `diverged`: the phone shows something else than the lead; `code` is an error's name."""

    act: Id
    phone: Serial
    done: bool
    diverged: bool = False
    screen: Name = ""
    code: Name = ""
    message: Line = ""
    hint: Line = ""


class ControlEnded(Said):
    """Nobody drives the phone under this token any more. Published; one that is lost is made up for by the deadline."""

    phone: Serial
    token: Count
