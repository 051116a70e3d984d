"""What a play on memory phones needs, with a fake clock, and what it told on the way."""

import asyncio
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from drover.drivers.memory.driver import Delays, MemoryDriver
from drover.kernel.clock import FakeClock
from drover.platform.blobs import MemoryBlobs
from drover.screens.domain import Registry
from drover.screens.matching.matcher import Matcher
from drover.screens.ocr import RapidOcrReader, TextReader
from drover.sequences.files import read_sequence
from drover.sequences.helpers import Helper
from drover.sequences.journal import Journal
from drover.sequences.plan import make_plan
from drover.sequences.player.events import Event
from drover.sequences.player.frame_budget import FrameBudget
from drover.sequences.player.rack import PlayPhone, Stage, play_on
from drover.sequences.player.retries import Retries
from drover.sequences.player.strangers import Unknowns
from drover.sequences.record import PhoneRecord, TaskRecord
from drover.sequences.resolving import TextSource
from drover.sequences.ways import with_ways
from tests.sequences.player.shop import SIZE, ShopPhone, shop_registry

REGISTRY = shop_registry()
OPEN = {"kind": "open_app", "after": "shop.home"}
CART = {"kind": "tap", "on": "shop.home.open_cart"}
COUPON = {"kind": "type", "on": "shop.cart.coupon", "text": "SAVE 10"}
PAY = {"kind": "tap", "on": "shop.cart.pay", "effect": "once"}


@dataclass
class Rollcall:
    """Says that phones are there at once, or from a moment of the clock on."""

    clock: FakeClock
    back_at_s: float = 0.0
    back: Callable[[], None] = lambda: None

    async def until_there(self, serial: str, *, timeout_s: float) -> bool:
        assert serial
        left_s = max(0.0, self.back_at_s - self.clock.monotonic())
        await self.clock.sleep(min(left_s, timeout_s))
        if left_s > timeout_s:
            return False
        self.back()
        return True


@dataclass
class Bench:
    """What a play needs, with a fake clock, and what it told on the way."""

    journal: Journal
    images: ThreadPoolExecutor
    clock: FakeClock
    presence: Rollcall
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    told: list[Event] = field(default_factory=list[Any])
    ids: int = 0
    registry: Registry = REGISTRY

    async def play(
        self,
        phones: list[ShopPhone],
        *tasks: dict[str, Any],
        from_step: int | None = None,
        retries: int = 2,
        away_s: float = 600,
        resume: bool = False,
        drive: type[MemoryDriver] = MemoryDriver,
        fields: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
        helpers: Mapping[str, Helper] | None = None,
        text_reader: TextReader | None = None,
        unknowns: Unknowns | None = None,
        file: str = "buy.json",
        texts: TextSource | None = None,
    ) -> tuple[PhoneRecord, ...]:
        reference = {"width": SIZE.width, "height": SIZE.height}
        body = {"schema": 1, "name": "Buy", "app": "shop", "reference": reference, "tasks": list(tasks)}
        sequence = read_sequence(json.dumps({**body, **(fields or {})}), file)
        reader = text_reader or RapidOcrReader()
        stage = Stage(
            plan=make_plan(
                with_ways(sequence, self.registry),
                self.registry,
                params or {},
                file=file,
                helpers=helpers or {},
                categories=texts.providers if texts is not None else (),
            ),
            registry=self.registry,
            matcher=Matcher(self.registry, reader),
            journal=self.journal,
            blobs=self.blobs,
            images=self.images,
            clock=self.clock,
            new_id=self.new_id,
            retries=Retries(retries, 2.0, away_s=away_s),
            presence=self.presence,
            turns=asyncio.Semaphore(16),
            frames=FrameBudget(16),
            attaching=asyncio.Semaphore(4),
            resume=resume,
            from_step=from_step,
            helpers=helpers or {},
            text_reader=reader,
            unknowns=unknowns,
            texts=texts or TextSource(),
        )
        delays = Delays(capture_s=0.05, input_s=0.01)
        drivers = [PlayPhone(phone.serial, drive(phone, self.clock, delays=delays)) for phone in phones]
        return await play_on(drivers, stage, self.told.append)

    async def one(self, phone: ShopPhone, *tasks: dict[str, Any], **options: Any) -> PhoneRecord:
        return (await self.play([phone], *tasks, **options))[0]

    def new_id(self) -> str:
        self.ids += 1
        return f"run{self.ids}"


def last(record: PhoneRecord) -> TaskRecord:
    return record.tasks[-1]
