"""Doing one act: finding its place on the screen, and the calls of the phone."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from drover.devices.geometry import Rect, Size
from drover.language.pattern import parse_pattern
from drover.screens.domain import Registry
from drover.screens.ocr import TextReader
from drover.sequences.domain import (
    ActionName,
    Assert,
    CallHelper,
    LongTap,
    OpenApp,
    Origin,
    Press,
    PushMedia,
    Read,
    SelectSlot,
    Shown,
    StopApp,
    Swipe,
    SwitchAccount,
    Tap,
    Type,
    Wait,
    WaitForScreen,
    target_of,
)
from drover.sequences.helpers import Helper, HelperContext, HelperFailed
from drover.sequences.plan import MASK, Step
from drover.sequences.player.conditions import nodes_showing
from drover.sequences.player.errors import AppNotInFront, MediaNotThere, NothingToRead, PlaceNotFound
from drover.sequences.player.eyes import Eyes, Look
from drover.sequences.player.hands import POLL_S, Hands
from drover.sequences.player.media import push
from drover.sequences.player.values import Values
from drover.sequences.wording import describe_target

_PATIENCE_S: Final = 2.0
"""How long a text that is to be touched may take to be in the UI tree."""


@dataclass(frozen=True, slots=True)
class Acts:
    """Does the acts of one phone's play."""

    phone: str
    eyes: Eyes
    registry: Registry
    reference: Size
    values: Values
    helpers: Mapping[str, Helper]
    text_reader: TextReader

    async def place(self, step: Step, look: Look | None, hands: Hands) -> Rect | None:
        """Return where the act is done, having seen that what is to be touched looks like itself; None for nowhere."""
        target = target_of(step.task.act)
        if target is None:
            return None
        assert look is not None  # noqa: S101  the plan gives every act with a target a screen before it
        assert look.found is not None  # noqa: S101  and it was recognised
        match target:
            case Rect():
                return target.scaled(self.reference, look.size)
            case ActionName():
                action = look.found.variant.action(target.action)
                assert action is not None  # noqa: S101  the plan has checked that every variant has the action
                return await self.eyes.find(look, look.found, action)
            case Shown():
                return await self._shown(target, look, hands, secret=step.secret)

    async def do(self, step: Step, rect: Rect | None, look: Look | None, hands: Hands) -> Mapping[str, str]:
        """Do the act at the place found for it; return what its record says of it beyond the step's own parameters."""
        match step.task.act:
            case Press() | Wait() | OpenApp() | StopApp() | PushMedia() | CallHelper() as act:
                return await self._do(act, step, look, hands)
            case WaitForScreen() | SwitchAccount() | SelectSlot():
                return {}
            case act:
                assert rect is not None  # noqa: S101  all that is left has a target
                return await self._touch(act, step, rect, look, hands)

    async def _touch(
        self,
        act: Tap | LongTap | Swipe | Type | Assert | Read,
        step: Step,
        rect: Rect,
        look: Look | None,
        hands: Hands,
    ) -> Mapping[str, str]:
        where = describe_target(act.target)
        match act:
            case Tap():
                await hands.tap(rect)
            case LongTap(seconds=seconds):
                await hands.long_tap(rect, seconds)
            case Swipe(direction=direction, seconds=seconds):
                await hands.swipe(rect, direction, seconds)
            case Type(text=text):
                typed = self.values.typed(text)
                await hands.type_into(rect, typed, where=where, secret=step.secret)
                return {"text": MASK if step.secret else typed}
            case Assert(text=text):
                rendered = self.values.render(text)
                await hands.read(rect, rendered, where=where, timeout_s=step.task.timeout_s, secret=step.secret)
                return {"text": MASK if step.secret else rendered}
            case Read():
                assert look is not None  # noqa: S101  it has a place, so it was looked for
                return await self._read(act, rect, look, where, hands)
        return {}

    async def _do(
        self,
        act: Press | Wait | OpenApp | StopApp | PushMedia | CallHelper,
        step: Step,
        look: Look | None,
        hands: Hands,
    ) -> Mapping[str, str]:
        match act:
            case Press(key=key, times=times):
                await hands.watch.device(hands.driver.press(key, times=times))
            case Wait(seconds=seconds):
                await hands.watch.wait(seconds)
            case OpenApp(app=app):
                await self._open(self.registry.apps[app].package, step, hands)
            case StopApp(app=app):
                await hands.watch.device(hands.driver.stop_app(self.registry.apps[app].package))
            case PushMedia():
                content = await asyncio.to_thread(_content, act)
                return {"on_phone": await push(content, act, hands)}
            case CallHelper():
                return await self._call(act, step, look, hands)
        return {}

    async def _open(self, package: str, step: Step, hands: Hands) -> None:
        """Bring an app to the front; where no screen is expected after it, see at least that it is there."""
        await hands.watch.device(hands.driver.start_app(package))
        deadline = hands.watch.clock.monotonic() + step.task.timeout_s
        while step.after is None:
            front = await hands.watch.device(hands.driver.app_in_front())
            if front.package == package:
                return
            if hands.watch.clock.monotonic() >= deadline:
                raise AppNotInFront(package, front.package)
            await hands.watch.wait(POLL_S)

    async def _shown(self, target: Shown, look: Look, hands: Hands, *, secret: bool) -> Rect:
        text = self.values.render(target.text)
        deadline = hands.watch.clock.monotonic() + _PATIENCE_S
        while True:
            found = nodes_showing(await hands.tree(), text, target.inside, look, self.reference)
            places = {node.bounds for node in found if node.bounds is not None}
            if len(places) == 1:
                return places.pop()
            if hands.watch.clock.monotonic() >= deadline:
                within = describe_target(target.inside) if target.inside else ""
                raise PlaceNotFound(MASK if secret else text, within, len(places))
            await hands.watch.wait(POLL_S)

    async def _read(self, act: Read, rect: Rect, look: Look, where: str, hands: Hands) -> Mapping[str, str]:
        text = await hands.text_in(rect) if act.origin in (Origin.TREE, Origin.AUTO) else ""
        if not text and act.origin in (Origin.PICTURE, Origin.AUTO):
            crop = look.frame.pixels[rect.y1 : rect.y2, rect.x1 : rect.x2]
            text = await self.eyes.compute(self.text_reader.read, crop)
        found = parse_pattern(act.pattern).search(text) if act.pattern else None
        if not text or (act.pattern and found is None):
            raise NothingToRead(where, text, act.pattern)
        value = text if found is None else found.value
        self.values.set(act.into, value)
        return {"read": value}

    async def _call(self, act: CallHelper, step: Step, look: Look | None, hands: Hands) -> Mapping[str, str]:
        arguments = {name: self.values.render(text) for name, text in act.arguments.items()}
        screen = look.found.screen.key if look is not None and look.found is not None else None
        context = HelperContext(self.phone, screen, self.values.all())
        try:
            async with asyncio.timeout(step.task.timeout_s):
                returned = await hands.watch.waiting(self.helpers[act.helper](context, **arguments))
        except TimeoutError as error:
            raise HelperFailed(act.helper, f"took longer than {step.task.timeout_s:g} s") from error
        except Exception as error:
            raise HelperFailed(act.helper, type(error).__name__ if step.secret else repr(error)) from error
        if returned is not None and not isinstance(returned, str):  # pyright: ignore[reportUnnecessaryIsInstance]  it is somebody else's code
            raise HelperFailed(act.helper, f"returned {type(returned).__name__}, not text")
        if not act.into:
            return {}
        self.values.set(act.into, returned or "")
        return {"returned": MASK if step.secret else returned or ""}


def _content(act: PushMedia) -> bytes:
    try:
        with open(act.path, "rb") as file:  # noqa: PTH123  the domain knows paths as text
            content = file.read()
    except OSError as error:
        raise MediaNotThere(act.path, (error.strerror or str(error)).lower()) from error
    if hashlib.sha256(content).hexdigest() != act.sha256:
        raise MediaNotThere(act.path, "has been changed since the play began")
    return content
