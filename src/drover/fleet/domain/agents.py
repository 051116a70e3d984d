"""Racks and agents: who may report for a rack, and what is shown of phones whose agent is silent. Pure."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from drover.fleet.domain.phones import PhoneState
from drover.kernel.errors import DroverError, InvalidInput, Kind, Retry

AGENT_SILENT_AFTER: Final = timedelta(seconds=10)
"""After so long without a report an agent counts as gone; it reports every 1-2 s (spec/orchestration.md)."""


@dataclass(frozen=True, slots=True)
class Rack:
    """The phones of one host computer."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Agent:
    """The process that drives a rack's phones, as it last reported.

    `boot_id` names its present start, empty before the first report; `acting` counts the phones it was playing on.
    """

    id: str
    name: str
    rack_id: str
    public_key: str
    reserved_client_id: str | None
    boot_id: str
    seen_at: datetime | None
    acting: int
    revoked_at: datetime | None

    def alive(self, now: datetime) -> bool:
        """Whether it reported lately."""
        return self.seen_at is not None and now - self.seen_at < AGENT_SILENT_AFTER


_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")


class BadHostName(InvalidInput):
    """A rack or agent cannot be called so."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no name of a rack or agent", hint="letters, digits and ._-, at most 64")


class RackUnknown(DroverError):
    """The organization has no such rack."""

    kind = Kind.NOT_FOUND

    def __init__(self, rack: str) -> None:
        super().__init__(f"there is no rack {rack}", hint="list the racks to see them")
        self.rack = rack


class AgentUnknown(DroverError):
    """The organization has no such agent."""

    kind = Kind.NOT_FOUND

    def __init__(self, agent: str) -> None:
        super().__init__(f"there is no agent {agent}", hint="list the agents to see them")
        self.agent = agent


class AgentNameTaken(DroverError):
    """Another process reports under this agent's name; or, where one is to be registered, has it already."""

    kind = Kind.CONFLICT
    retry = Retry.WHEN_BACK

    def __init__(self, name: str, *, registered: bool = False) -> None:
        hint = f"stop the other one and wait {AGENT_SILENT_AFTER.seconds} s, or give this one its own name"
        super().__init__(
            f"agent {name} is registered already" if registered else f"agent {name} is already running elsewhere",
            hint="revoke it first, or give this one its own name" if registered else hint,
        )
        self.name = name


class AgentRefused(DroverError):
    """An agent's name or credential is not good, or it was revoked: the answer does not tell which."""

    kind = Kind.REFUSED

    def __init__(self, name: str) -> None:
        super().__init__(
            f"agent {name} is refused: no such agent, a wrong credential, or a revoked one",
            hint="register it again: it is given a new credential, once",
        )
        self.name = name


def check_host_name(name: str) -> str:
    """Return a name that a rack or agent can have. Raises BadHostName."""
    if _NAME.fullmatch(name) is None:
        raise BadHostName(name)
    return name


def credential_hash(credential: str) -> str:
    """Return what is kept of a credential: SHA-256 suffices, as credentials are 256 random bits."""
    return hashlib.sha256(credential.encode()).hexdigest()


def admit(agent: Agent, kept_hash: str, credential: str, boot_id: str, now: datetime) -> None:
    """Let an agent report, or raise AgentRefused, or AgentNameTaken while another start of it still reports."""
    if agent.revoked_at is not None or not hmac.compare_digest(kept_hash, credential_hash(credential)):
        raise AgentRefused(agent.name)
    if agent.boot_id not in ("", boot_id) and agent.alive(now):
        raise AgentNameTaken(agent.name)


def shown_state(state: PhoneState, reason: str, agent: Agent | None, now: datetime) -> tuple[PhoneState, str]:
    """Return the state to show, and why: a phone whose agent is silent is offline, whatever was last said of it.

    Maintenance and quarantine stay: they were decided, not observed.
    """
    if state in (PhoneState.MAINTENANCE, PhoneState.QUARANTINED):
        return state, reason
    if agent is None:
        return PhoneState.OFFLINE, "no agent holds it"
    if not agent.alive(now):
        return PhoneState.OFFLINE, f"agent {agent.name} does not report"
    return state, reason
