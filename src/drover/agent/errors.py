"""Why an agent takes an order on no more, refuses a driver's call, or cannot run at all."""

from pathlib import Path

from drover.devices.errors import DeviceError
from drover.kernel.errors import DroverError, InvalidInput, Kind


class GateClosed(DeviceError):
    """A call to a phone was not made, since its play must not act any more. Trying again changes nothing.

    `resumable`: the play may be gone on with by another attempt.
    """

    kind = Kind.REFUSED
    resumable = True


class LeaseLost(GateClosed):
    """The phone's lease has run out, was broken, or belongs to another one by now."""

    def __init__(self, serial: str, reason: str) -> None:
        super().__init__(serial, f"its lease is lost: {reason}", hint="the run goes on when it has the phone again")


class Halted(GateClosed):
    """A kill switch stopped it."""

    def __init__(self, serial: str, reason: str) -> None:
        super().__init__(serial, f"everything is halted: {reason}", hint="lift the halt, then let the run go on")


class StopAsked(GateClosed):
    """Somebody stopped this run."""

    def __init__(self, serial: str, reason: str) -> None:
        super().__init__(serial, f"its run was stopped: {reason}", hint="start the run anew, or let it go on")


class AgentEnding(GateClosed):
    """The agent is being ended; its plays are gone on with when it runs again."""

    def __init__(self, serial: str) -> None:
        super().__init__(serial, "its agent is ending", hint="start the agent again")


class BudgetSpent(GateClosed):
    """The play has done as many acts as it was allowed."""

    resumable = False

    def __init__(self, serial: str, kind: str, most: int) -> None:
        what = f"acts of the kind {kind}" if kind else "acts"
        super().__init__(serial, f"its play may do {most} {what}, and has", hint="see the app's policy")


class OrderRefused(DroverError):
    """An order was not taken on, and nothing of it was done."""

    kind = Kind.REFUSED


class AgentNotReady(OrderRefused):
    """The agent is ending, and begins nothing new."""

    kind = Kind.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__("the agent is ending", hint="order again when it is back")


class StaleToken(OrderRefused):
    """The order's lease is older than another one of the phone that the agent has seen."""

    def __init__(self, serial: str, token: int, newest: int) -> None:
        super().__init__(
            f"phone {serial}: the lease with token {token} is stale, {newest} has been seen",
            hint="take the phone's lease anew",
        )


class PhoneBusy(OrderRefused):
    """Another play has the phone, under the same lease."""

    kind = Kind.CONFLICT

    def __init__(self, serial: str, sequence_run: str) -> None:
        super().__init__(f"phone {serial}: sequence run {sequence_run} is played on it", hint="wait for its end")


class PhoneUnknown(OrderRefused):
    """The agent has never seen that phone."""

    kind = Kind.NOT_FOUND

    def __init__(self, serial: str) -> None:
        super().__init__(f"phone {serial} was never seen here", hint="attach it, or ask the agent that has it")


class OrderVoid(OrderRefused):
    """The order was issued before what it is about was stopped."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"stopped since the order was issued: {reason}", hint="order again if it is to be played")


class RunNotKnown(OrderRefused):
    """A sequence run is to be gone on with that this agent never began, so it cannot tell what was done."""

    kind = Kind.NOT_FOUND

    def __init__(self, sequence_run: str, serial: str) -> None:
        super().__init__(
            f"sequence run {sequence_run} was never begun on phone {serial} by this agent",
            hint="look at the phone, and order from_step",
        )


class AgentRuns(DroverError):
    """Another agent has the data folder."""

    kind = Kind.CONFLICT

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder}: another agent has this folder", hint="end it, or give this one another data_dir")


class StoreUnusable(DroverError):
    """The agent's file of orders and events cannot be used."""

    kind = Kind.UNAVAILABLE

    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(
            f"agent's file {path}: {detail}",
            hint="check the folder and its free space; move the file away if it is no agent's, or set data_dir",
        )


class MaterialUnusable(InvalidInput):
    """What a play needs is not usable: a registry without screens, a file whose name leads elsewhere."""


class FolderUnusable(DroverError):
    """The agent's folder takes no more files."""

    kind = Kind.UNAVAILABLE

    def __init__(self, folder: Path, detail: str) -> None:
        super().__init__(f"{folder}: {detail}", hint="check the folder's permissions and its free space")


class LeaseUnconfirmed(GateClosed):
    """The server could not be asked whether the lease is good, so nothing was begun."""

    def __init__(self, serial: str, reason: str) -> None:
        super().__init__(serial, f"its lease could not be confirmed: {reason}", hint="connect agent and server")


class Diverged(DeviceError):
    """A phone shows something else than the one that a gesture was made on: nothing is done to it."""

    kind = Kind.CONFLICT

    def __init__(self, serial: str, reason: str) -> None:
        super().__init__(serial, reason, hint="bring it to the same screen, then let it rejoin")


class NoPlaceThere(DeviceError):
    """What a gesture was made on has no place on this phone."""

    kind = Kind.CONFLICT

    def __init__(self, serial: str, reason: str) -> None:
        super().__init__(serial, reason, hint="do this act on the phone alone")


class ControlOver(GateClosed):
    """A person's control of the phone has ended."""

    def __init__(self, serial: str) -> None:
        super().__init__(serial, "nobody drives it by hand any more", hint="take it anew")
