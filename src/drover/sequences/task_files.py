"""The form of tasks in a sequence file, and what each means."""

from typing import Annotated, Literal

from pydantic import Field

from drover.devices.ports import Key
from drover.sequences.condition_files import (
    ActionKey,
    Box,
    ConditionFile,
    Name,
    Pattern,
    Reader,
    ScreenKey,
    Seconds,
    ShownFile,
    Strict,
    TextSource,
)
from drover.sequences.domain import (
    Act,
    Assert,
    CallHelper,
    Direction,
    LongTap,
    OpenApp,
    Origin,
    Press,
    Read,
    SelectSlot,
    StopApp,
    Swipe,
    SwitchAccount,
    Tap,
    Type,
    Wait,
    WaitForScreen,
)

DEFAULT_TIMEOUT_S = 10.0


class BaseTaskFile(Strict):
    """What every task has."""

    name: str = Field(default="", max_length=200, description="What a person calls the task.")
    effect: Literal["repeatable", "once", "read"] | None = Field(
        default=None, description="Whether the act may be repeated; `once` acts are never repeated."
    )
    before: ScreenKey | None = Field(default=None, description="The screen that must be there before the act.")
    after: ScreenKey | None = Field(default=None, description="The screen that must be there after the act.")
    timeout_s: Seconds = Field(default=DEFAULT_TIMEOUT_S, gt=0, description="How long to wait for a screen.")
    when: ConditionFile | None = Field(default=None, description="Play the task only where this holds.")
    happened: ConditionFile | None = Field(
        default=None, description="What shows, after a crash, that a `once` act was done, where its `after` does not."
    )
    optional: bool = Field(default=False, description="Go on with the next task where this one fails.")
    once_per_round: bool = Field(default=False, description="A `once` task inside a `repeat` is meant so.")


class TapFile(BaseTaskFile):
    """Touch the middle of a named action, a rectangle, or the place that shows a text."""

    kind: Literal["tap"]
    on: ActionKey | Box | ShownFile

    def act(self, read: Reader) -> Act:
        """Return the act."""
        return Tap(read.target(self.on))


class LongTapFile(BaseTaskFile):
    """Touch and hold."""

    kind: Literal["long_tap"]
    on: ActionKey | Box | ShownFile
    seconds: Seconds = 0.8

    def act(self, read: Reader) -> Act:
        """Return the act."""
        return LongTap(read.target(self.on), self.seconds)


class SwipeFile(BaseTaskFile):
    """Move a finger across a named action or rectangle."""

    kind: Literal["swipe"]
    on: ActionKey | Box
    direction: Literal["up", "down", "left", "right"]
    seconds: Seconds = 0.3

    def act(self, read: Reader) -> Act:
        """Return the act."""
        return Swipe(read.target(self.on), Direction(self.direction), self.seconds)


class TypeFile(BaseTaskFile):
    """Replace what a text field holds, and read it back."""

    kind: Literal["type"]
    on: ActionKey | Box
    text: TextSource

    def act(self, read: Reader) -> Act:
        """Return the act."""
        return Type(read.target(self.on), read.text(self.text))


class KeyFile(BaseTaskFile):
    """Press a key."""

    kind: Literal["key"]
    key: Literal["home", "back", "enter", "delete", "tab", "move_home", "move_end", "recents", "wake"]
    times: int = Field(default=1, ge=1, le=200)

    def act(self, read: Reader) -> Act:  # noqa: ARG002  others need it
        """Return the act."""
        return Press(Key(self.key), self.times)


class WaitForScreenFile(BaseTaskFile):
    """Wait until the `after` screen is there."""

    kind: Literal["wait_for_screen"]

    def act(self, read: Reader) -> Act:  # noqa: ARG002  others need it
        """Return the act."""
        return WaitForScreen()


class WaitFile(BaseTaskFile):
    """Let time pass."""

    kind: Literal["wait"]
    seconds: Seconds

    def act(self, read: Reader) -> Act:  # noqa: ARG002  others need it
        """Return the act."""
        return Wait(self.seconds)


class OpenAppFile(BaseTaskFile):
    """Bring an app to the front."""

    kind: Literal["open_app"]
    app: str = Field(default="", description="An app of the registry; the sequence's own where it is left out.")

    def act(self, read: Reader) -> Act:
        """Return the act."""
        return OpenApp(self.app or read.app)


class StopAppFile(BaseTaskFile):
    """End an app."""

    kind: Literal["stop_app"]
    app: str = Field(default="", description="An app of the registry; the sequence's own where it is left out.")

    def act(self, read: Reader) -> Act:
        """Return the act."""
        return StopApp(self.app or read.app)


class AssertFile(BaseTaskFile):
    """Fail unless the UI tree shows the text inside a named action or rectangle."""

    kind: Literal["assert"]
    on: ActionKey | Box
    text: TextSource

    def act(self, read: Reader) -> Act:
        """Return the act."""
        return Assert(read.target(self.on), read.text(self.text))


class ReadFile(BaseTaskFile):
    """Read a text of the screen into a variable."""

    kind: Literal["read"]
    on: ActionKey | Box
    into: Name = Field(description="The variable: later texts use it as ${run.<name>}.")
    pattern: Pattern = Field(default="", description="Keep its first group, or else what it matches.")
    origin: Literal["tree", "picture", "auto"] = Field(
        default="auto",
        alias="from",
        description="The UI tree, the picture (OCR), or the first of them that has a text.",
    )

    def act(self, read: Reader) -> Act:
        """Return the act."""
        return Read(read.target(self.on), self.into, read.pattern(self.pattern, "pattern"), Origin(self.origin))


class PushMediaFile(BaseTaskFile):
    """Put a picture or video into the phone's shared storage."""

    kind: Literal["push_media"]
    file: str = Field(min_length=1, max_length=400, description="A file beside the sequence or below.")

    def act(self, read: Reader) -> Act:
        """Return the act."""
        return read.media(self.file)


class SwitchAccountFile(BaseTaskFile):
    """Make the app use an account, in the way that the registry's app declares."""

    kind: Literal["switch_account"]
    account: TextSource

    def act(self, read: Reader) -> Act:
        """Return the act."""
        return SwitchAccount(read.undrawn(self.account, "account"))


class SelectSlotFile(BaseTaskFile):
    """Make the app use a slot, in the way that the registry's app declares."""

    kind: Literal["select_slot"]
    slot: Annotated[int, Field(ge=1, le=30)] | TextSource

    def act(self, read: Reader) -> Act:
        """Return the act."""
        return SelectSlot(read.undrawn(str(self.slot), "slot"))


class HelperFile(BaseTaskFile):
    """Call a registered Python function."""

    kind: Literal["helper"]
    helper: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$", max_length=100)
    arguments: dict[Name, TextSource] = Field(default_factory=dict[Name, TextSource], max_length=50)
    into: Name | None = Field(default=None, description="The variable that keeps what it returns.")

    def act(self, read: Reader) -> Act:
        """Return the act."""
        texts = {name: read.text(text, f"arguments.{name}") for name, text in self.arguments.items()}
        return CallHelper(self.helper, texts, self.into or "")


SingleTaskFile = (
    TapFile
    | LongTapFile
    | SwipeFile
    | TypeFile
    | KeyFile
    | WaitForScreenFile
    | WaitFile
    | OpenAppFile
    | StopAppFile
    | AssertFile
    | ReadFile
    | PushMediaFile
    | SwitchAccountFile
    | SelectSlotFile
    | HelperFile
)


class RepeatFile(Strict):
    """Tasks that are played together: once, so many times, while or until something holds."""

    kind: Literal["repeat"]
    times: int | None = Field(default=None, ge=1, le=1000)
    going_on: ConditionFile | None = Field(default=None, alias="while")
    enough: ConditionFile | None = Field(default=None, alias="until")
    most: int = Field(default=10, ge=1, le=1000, description="The most rounds of `while` and `until`.")
    when: ConditionFile | None = None
    tasks: list["TaskFile"] = Field(min_length=1, max_length=1000)


TaskFile = Annotated[SingleTaskFile | RepeatFile, Field(discriminator="kind")]
RepeatFile.model_rebuild()
