"""An agent with memory phones, and a centre that grants leases and keeps events, on one bus."""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from drover.agent.agent import Agent
from drover.agent.rig import AgentOptions
from drover.bootstrap.agent_thread import SettingsTexts
from drover.drivers.memory.driver import Delays
from drover.drivers.memory.phone import MemoryPhone
from drover.drivers.memory.source import MemorySource
from drover.kernel.clock import SystemClock
from drover.kernel.ids import random_id
from drover.platform.blobs import FolderBlobs
from drover.platform.bus.memory import MemoryBus
from drover.platform.bus.ports import Message
from drover.platform.content import BlobContent
from drover.platform.settings import Settings
from drover.protocol.archive import pack
from drover.protocol.codec import decode, encode
from drover.protocol.fields import Said
from drover.protocol.messages import (
    Accepted,
    Ack,
    LeaseAnswer,
    LeaseExtended,
    LeaseQuestion,
    PlayEnded,
    PlayEvent,
    PlayOrder,
    Refused,
    StopOrder,
    Stopped,
)
from drover.protocol.subjects import EVENT, LEASE, PLAY, STOP, from_agent, to_agent
from drover.screens.ocr import RapidOcrReader
from drover.screens.writing import save_app, save_screen
from drover.sequences.player.retries import Retries
from tests.sequences.player.shop import SIZE, shop_registry

NAME = "host1"
PATIENCE_S = 60.0
NOW = datetime(2026, 11, 21, 19, 0, tzinfo=UTC)
OPEN = {"kind": "open_app", "after": "shop.home"}
CART = {"kind": "tap", "on": "shop.home.open_cart"}
BACK = {"kind": "tap", "on": "shop.cart.back"}
PAY = {"kind": "tap", "on": "shop.cart.pay", "effect": "once", "after": "shop.paid"}
FLOW = (OPEN, CART, PAY)
LONG = {"timeout_s": 600}
ROUNDS = (OPEN, {"kind": "repeat", "times": 200, "tasks": [CART | LONG, BACK | LONG]})
"""Goes on for minutes; a clock that is set forward does not fail a task."""
IMPATIENT = Retries(tries=0, pause_s=0.1, connection_tries=0, away_s=0)

T = TypeVar("T")


class ShiftedClock(SystemClock):
    """The machine's clock, set forward by a test as a suspended machine would find it."""

    shift_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.shift_s


@dataclass
class Centre:
    """Grants leases by phone and token, and keeps what it is told. `noisy`, it answers noise about leases."""

    bus: MemoryBus
    leases: dict[tuple[str, int], float] = field(default_factory=dict[tuple[str, int], float])
    events: list[PlayEvent] = field(default_factory=list[PlayEvent])
    questions: list[LeaseQuestion] = field(default_factory=list[LeaseQuestion])
    forgets: int = 0
    noisy: bool = False
    patience_s: float = PATIENCE_S
    before_answer: Callable[[], None] = lambda: None
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def answering(self) -> AsyncGenerator["Centre", None]:
        async with (
            self.bus.answer(from_agent("*", LEASE), self._lease),
            self.bus.answer(from_agent("*", EVENT), self._event),
        ):
            yield self

    async def _lease(self, message: Message) -> bytes:
        question = decode(message.payload, LeaseQuestion)
        self.questions.append(question)
        remaining_s = self.leases.get((question.phone, question.token))
        self.before_answer()
        if self.noisy:
            return b"noise"
        if remaining_s is None:
            return encode(LeaseAnswer(sequence_run=question.sequence_run, good=False, reason="it was broken"))
        return encode(LeaseAnswer(sequence_run=question.sequence_run, good=True, remaining_s=remaining_s))

    async def _event(self, message: Message) -> bytes:
        event = decode(message.payload, PlayEvent)
        async with self.came:
            self.events.append(event)
            self.came.notify_all()
        forgotten, self.forgets = self.forgets > 0, max(0, self.forgets - 1)
        return encode(Ack(sequence_run=event.sequence_run, number=event.number - forgotten))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(self.patience_s), self.came:
            await self.came.wait_for(condition)

    async def ended(self, sequence_run: str, attempt: int = 1, times: int = 1) -> PlayEnded:
        await self.until(lambda: len(self._ends(sequence_run, attempt)) >= times)
        return self._ends(sequence_run, attempt)[-1]

    async def told(self, sequence_run: str, kind: str, index: int) -> PlayEvent:
        def found() -> list[PlayEvent]:
            return [e for e in self.of(sequence_run) if e.body.kind == kind and getattr(e.body, "index", 0) == index]

        await self.until(lambda: bool(found()))
        return found()[-1]

    def of(self, sequence_run: str) -> list[PlayEvent]:
        """The events of a sequence run, each once, in the order of their numbers."""
        found = {event.number: event for event in self.events if event.sequence_run == sequence_run}
        return [found[number] for number in sorted(found)]

    def kinds(self, sequence_run: str) -> list[str]:
        return [event.body.kind for event in self.of(sequence_run)]

    def _ends(self, sequence_run: str, attempt: int) -> list[PlayEnded]:
        of = [event for event in self.events if event.sequence_run == sequence_run and event.attempt == attempt]
        return [event.body for event in of if isinstance(event.body, PlayEnded)]


@dataclass
class Stand:
    """The whole, and how to order."""

    folder: Path
    clock: ShiftedClock
    bus: MemoryBus
    content: BlobContent
    source: MemorySource
    centre: Centre
    screens: str
    delays: Delays
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    orders: int = 0
    running: list[Agent] = field(default_factory=list[Agent])

    def acting(self) -> int:
        """How many calls to phones are under way."""
        return self.running[-1].acting

    def agent_plays(self) -> int:
        """How many plays the agent has."""
        return len(self.running[-1].plays)

    def agent(self, **options: Any) -> AbstractAsyncContextManager[Agent]:
        settings = Settings(data_dir=self.folder / "data")
        given = {
            "data_dir": settings.data_dir,
            "texts": SettingsTexts(settings, self.clock),
            "text_reader": RapidOcrReader(),
            "retries": IMPATIENT,
            "drain_s": 10.0,
            **self.options,
            **options,
        }
        options_ = AgentOptions(**given)
        agent = Agent(NAME, self.source, self.bus, self.content, options_, self.clock, random_id)
        self.running.append(agent)
        return agent.running()

    def patient(self, **fields: Any) -> Retries:
        return replace(IMPATIENT, connection_tries=1, **fields)

    async def sequence(self, *tasks: Mapping[str, Any], **fields: Any) -> str:
        reference = {"width": SIZE.width, "height": SIZE.height}
        body = {"schema": 1, "name": "Buy", "app": "shop", "reference": reference, "tasks": list(tasks), **fields}
        return await self.content.put(json.dumps(body).encode())

    async def order(self, *tasks: Mapping[str, Any], phone: str = "a", token: int = 1, **fields: Any) -> PlayOrder:
        """Return an order, and grant its lease for ten minutes."""
        self.orders += 1
        self.centre.leases.setdefault((phone, token), 600.0)
        given = {
            "sequence_run": f"s{self.orders}",
            "run": f"r{self.orders}",
            "client": "c1",
            "phone": phone,
            "phone_name": phone,
            "token": token,
            "lease_remaining_s": 600.0,
            "issued_at": NOW + timedelta(seconds=self.orders),
            "sequence": await self.sequence(*(tasks or FLOW)),
            "screens": self.screens,
            **fields,
        }
        return PlayOrder(**given)

    async def send(self, order: PlayOrder) -> Accepted | Refused:
        answer = await self.ask(PLAY, order)
        return decode(answer, Accepted, Refused)

    async def stop(self, order: StopOrder) -> Stopped:
        return decode(await self.ask(STOP, order), Stopped)

    async def extend(self, order: PlayOrder, remaining_s: float) -> None:
        self.centre.leases[order.phone, order.token] = remaining_s
        extended = LeaseExtended(phone=order.phone, token=order.token, remaining_s=remaining_s)
        await self.bus.publish(to_agent(NAME, LEASE), encode(extended))

    async def ask(self, what: str, message: Said) -> bytes:
        return await self.bus.request(to_agent(NAME, what), encode(message), timeout_s=PATIENCE_S)


@cache
def screens_archive() -> bytes:
    with TemporaryDirectory() as folder:
        return pack(registry_folder(Path(folder)))


def registry_folder(folder: Path) -> Path:
    registry = shop_registry()
    for app in registry.apps.values():
        save_app(folder, app)
    for screen in registry.screens.values():
        save_screen(folder, screen)
    return folder


@asynccontextmanager
async def stand(folder: Path, *phones: MemoryPhone, delays: Delays = Delays(capture_s=0.005)) -> AsyncGenerator[Stand]:  # noqa: B008  frozen
    clock, bus = ShiftedClock(), MemoryBus()
    content = BlobContent(FolderBlobs(folder / "content"))
    screens = await content.put(screens_archive())
    source = MemorySource(phones, clock, delays=delays)
    async with AsyncExitStack() as stack:
        centre = await stack.enter_async_context(Centre(bus).answering())
        yield Stand(folder, clock, bus, content, source, centre, screens, delays)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def eventually(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  what is waited for tells nobody when it happens
            await asyncio.sleep(0.01)
