"""What all plays of an agent share."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from drover.agent.cameras import Cameras
from drover.agent.gated_driver import Acting
from drover.agent.materials import Materials
from drover.agent.outbox import Outbox
from drover.agent.store import AgentStore
from drover.devices.ports import DeviceSource
from drover.fleet.monitor import PhoneMonitor, PowerCycle
from drover.fleet.phonebook import PhoneBook
from drover.kernel.clock import Clock
from drover.kernel.ids import NewId
from drover.platform.blobs import FolderBlobs
from drover.platform.bus.ports import Bus
from drover.screens.ocr import TextReader
from drover.sequences.helpers import Helper
from drover.sequences.journal import Journal
from drover.sequences.plan import Plan
from drover.sequences.player.frame_budget import FrameBudget
from drover.sequences.player.retries import Retries
from drover.sequences.player.strangers import Unknowns
from drover.sequences.resolving import TextSource


class PlayTexts(Protocol):
    """Who knows what texts are resolved with; `values` is a file of a play's own values."""

    def categories(self, values: Path | None) -> frozenset[str]:
        """Return the categories of variables that there are values of. Raises BadDocument."""
        ...

    def source(self, values: Path | None, plan: Plan, seed: int) -> AbstractAsyncContextManager[TextSource]:
        """Give what the plan's texts are resolved with. Raises DroverError."""
        ...


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """How an agent works. `acting` phones are in a call at once; an ending one waits `drain_s` for tasks to end."""

    data_dir: Path
    texts: PlayTexts
    text_reader: TextReader
    acting: int = 16
    attaching: int = 4
    image_threads: int = 2
    retries: Retries = field(default_factory=Retries)
    helpers: Mapping[str, Helper] = field(default_factory=dict[str, Helper])
    power: PowerCycle | None = None
    unknowns: Unknowns | None = None
    drain_s: float = 8.0
    renew_s: float = 20.0
    """How often a play asks whether its lease is good still, beside when it is told that it was extended."""
    confirm_s: float = 10.0
    """How long a new play waits for the first such answer."""
    shares_content: bool = False
    """Whether its folder of evidence is the server's content too, which then removes what is old in it."""


@dataclass(frozen=True, slots=True)
class Rig:
    """What all plays share while an agent runs."""

    name: str
    options: AgentOptions
    source: DeviceSource
    bus: Bus
    clock: Clock
    new_id: NewId
    store: AgentStore
    outbox: Outbox
    materials: Materials
    journal: Journal
    book: PhoneBook
    monitor: PhoneMonitor
    blobs: FolderBlobs
    images: Executor
    turns: asyncio.Semaphore
    attaching: asyncio.Semaphore
    frames: FrameBudget
    acting: Acting
    key: bytes = field(repr=False)
    """What secrets that are sealed to the agent are opened with."""
    cameras: Cameras
    models: dict[str, str] = field(default_factory=dict[str, str])
    """The models of the phones that are there by serial, as far as they were asked."""
