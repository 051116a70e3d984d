"""Looking at a phone: grab a frame, tell the screen, wait until the expected one is there and at rest."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from drover.devices.errors import Unsupported
from drover.devices.frame import Frame
from drover.devices.geometry import Rect, Size
from drover.devices.ports import Capability, Driver
from drover.devices.uitree import UiNode
from drover.fleet.broker import FrameBroker
from drover.platform.blobs import Blobs
from drover.screens.domain import Action, ActionKind, Identification, Screen, ScreenKind, Variant
from drover.screens.matching.matcher import Matcher
from drover.screens.settle import Settle
from drover.sequences.player.errors import ActionNotSeen, InterruptStays, ScreenNotSeen
from drover.sequences.player.evidence import keep_frame
from drover.sequences.player.frame_budget import FrameBudget
from drover.sequences.player.hands import Hands
from drover.sequences.player.stopwatch import Stopwatch
from drover.sequences.player.typing import Shown, Typist
from drover.sequences.record import Evidence

LOOK_INTERVAL_S = 0.1
"""Least time between two looks. A picture that did not change for this long is at rest."""
REUSE_S = 1.0
"""A look that ended the task before still serves as the look before this one for so long."""
DISMISSALS = 3
"""How often one interrupt is dismissed within a task before it counts as one that stays."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """A screen recognised on a frame."""

    screen: Screen
    variant: Variant
    answer: Identification

    @property
    def is_interrupt(self) -> bool:
        """Whether the screen covers another one."""
        return self.screen.kind is ScreenKind.INTERRUPT


class Look:
    """One frame; what was recognised on it, if anything that was looked for; whether the picture is at rest.

    The pixels of all phones' looks would fill the memory. So a look that counts is kept as a small picture at once, and
    its frame is let go as soon as that is done and nobody is to look at the frame any more.
    """

    def __init__(self, frame: Frame, found: Found | None, *, at_rest: bool) -> None:
        self.found = found
        self.at_rest = at_rest
        self.captured_at = frame.captured_at
        self.size: Size = frame.size
        self._frame: Frame | None = frame
        self._evidence: asyncio.Task[Evidence] | None = None
        self._wanted = True

    @property
    def has_picture(self) -> bool:
        """Whether there is, or will be, something to show of it."""
        return self._evidence is not None or self._frame is not None

    @property
    def is_kept(self) -> bool:
        """Whether its small picture is made, or being made."""
        return self._evidence is not None

    @property
    def frame(self) -> Frame:
        """The frame, which is there until `let_go`."""
        assert self._frame is not None  # noqa: S101  who lets go does not look again
        return self._frame

    @property
    def frame_left(self) -> Frame | None:
        """The frame, None once it was let go."""
        return self._frame

    def keep(self, keep: Callable[[Frame], Coroutine[None, None, Evidence]]) -> None:
        """Begin to make the small picture, once."""
        if self._evidence is None and self._frame is not None:
            self._evidence = asyncio.create_task(keep(self._frame))
            self._evidence.add_done_callback(self._kept)

    def let_go(self) -> None:
        """Say that nobody is to look at the frame any more."""
        self._wanted = False
        if self._evidence is None or self._evidence.done():
            self._frame = None

    async def evidence(self) -> Evidence:
        """Return the small picture of a look that is kept. Raises what making it raised."""
        assert self._evidence is not None  # noqa: S101  only looks that count come into a record
        return await asyncio.shield(self._evidence)

    def _kept(self, evidence: "asyncio.Task[Evidence]") -> None:
        if not evidence.cancelled():
            evidence.exception()  # told where the evidence is used, if it is
        if not self._wanted:
            self._frame = None

    def shows(self, screens: tuple[str, ...]) -> bool:
        """Whether one of `screens` was recognised."""
        return self.found is not None and self.found.screen.key in screens


@dataclass(frozen=True, slots=True)
class Dismissal:
    """An interrupt that was dismissed, by what act, and the look that showed it."""

    key: str
    act: str
    look: Look | None


class Eyes:
    """Looks at one phone, for one play."""

    def __init__(
        self,
        broker: FrameBroker,
        matcher: Matcher,
        app: str,
        images: Executor,
        blobs: Blobs,
        budget: FrameBudget,
    ) -> None:
        self._broker = broker
        self._budget = budget
        self._blobs = blobs
        self._matcher = matcher
        self._app = app
        self._images = images
        self._tree_offered = True
        self._counted: Look | None = None
        self._dismissals: list[Dismissal] = []
        self.last: Look | None = None

    async def compute(self, work: Callable[..., T], *args: object) -> T:
        """Run image work in the pool of threads that all phones share, never on the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._images, work, *args)

    @property
    def seen(self) -> Look | None:
        """The last look of which there is a picture."""
        return self.last if self.last is not None and self.last.has_picture else self._counted

    def forget(self) -> None:
        """Let no look count as a recent one: the phone was away, or nobody knows what it shows."""
        self.last = None

    def keep(self, look: Look | None) -> Look | None:
        """Return a look whose small picture is kept; None where there is none to keep."""
        if look is None or not look.has_picture:
            return None
        look.keep(self._evidence)
        return look

    def dismissals(self) -> Sequence["Dismissal"]:
        """Return the interrupts that were dismissed since this was asked last."""
        found, self._dismissals = self._dismissals, []
        return found

    async def evidence(self, look: Look) -> Evidence:
        """Return the small picture of a look that has one, made now where it is not yet."""
        look.keep(self._evidence)
        return await look.evidence()

    def recent(self, screens: tuple[str, ...], now: float) -> Look | None:
        """Return the last look if it is fresh and saw one of `screens` at rest."""
        look = self.last
        fresh = look is not None and look.at_rest and look.shows(screens)
        return look if fresh and look is not None and now - look.captured_at <= REUSE_S else None

    async def wait_for(
        self,
        screens: tuple[str, ...],
        hands: Hands,
        *,
        timeout_s: float,
        dismissed: list[str],
        left: str | None = None,
    ) -> Look:
        """Return a look at one of `screens` with the picture at rest.

        Known interrupts are dismissed on the way and their keys added to `dismissed`. `left` is the screen that the act
        before was to leave. Raises InterruptStays; ScreenNotSeen when `timeout_s` have passed since the start or the
        last dismissal, or when `left` is there after a dismissal: then the interrupt has swallowed the act.
        """
        watch = hands.watch
        deadline = watch.clock.monotonic() + timeout_s
        started_with = len(dismissed)
        looked_for = screens if left is None or left in screens else (*screens, left)
        async with aclosing(self._looks(hands, looked_for)) as looks:
            async for look in looks:
                if look.at_rest and look.shows(screens):
                    return self._count(look)
                swallowed = look.at_rest and len(dismissed) > started_with and look.shows(looked_for)
                if look.at_rest and look.found is not None and look.found.is_interrupt:
                    await self._dismiss(look, look.found, hands, dismissed)
                    deadline = watch.clock.monotonic() + timeout_s
                elif swallowed or watch.clock.monotonic() >= deadline:
                    raise await self._not_seen(self._count(look), hands, screens, dismissed[started_with:])
        raise AssertionError  # looks never end by themselves

    async def glimpse(self, hands: Hands, *, timeout_s: float, dismissed: list[str] | None = None) -> Look:
        """Return a look at whatever screen of the app there is, at rest; after `timeout_s`, at whatever there is.

        Known interrupts are dismissed, and their keys added to `dismissed`. A look of a moment ago serves as well.
        Raises InterruptStays.
        """
        watch = hands.watch
        last, now = self.last, watch.clock.monotonic()
        known = last is not None and last.found is not None and not last.found.is_interrupt
        if last is not None and last.found is not None and known and self.recent((last.found.screen.key,), now):
            return self._count(last)
        deadline, dismissed = now + timeout_s, list[str]() if dismissed is None else dismissed
        async with aclosing(self._looks(hands, None)) as looks:
            async for look in looks:
                if look.at_rest and look.found is not None and look.found.is_interrupt:
                    await self._dismiss(look, look.found, hands, dismissed)
                elif look.at_rest or watch.clock.monotonic() >= deadline:
                    return self._count(look)
        raise AssertionError  # looks never end by themselves

    async def find(self, look: Look, found: Found, action: Action) -> Rect:
        """Return where to touch `action`, having seen that it looks like itself. Raises ActionNotSeen."""
        key = found.screen.key
        check = await self.compute(self._matcher.check_action, look.frame, key, found.variant, action)
        if check is not None and not check.passed:
            raise ActionNotSeen(f"{key}.{action.name}", check)
        return found.screen.place_of(action, found.variant, look.frame.size)

    def typist(self, driver: Driver, watch: Stopwatch) -> Typist:
        """Return who types on the phone's on-screen keyboard, by what is seen of it."""

        async def look() -> Shown | None:
            frame = await self._grab(watch, None)
            seen = await self.compute(self._matcher.keyboards.seen, frame)
            return None if seen is None else Shown(seen, frame.size)

        return Typist(driver, watch, self._matcher.keyboards, look)

    async def _looks(self, hands: Hands, expected: tuple[str, ...] | None) -> AsyncGenerator[Look, None]:
        """Yield one look after another, without end; with None expected, any screen of the app is told.

        A screen is at rest in its second alike look at the earliest. So the look after a picture that was not
        recognised is never the last one, and the next capture is under way while it is being looked at.
        """
        if self.last is not None:
            self.last.let_go()  # whoever looks anew has done with it
        watch, settle, recognised = hands.watch, Settle(), False
        ahead: asyncio.Task[Frame] | None = None
        frame = await self._grab(watch, None)
        try:
            while True:
                taken_at = frame.captured_at
                ahead = None if recognised else asyncio.create_task(self._grab(watch, taken_at))
                look = self.last = await self._look(frame, expected, settle, hands)
                recognised = look.found is not None
                yield look
                del frame  # while the next one is waited for, nothing holds the pixels of this one
                look.let_go()
                frame = await (ahead or self._grab(watch, taken_at))
        finally:
            if ahead is not None:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)

    async def _grab(self, watch: Stopwatch, after: float | None) -> Frame:
        if after is not None:
            await watch.wait(max(0.0, LOOK_INTERVAL_S - (watch.clock.monotonic() - after)))
        async with self._budget.room() as room:
            frame = await watch.device(self._broker.grab(max_age_s=0))
            room.put(frame)
        watch.captures.add(frame.sequence)
        return frame

    async def _look(self, frame: Frame, expected: tuple[str, ...] | None, settle: Settle, hands: Hands) -> Look:
        look = await self.compute(self._recognise, frame, expected, settle, None)
        if look is None:
            tree = await self._tree(hands)
            look = await self.compute(self._recognise, frame, expected, settle, tree)
        assert look is not None  # noqa: S101  by now a tree is there, or it is known that the phone offers none
        return look

    async def _tree(self, hands: Hands) -> UiNode | None:
        """Return the UI tree; None where the phone offers none, and then it is not asked again."""
        if self._tree_offered and Capability.UI_TREE in hands.driver.capabilities:
            try:
                return await hands.tree()
            except Unsupported:
                pass
        self._tree_offered = False
        return None

    def _recognise(
        self, frame: Frame, expected: tuple[str, ...] | None, settle: Settle, tree: UiNode | None
    ) -> Look | None:
        """Return the look that the frame is; None where a screen cannot be told without the UI tree."""
        if expected is None:
            answer: Identification | None = self._identify(frame, tree)
        else:
            answer = self._matcher.recognise(frame, app=self._app, expected=expected, tree=tree)
        if answer is not None and answer.wants_tree and self._tree_offered:
            return None
        if answer is None or answer.screen is None or answer.variant is None:
            settle.forget()  # what comes to rest is a screen; nobody waits for an unknown picture to do so
            return Look(frame, None, at_rest=False)
        found = Found(answer.screen, answer.variant, answer)
        reference = answer.screen.reference_of(answer.variant)
        return Look(frame, found, at_rest=settle.add(frame, answer.variant.masks, reference))

    def _count(self, look: Look) -> Look:
        look.keep(self._evidence)
        self._counted = look
        return look

    async def _evidence(self, frame: Frame) -> Evidence:
        return await self.compute(keep_frame, frame, self._blobs)

    async def _dismiss(self, look: Look, found: Found, hands: Hands, dismissed: list[str]) -> None:
        key = found.screen.key
        times = Counter(dismissed)[key]
        actions = [action for action in found.variant.actions if action.kind is ActionKind.TAP]
        if not actions or times >= DISMISSALS:
            raise InterruptStays(key, times if actions else 0)
        place = await self.find(look, found, actions[0])
        self._dismissals.append(Dismissal(key, f"tap {key}.{actions[0].name}", self.keep(look)))
        await hands.tap(place)
        dismissed.append(key)

    async def _not_seen(
        self, look: Look, hands: Hands, screens: tuple[str, ...], between: Sequence[str]
    ) -> ScreenNotSeen:
        expected = screens[0]
        if look.found is not None and look.shows(screens):
            reason = "the picture does not come to rest"
            return ScreenNotSeen(expected, look.found.screen.key, reason, look.found.answer.checks)
        seen, wanted = await self.compute(self._judge, look.frame, expected, None)
        if (seen.wants_tree or wanted.wants_tree) and self._tree_offered:
            seen, wanted = await self.compute(self._judge, look.frame, expected, await self._tree(hands))
        key = seen.screen.key if seen.screen is not None else None
        reason = seen.reason if seen.conflict else wanted.reason
        came = f"; {' and '.join(between)} came in between, and may have taken the touch" if between else ""
        return ScreenNotSeen(expected, key, reason + came, wanted.checks)

    def _judge(self, frame: Frame, expected: str, tree: UiNode | None) -> tuple[Identification, Identification]:
        """Return what the frame is, and whether it is the expected screen."""
        return self._identify(frame, tree), self._matcher.verify(frame, expected, tree=tree)

    def _identify(self, frame: Frame, tree: UiNode | None) -> Identification:
        return self._matcher.identify(frame, app=self._app, tree=tree)
