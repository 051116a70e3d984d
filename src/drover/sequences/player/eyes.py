"""Looking at a phone: grab a frame, tell the screen, wait until the expected one is there and at rest."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from drover.devices.frame import Frame
from drover.devices.geometry import Rect
from drover.fleet.broker import FrameBroker
from drover.screens.domain import Action, ActionKind, Identification, Screen, ScreenKind, Variant
from drover.screens.matching.matcher import Matcher
from drover.screens.settle import Settle
from drover.sequences.player.errors import ActionNotSeen, InterruptStays, ScreenNotSeen
from drover.sequences.player.hands import Hands
from drover.sequences.player.stopwatch import Stopwatch

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


@dataclass(frozen=True, slots=True)
class Look:
    """One frame; what was recognised on it, if anything that was looked for; whether the picture is at rest."""

    frame: Frame
    found: Found | None
    at_rest: bool

    def shows(self, screens: tuple[str, ...]) -> bool:
        """Whether one of `screens` was recognised."""
        return self.found is not None and self.found.screen.key in screens


class Eyes:
    """Looks at one phone, for one play."""

    def __init__(self, broker: FrameBroker, matcher: Matcher, app: str, images: Executor) -> None:
        self._broker = broker
        self._matcher = matcher
        self._app = app
        self._images = images
        self.last: Look | None = None

    async def compute(self, work: Callable[..., T], *args: object) -> T:
        """Run image work in the pool of threads that all phones share, never on the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._images, work, *args)

    def recent(self, screens: tuple[str, ...], now: float) -> Look | None:
        """Return the last look if it is fresh and saw one of `screens` at rest."""
        look = self.last
        fresh = look is not None and look.at_rest and look.shows(screens)
        return look if fresh and look is not None and now - look.frame.captured_at <= REUSE_S else None

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
        async with aclosing(self._looks(watch, looked_for)) as looks:
            async for look in looks:
                if look.at_rest and look.shows(screens):
                    return look
                swallowed = look.at_rest and len(dismissed) > started_with and look.shows(looked_for)
                if look.at_rest and look.found is not None and look.found.is_interrupt:
                    await self._dismiss(look, look.found, hands, dismissed)
                    deadline = watch.clock.monotonic() + timeout_s
                elif swallowed or watch.clock.monotonic() >= deadline:
                    raise await self._not_seen(look, screens, dismissed[started_with:])
        raise AssertionError  # looks never end by themselves

    async def find(self, look: Look, found: Found, action: Action) -> Rect:
        """Return where to touch `action`, having seen that it looks like itself. Raises ActionNotSeen."""
        key = found.screen.key
        check = await self.compute(self._matcher.check_action, look.frame, key, found.variant, action)
        if check is not None and not check.passed:
            raise ActionNotSeen(f"{key}.{action.name}", check)
        return action.rect.scaled(found.screen.reference, look.frame.size)

    async def _looks(self, watch: Stopwatch, expected: tuple[str, ...]) -> AsyncGenerator[Look, None]:
        """Yield one look after another, without end.

        A screen is at rest in its second alike look at the earliest. So the look after a picture that was not
        recognised is never the last one, and the next capture is under way while it is being looked at.
        """
        settle, recognised = Settle(), False
        ahead: asyncio.Task[Frame] | None = None
        frame = await self._grab(watch, None)
        try:
            while True:
                ahead = None if recognised else asyncio.create_task(self._grab(watch, frame))
                self.last = await self.compute(self._recognise, frame, expected, settle)
                recognised = self.last.found is not None
                yield self.last
                frame = await (ahead or self._grab(watch, frame))
        finally:
            if ahead is not None:
                ahead.cancel()
                await asyncio.gather(ahead, return_exceptions=True)

    async def _grab(self, watch: Stopwatch, after: Frame | None) -> Frame:
        if after is not None:
            await watch.wait(max(0.0, LOOK_INTERVAL_S - (watch.clock.monotonic() - after.captured_at)))
        frame = await watch.device(self._broker.grab(max_age_s=0))
        watch.captures.add(frame.sequence)
        return frame

    def _recognise(self, frame: Frame, expected: tuple[str, ...], settle: Settle) -> Look:
        answer = self._matcher.recognise(frame, app=self._app, expected=expected)
        if answer is None or answer.screen is None or answer.variant is None:
            settle.forget()  # what comes to rest is a screen; nobody waits for an unknown picture to do so
            return Look(frame, None, at_rest=False)
        found = Found(answer.screen, answer.variant, answer)
        return Look(frame, found, settle.add(frame, answer.variant.masks, answer.screen.reference))

    async def _dismiss(self, look: Look, found: Found, hands: Hands, dismissed: list[str]) -> None:
        key = found.screen.key
        times = Counter(dismissed)[key]
        actions = [action for action in found.variant.actions if action.kind is ActionKind.TAP]
        if not actions or times >= DISMISSALS:
            raise InterruptStays(key, times if actions else 0)
        await hands.tap(await self.find(look, found, actions[0]))
        dismissed.append(key)

    async def _not_seen(self, look: Look, screens: tuple[str, ...], between: Sequence[str]) -> ScreenNotSeen:
        expected = screens[0]
        if look.found is not None and look.shows(screens):
            reason = "the picture does not come to rest"
            return ScreenNotSeen(expected, look.found.screen.key, reason, look.found.answer.checks)
        seen = await self.compute(self._identify, look.frame)
        wanted = await self.compute(self._matcher.verify, look.frame, expected)
        key = seen.screen.key if seen.screen is not None else None
        reason = seen.reason if seen.conflict else wanted.reason
        came = f"; {' and '.join(between)} came in between, and may have taken the touch" if between else ""
        return ScreenNotSeen(expected, key, reason + came, wanted.checks)

    def _identify(self, frame: Frame) -> Identification:
        return self._matcher.identify(frame, app=self._app)
