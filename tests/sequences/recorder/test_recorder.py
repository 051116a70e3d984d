"""The recorder on phones in memory: a person's hand, and what is looked at in between."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from drover.devices.errors import PhoneOffline
from drover.devices.geometry import Point, Rect
from drover.devices.ports import ButtonEvent, FingerEvent, Key, Phase
from drover.drivers.memory.driver import MemoryDriver
from drover.drivers.memory.phone import Condition
from drover.fleet.broker import FrameBroker
from drover.kernel.clock import SystemClock
from drover.screens.matching.matcher import Matcher
from drover.screens.pictures import decode_picture, picture_size
from drover.screens.regions import ExpectedText, NodeQuery, NodeRegion
from drover.sequences.recorder.inputs import Given
from drover.sequences.recorder.keeping import keep_steps, keep_unknown
from drover.sequences.recorder.recorder import Happening, Noted, Recorder, Seen, Stepped, home_package
from drover.sequences.wording import describe
from tests.sequences.player.shop import BACK, COUPON, DISMISS, OPEN_CART, PACKAGE, PAY, ShopPhone, shop_registry

REGISTRY = shop_registry()
MATCHER = Matcher(REGISTRY)
KEYBOARD = Rect(0, 400, 270, 600)
PATIENCE_S = 20.0


@dataclass
class Desk:
    """A phone, a recorder that watches it, and the person who uses it."""

    phone: ShopPhone
    recorder: Recorder
    told: list[Happening] = field(default_factory=list[Happening])
    at_s: float = 0.0

    @property
    def words(self) -> list[str]:
        steps = self.recorder.composer.certain
        return [f"{step.before}: {describe(step.act)} -> {step.after}" for step in steps]

    @property
    def notes(self) -> list[str]:
        return [happening.words for happening in self.told if isinstance(happening, Noted)]

    def touch(self, point: Point, seconds: float = 0.1) -> None:
        for phase, after_s in ((Phase.DOWN, 0.0), (Phase.UP, seconds)):
            self.phone.feel(FingerEvent(self.at_s + after_s, 0, phase, point))
        self.at_s += 1

    async def tap(self, rect: Rect) -> None:
        """Touch, and look until what came of it was seen."""
        touches = self.touches
        self.touch(rect.center)
        await self.until(lambda: self.touches > touches)

    @property
    def touches(self) -> int:
        return max((seen.touches for seen in self.told if isinstance(seen, Seen)), default=-1)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110  the recorder tells by a call
                await asyncio.sleep(0.01)


@asynccontextmanager
async def recording(
    phone: ShopPhone, given: Given | None = None, matcher: Matcher = MATCHER
) -> AsyncIterator[tuple[Desk, asyncio.Task[None]]]:
    """Record while the block lasts; the phone's shop is open and was seen."""
    clock = SystemClock()
    driver = MemoryDriver(phone, clock)
    await driver.attach()
    told: list[Happening] = []
    with ThreadPoolExecutor(1) as images:
        recorder = Recorder(
            driver=driver,
            broker=FrameBroker(driver, clock),
            registry=REGISTRY,
            matcher=matcher,
            images=images,
            clock=clock,
            given=given or Given(),
            tell=told.append,
            home="drover.launcher",
        )
        desk = Desk(phone, recorder, told)
        running = asyncio.create_task(recorder.run())
        try:
            await desk.until(lambda: any(isinstance(each, Seen | Noted) for each in told))
            yield desk, running
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError, PhoneOffline):
                await running


async def test_a_flow_through_the_shop_is_recorded_with_its_screens() -> None:
    phone = ShopPhone("P1", front=PACKAGE)
    async with recording(phone, Given({"coupon": "SAVE10"})) as (desk, running):
        await desk.tap(OPEN_CART)
        phone.keyboard = KEYBOARD
        await desk.tap(COUPON)
        phone.texts[PACKAGE] = "SAVE10"
        await desk.tap(KEYBOARD)
        phone.keyboard = None
        await desk.tap(PAY)
        phone.feel(ButtonEvent(9.0, Key.HOME))
        await desk.until(lambda: not desk.recorder.composer.waits)
        running.cancel()
        await asyncio.wait([running])
        await desk.recorder.finish(look=True)
    assert desk.words == [
        "shop.home: tap shop.home.open_cart -> shop.cart",
        "shop.cart: type into shop.cart.coupon -> shop.cart",
        "shop.cart: tap shop.cart.pay -> shop.paid",
        "shop.paid: press home -> shop.launcher",
    ]
    assert [each.number for each in desk.told if isinstance(each, Stepped)] == [1, 2, 3, 4]
    assert list(desk.recorder.composer.inputs.params) == ["coupon"]
    assert desk.notes == []


async def test_a_popup_that_the_person_dismisses_is_no_step() -> None:
    async with recording(ShopPhone("P1", front=PACKAGE)) as (desk, _):
        desk.phone.popup = True
        await desk.until(lambda: any(isinstance(e, Seen) and e.sight.interrupt == "shop.offer" for e in desk.told))
        await desk.tap(DISMISS)
        await desk.tap(OPEN_CART)
    assert desk.words == ["shop.home: tap shop.home.open_cart -> shop.cart"]
    assert len(desk.notes) == 1


async def test_what_came_of_the_last_touch_is_seen_before_the_end() -> None:
    async with recording(ShopPhone("P1", front=PACKAGE)) as (desk, running):
        desk.touch(OPEN_CART.center)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])
        await desk.recorder.finish(look=True)
    assert desk.words == ["shop.home: tap shop.home.open_cart -> shop.cart"]


async def test_a_recording_ends_by_itself_when_nothing_is_touched() -> None:
    async with recording(ShopPhone("P1", front=PACKAGE)) as (desk, running):
        running.cancel()
        await asyncio.wait([running])
        async with asyncio.timeout(PATIENCE_S):
            await desk.recorder.run(until_idle_s=0.6)


async def test_a_phone_that_goes_away_ends_the_recording_and_what_was_done_is_kept() -> None:
    async with recording(ShopPhone("P1", front=PACKAGE, goes_at="pay")) as (desk, running):
        await desk.tap(OPEN_CART)
        desk.touch(PAY.center)
        with pytest.raises(PhoneOffline):
            await running
        await desk.recorder.finish(look=False)
    assert desk.words[0] == "shop.home: tap shop.home.open_cart -> shop.cart"


async def test_a_failure_that_passes_is_noted_once_and_the_recording_goes_on() -> None:
    async with recording(ShopPhone("P1", front=PACKAGE)) as (desk, running):
        desk.phone.condition = Condition.GARBAGE
        desk.touch(OPEN_CART.center)
        await desk.until(lambda: desk.notes != [])
        await asyncio.sleep(0.6)
        desk.phone.condition = Condition.WELL
        await desk.until(lambda: desk.touches == 1)
        assert len(desk.notes) == 1
        assert not running.done()


async def test_a_screen_that_asks_for_an_element_is_recorded_by_the_ui_tree() -> None:
    cart = REGISTRY.screens["shop.cart"]
    node = NodeRegion("count", NodeQuery(text=ExpectedText("0 paid")))
    asking = replace(cart, variants=(replace(cart.variants[0], nodes=(node,)),))
    matcher = Matcher(replace(REGISTRY, screens={**REGISTRY.screens, cart.key: asking}))
    async with recording(ShopPhone("P1", front=PACKAGE), matcher=matcher) as (desk, _):
        await desk.tap(OPEN_CART)
    assert desk.words == ["shop.home: tap shop.home.open_cart -> shop.cart"]


async def test_a_window_that_forbids_pictures_is_known_by_its_elements() -> None:
    async with recording(ShopPhone("P1", front=PACKAGE, page="cart", shown="cart", secure=True)) as (desk, _):
        await desk.tap(COUPON)
    (seen, *_) = [each.sight for each in desk.told if isinstance(each, Seen)]
    assert (seen.screen, seen.jpeg, seen.field_at(COUPON.center) is not None) == (None, b"", True)


async def test_a_screen_that_is_not_known_is_kept_once_with_what_is_known_of_it(tmp_path: Path) -> None:
    phone = ShopPhone("P1", front=PACKAGE)
    async with recording(phone) as (desk, _):
        await desk.tap(OPEN_CART)
        phone.covered = Rect(20, 20, 200, 110)
        await desk.tap(BACK)
        await desk.tap(BACK)
        phone.covered = None
        await desk.tap(Rect(1, 1, 3, 3))
    steps = desk.recorder.composer.end()
    (picture,) = keep_unknown(tmp_path / "unknown", steps)
    kept = json.loads(picture.with_suffix(".json").read_text())
    assert picture_size(picture.read_bytes()) == phone.size
    assert kept["package"] == PACKAGE
    assert [seen.partition(",")[0] for seen in kept["seen"]] == [
        "after step 2",
        "before step 3",
        "after step 3",
        "before step 4",
    ]
    keep_steps(tmp_path / "frames", steps)
    listed = json.loads((tmp_path / "frames" / "steps.json").read_text())["steps"]
    assert [step["number"] for step in listed] == [1, 2, 3, 4]
    assert decode_picture((tmp_path / "frames" / listed[0]["frames"]["after"]).read_bytes()).shape == (600, 270, 4)


async def test_ten_thousand_random_touches_are_recorded_without_harm() -> None:
    chance = random.Random(11)
    async with recording(ShopPhone("P1", front=PACKAGE)) as (desk, running):
        for number in range(10_000):
            point = Point(chance.randrange(-50, 400), chance.randrange(-50, 800))
            desk.phone.feel(
                FingerEvent(chance.uniform(0, 1e5), chance.randrange(12), chance.choice(list(Phase)), point)
            )
            if number % 2_500 == 0:
                await asyncio.sleep(0.3)
        await desk.until(lambda: all(reader.empty() for reader in desk.phone.readers))
        running.cancel()
        await asyncio.wait([running])
        await desk.recorder.finish(look=True)
    steps = desk.recorder.composer.certain
    targets = [getattr(step.act, "target", None) for step in steps]
    assert 0 < len(steps) <= 1000
    assert all(target.within(desk.phone.size) for target in targets if isinstance(target, Rect))


async def test_the_launcher_is_the_one_that_the_phone_names() -> None:
    driver = MemoryDriver(ShopPhone("P1"), SystemClock())
    await driver.attach()
    assert await home_package(driver) == ""
