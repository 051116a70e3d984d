"""Looking at a phone: grab a frame, tell the screen, wait until the expected one is there and at rest."""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TypeVar

from drover.devices.frame import Frame
from drover.devices.geometry import Rect
from drover.fleet.broker import FrameBroker
from drover.screens.domain import Action, ActionKind, Identification, ScreenKind, Variant
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
class Look:
    """One frame and what it is."""

    frame: Frame
    answer: Identification

    @property
    def screen(self) -> str | None:
        """The screen's key, or None for an unknown screen."""
        return self.answer.screen.key if self.answer.screen is not None else None

    @property
    def variant(self) -> Variant | None:
        """The variant seen, or None for an unknown screen."""
        return self.answer.variant

    def place(self, action: Action) -> Rect:
        """Return where the action is on this frame. Only for a known screen."""
        assert self.answer.screen is not None  # noqa: S101  the caller has just matched the screen
        return action.rect.scaled(self.answer.screen.reference, self.frame.size)


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

    async def look(self, watch: Stopwatch, expected: tuple[str, ...]) -> Look:
        """Return what the phone shows now."""
        frame = await watch.device(self._broker.grab(max_age_s=0))
        watch.captures.add(frame.sequence)
        answer = await self.compute(self._identify, frame, expected)
        self.last = Look(frame, answer)
        return self.last

    def recent(self, screens: tuple[str, ...], now: float) -> Look | None:
        """Return the last look if it is fresh and saw one of `screens`."""
        look = self.last
        fresh = look is not None and look.screen in screens and now - look.frame.captured_at <= REUSE_S
        return look if fresh else None

    async def wait_for(self, screens: tuple[str, ...], hands: Hands, *, timeout_s: float, dismissed: list[str]) -> Look:
        """Return a look at one of `screens` (any known screen if empty) with the picture at rest.

        Known interrupts are dismissed on the way and their keys added to `dismissed`. Raises ScreenNotSeen when
        `timeout_s` have passed since the start or the last dismissal; InterruptStays.
        """
        watch, settle = hands.watch, Settle()
        deadline = watch.clock.monotonic() + timeout_s
        while True:
            look = await self.look(watch, screens)
            masks = look.variant.masks if look.variant is not None else ()
            reference = look.answer.screen.reference if look.answer.screen is not None else look.frame.size
            at_rest = await self.compute(settle.add, look.frame, masks, reference)
            if at_rest and _is_interrupt(look) and look.screen not in screens:
                await self._dismiss(look, hands, dismissed)
                deadline = watch.clock.monotonic() + timeout_s
            elif at_rest and look.screen in screens:
                return look
            elif watch.clock.monotonic() >= deadline:
                raise await self._not_seen(look, screens, at_rest=at_rest)
            else:
                await watch.wait(max(0.0, LOOK_INTERVAL_S - (watch.clock.monotonic() - look.frame.captured_at)))

    async def find(self, look: Look, action: Action) -> Rect:
        """Return where to touch `action`, having seen that it looks like itself. Raises ActionNotSeen."""
        assert look.answer.screen is not None  # noqa: S101  the caller has just matched the screen
        screen, variant = look.answer.screen.key, look.answer.variant
        check = await self.compute(self._matcher.check_action, look.frame, screen, variant, action)
        if check is not None and not check.passed:
            raise ActionNotSeen(f"{screen}.{action.name}", check)
        return look.place(action)

    def _identify(self, frame: Frame, expected: tuple[str, ...]) -> Identification:
        return self._matcher.identify(frame, app=self._app, expected=expected)

    async def _dismiss(self, look: Look, hands: Hands, dismissed: list[str]) -> None:
        assert look.screen is not None  # noqa: S101  an interrupt is a known screen
        assert look.variant is not None  # noqa: S101  so it has a variant
        times = Counter(dismissed)[look.screen]
        actions = [action for action in look.variant.actions if action.kind is ActionKind.TAP]
        if not actions or times >= DISMISSALS:
            raise InterruptStays(look.screen, times if actions else 0)
        await hands.tap(await self.find(look, actions[0]))
        dismissed.append(look.screen)

    async def _not_seen(self, look: Look, screens: tuple[str, ...], *, at_rest: bool) -> ScreenNotSeen:
        expected = screens[0]
        if look.screen in screens and not at_rest:
            return ScreenNotSeen(expected, look.screen, "the picture does not come to rest", look.answer.checks)
        wanted = await self.compute(self._matcher.verify, look.frame, expected)
        return ScreenNotSeen(expected, look.screen, wanted.reason, wanted.checks)


def _is_interrupt(look: Look) -> bool:
    return look.answer.screen is not None and look.answer.screen.kind is ScreenKind.INTERRUPT
