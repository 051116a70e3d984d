"""A person's own acts: gestures that come from the wall, done under the lease of their control and held to its gate."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Final, NoReturn

import structlog

from drover.agent.cameras import Camera
from drover.agent.errors import ControlOver, Diverged, GateClosed, Halted, PhoneUnknown, StaleToken
from drover.agent.gate import Gate
from drover.agent.gated_driver import GatedDriver
from drover.agent.rig import Rig
from drover.agent.seeing import Seen, check_same, looked, places, see, seen_at_once
from drover.devices.ports import Key
from drover.fleet.phonebook import PhoneHeld
from drover.kernel.errors import DroverError
from drover.platform.bus.ports import Message
from drover.protocol.codec import decode, encode, snake
from drover.protocol.fields import line, name
from drover.protocol.live import ActDone, ActOrder, ControlEnded, Gesture, Looked, LookQuestion
from drover.protocol.messages import Budget, StopOrder
from drover.protocol.subjects import ACT, CONTROL, LOOK, to_agent

FRESH_S: Final = 0.7
"""How old a frame may be that an act is compared by: the person acted on one that was older still."""
HASTE_S: Final = 1.5
"""How long pictures come quickly after an act: longer than most screens take to settle."""
WAY_S: Final = 0.4
"""How long other phones' pictures make way for an act and the first picture after it."""
_WORK: Final = "driven by hand"

ShutOut = Callable[[str, int], Awaitable[None]]
"""Stops a play of a phone whose lease is older than that token. Raises OrderRefused where it is newer."""

_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class Live:
    """Answers looks and acts. One hand for each phone that is driven, from the first act to the end of its lease."""

    def __init__(self, rig: Rig, shut_out: ShutOut) -> None:
        self._rig = rig
        self._shut_out = shut_out
        self._hands: dict[str, _Hand] = {}
        self._deciding: dict[str, asyncio.Lock] = {}

    @property
    def driven(self) -> frozenset[str]:
        """The phones that are driven by hand."""
        return frozenset(self._hands)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None, None]:
        """Answer while the block lasts; at its end every phone is let go."""
        agent, bus = self._rig.name, self._rig.bus
        hearing = asyncio.ensure_future(self._hear_of_ends())
        try:
            async with bus.answer(to_agent(agent, LOOK), self._look), bus.answer(to_agent(agent, ACT), self._act):
                yield
        finally:
            hearing.cancel()
            await asyncio.gather(hearing, return_exceptions=True)
            for serial in tuple(self._hands):
                await self._end(serial, ControlOver(serial))

    async def give_way(self, serial: str) -> None:
        """Let a phone go: a play has it under a newer lease."""
        await self._end(serial, ControlOver(serial))

    async def stop(self, stop: StopOrder) -> None:
        """Let go of the phones that a kill switch stops; one run's stop concerns none."""
        for serial, hand in tuple(self._hands.items()):
            if stop.scope == "all" or (stop.scope == "client" and stop.id == hand.client):
                await self._end(serial, Halted(serial, stop.reason))

    async def _hear_of_ends(self) -> NoReturn:
        async with self._rig.bus.subscribe(to_agent(self._rig.name, CONTROL)) as messages:
            async for message in messages:
                with suppress(DroverError):
                    ended = decode(message.payload, ControlEnded)
                    hand = self._hands.get(ended.phone)
                    if hand is not None and hand.token <= ended.token:
                        await self._end(ended.phone, ControlOver(ended.phone))
        raise AssertionError  # a subscription has no end

    async def _look(self, message: Message) -> bytes:
        asked = decode(message.payload, LookQuestion)
        self._rig.cameras.make_way(WAY_S)
        try:
            self._check_known(asked.phone)
            async with self._rig.cameras.open(asked.phone) as camera:
                seen = await self._see(camera, asked.phone, asked.screens, FRESH_S)
                return encode(looked(asked.phone, seen, asked.x, asked.y))
        except DroverError as error:
            return encode(Looked(phone=asked.phone, error=line(error.message), hint=line(error.hint)))

    async def _act(self, message: Message) -> bytes:
        order = decode(message.payload, ActOrder)
        self._rig.cameras.make_way(WAY_S)
        try:
            screen = await self._do(order)
        except DroverError as error:
            return encode(
                ActDone(
                    act=order.act,
                    phone=order.phone,
                    done=False,
                    diverged=isinstance(error, Diverged),
                    code=name(snake(type(error).__name__)),
                    message=line(error.message),
                    hint=line(error.hint),
                )
            )
        return encode(ActDone(act=order.act, phone=order.phone, done=True, screen=name(screen)))

    async def _do(self, order: ActOrder) -> str:
        """Do what is ordered; return the screen on which it was done, where that is known."""
        self._check_known(order.phone)
        hand = await self._hand(order)
        camera = await hand.ready()
        seen = await self._compared(camera, order)
        if order.gesture is not None:
            if seen is None and order.gesture.kind in _PLACED:
                seen = await self._see(camera, order.phone, None, FRESH_S)
            await _perform(hand.driver, order.phone, seen, order.gesture, order.expected)
            camera.stir(HASTE_S)
        return seen.key if seen is not None else ""

    async def _compared(self, camera: Camera, order: ActOrder) -> Seen | None:
        """Return what the phone shows, where that must be what the lead shows. Raises Diverged."""
        if order.expected is None:
            return None
        seen = await self._see(camera, order.phone, order.screens, FRESH_S)
        try:
            check_same(order.phone, seen, order.expected)
        except Diverged:  # by a frame that may be from before the last act; so it is looked at anew
            seen = await self._see(camera, order.phone, order.screens, 0.0)
            check_same(order.phone, seen, order.expected)
        return seen

    async def _see(self, camera: Camera, serial: str, screens: str | None, max_age_s: float) -> Seen:
        matcher = (await self._rig.materials.screens(screens)).matcher if screens is not None else None
        frame = await camera.grab(max_age_s=max_age_s)
        hand = self._hands.get(serial)
        known = hand.seen if hand is not None and hand.seen_by == screens else None
        sketch = camera.sketch_of(frame)
        seen = seen_at_once(sketch, matcher, known) if sketch is not None else None
        if seen is None:
            loop = asyncio.get_running_loop()
            seen = await loop.run_in_executor(self._rig.images, see, frame, sketch, matcher, known)
        if hand is not None:
            hand.seen, hand.seen_by = seen, screens
        return seen

    async def _hand(self, order: ActOrder) -> "_Hand":
        """Return the hand that drives the phone under the order's lease. Raises StaleToken, OrderRefused."""
        asked_at, serial = self._rig.clock.monotonic(), order.phone
        async with self._deciding.setdefault(serial, asyncio.Lock()):
            hand = self._hands.get(serial)
            newest = max(self._rig.store.newest_token(serial), hand.token if hand is not None else 0)
            if order.token < newest:
                raise StaleToken(serial, order.token, newest)
            await self._shut_out(serial, order.token)
            if hand is not None and (hand.token != order.token or not hand.gate.is_open):
                await self._end(serial, ControlOver(serial))
                hand = None
            if hand is None:
                hand = self._hands[serial] = _Hand(order, self._rig)
                hand.gate.grant(asked_at, order.lease_remaining_s)
                hand.begin(lambda: self._over(serial, hand))
            else:
                hand.gate.grant(asked_at, order.lease_remaining_s)
            return hand

    def _over(self, serial: str, hand: "_Hand | None") -> None:
        if self._hands.get(serial) is hand:
            del self._hands[serial]

    async def _end(self, serial: str, refusal: GateClosed) -> None:
        if (hand := self._hands.get(serial)) is not None:
            hand.gate.close(refusal)
            await hand.ended()

    def _check_known(self, serial: str) -> None:
        if serial not in {phone.serial for phone in self._rig.monitor.phones()}:
            raise PhoneUnknown(serial)


class _Hand:
    """Has one phone from the first act until its lease is over, or somebody else has it."""

    def __init__(self, order: ActOrder, rig: Rig) -> None:
        self.token = order.token
        self.client = order.client
        self.seen: Seen | None = None
        self.seen_by: str | None = None
        self._rig = rig
        self._serial = order.phone
        self._stirred = asyncio.Event()
        self.gate = Gate(order.phone, rig.clock, Budget(), {}, self._stirred.set)
        self._camera: asyncio.Future[Camera] = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None
        self.driver: GatedDriver

    def begin(self, over: Callable[[], None]) -> None:
        """Take the phone; `over` is called when it has been let go."""
        self._task = asyncio.ensure_future(self._run())
        self._task.add_done_callback(lambda _: over())

    async def ready(self) -> Camera:
        """Return the phone's camera once it is had. Raises what kept it from being had."""
        return await asyncio.shield(self._camera)

    async def ended(self) -> None:
        """Return when the phone has been let go, and no call to it is under way."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            async with AsyncExitStack() as stack:
                await self._take(stack)
                while self.gate.is_open:
                    self._stirred.clear()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self.gate.left_s):
                            await self._stirred.wait()
                with suppress(GateClosed):
                    self.gate.check()  # where nothing else has ended it, its lease has
                await self.driver.cut()
        except DroverError as error:
            if not self._camera.done():
                self._camera.set_exception(error)
                self._camera.exception()  # nobody may wait for it any more
            else:
                _log.warning("a phone could not be let go", phone=self._serial, error=error.message)

    async def _take(self, stack: AsyncExitStack) -> None:
        rig, serial = self._rig, self._serial
        camera = await stack.enter_async_context(rig.cameras.open(serial))
        with suppress(PhoneHeld):  # a person may well have to do with a phone that is given no work
            await stack.enter_async_context(rig.book.occupied(serial, _WORK))
        stack.enter_context(rig.monitor.occupied(serial))
        self.driver = GatedDriver(camera.driver, self.gate, rig.acting)
        camera.kept = True
        stack.callback(setattr, camera, "kept", False)
        self._camera.set_result(camera)


_PLACED: Final = frozenset({"tap", "long_tap", "swipe"})


async def _perform(driver: GatedDriver, serial: str, seen: Seen | None, gesture: Gesture, lead: Looked | None) -> None:
    if gesture.kind == "text":
        await driver.type_text(gesture.text)
    elif gesture.kind == "key":
        await driver.press(Key(gesture.key))
    else:
        assert seen is not None  # noqa: S101  whoever has a place to touch was looked at
        start, end = places(serial, seen, gesture, lead)
        if gesture.kind == "tap":
            await driver.tap(start)
        elif gesture.kind == "long_tap":
            await driver.long_tap(start, seconds=max(0.5, gesture.seconds))
        else:
            await driver.swipe(start, end, seconds=min(max(0.1, gesture.seconds), 3.0))
