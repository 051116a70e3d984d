"""From what was touched and what was seen in between to steps. Pure; told in the order in which it happened.

What was seen after the last touch tells what came of it, what was seen before the next one what that one was done to.
Touches between which nothing was seen are judged together, when something is seen again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from drover.devices.geometry import Size
from drover.devices.ports import Key
from drover.devices.uitree import UiNode
from drover.screens.domain import ActionKind, Registry
from drover.sequences.domain import Act, ActionName, LongTap, OpenApp, Press, Swipe, Tap, Target, Type
from drover.sequences.recorder import anchors
from drover.sequences.recorder.gestures import Gesture, GestureKind
from drover.sequences.recorder.inputs import Given, Inputs
from drover.sequences.recorder.sights import Pressed, Sight, Touched
from drover.sequences.recorder.typed import Run
from drover.sequences.wording import describe, describe_target

MOST_STEPS: Final = 990
"""A sequence file holds 1000; a page with several fields makes several steps at once."""
_USUAL: Final = Size(1080, 2400)
_SHORTEST_SWIPE_S: Final = 0.1

Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A step: what was done, when by the phone's clock, and what was seen before and after it, if anything was.

    `before` and `after` are whole keys of states of the registry, None where the screen was not known or not seen.
    """

    act: Act
    at_s: float
    before: str | None
    after: str | None
    seen_before: Sight | None
    seen_after: Sight | None


class Composer:
    """Makes steps. `home` is the package of the phone's launcher; `note` takes what is no step, in a sentence."""

    def __init__(self, registry: Registry, given: Given, note: Note, *, home: str) -> None:
        self.inputs = Inputs(given)
        self.reference: Size | None = None
        self._registry = registry
        self._apps = {app.package: app.name for app in registry.apps.values() if app.package != home}
        self._home = home
        self._note = note
        self._done: list[Recorded] = []
        self._open: Recorded | None = None
        self._focuses = False
        self._run: Run | None = None
        self._now: Sight | None = None
        self._touches: list[Touched] = []

    @property
    def certain(self) -> Sequence[Recorded]:
        """The steps that will stay as they are, but for what is seen after the last one."""
        last = self._open
        return self._done if last is None or last.after is None or self._focuses else [*self._done, last]

    @property
    def waits(self) -> bool:
        """Whether something was touched of which it has not been seen yet what came of it."""
        if self._run is not None:
            return bool(self._touches) or self._run.unseen > 0
        return bool(self._touches) or (self._open is not None and self._open.seen_after is None)

    @property
    def full(self) -> bool:
        """Whether there are as many steps as a sequence may have; no more are taken."""
        return len(self._done) + (self._open is not None) >= MOST_STEPS

    def touch(self, touched: Touched) -> None:
        """Take what was touched."""
        self._touches.append(touched)

    def see(self, sight: Sight) -> None:
        """Take what is seen now, nothing having been touched while it was looked at."""
        self.reference = self.reference or sight.size
        touches, self._touches = self._touches, []
        self._judge(touches, sight)
        self._look_at_text(sight)
        self._look_at_outcome(sight)
        self._now = sight

    def end(self) -> Sequence[Recorded]:
        """Return all steps. Of what was touched since the last sight nobody knows what came of it."""
        touches, self._touches = self._touches, []
        self._judge(touches, None)
        self._end_run()
        self._settle()
        return self._done

    # What was touched.

    def _judge(self, touches: Sequence[Touched], after: Sight | None) -> None:
        """Judge touches that came one after the other, the first upon what was seen before."""
        before, acted = self._now, False
        for touched in touches:
            if self.full:
                return
            if isinstance(touched, Gesture) and self._on_keyboard(touched, after if acted else None):
                self._type(touched.at_s)
            elif before is not None and before.interrupt is not None:
                self._note(f"{before.interrupt} was dismissed; a player does that by itself")
            else:
                if after is not None and self._run is not None and self._run.unseen and self._run.goes_on(after):
                    self._run = self._run.seen(after)
                self._end_run()
                before = self._assumed() if acted else before
                self._act(touched, before)
                acted = True

    def _on_keyboard(self, gesture: Gesture, after: Sight | None) -> bool:
        """Whether a touch was on the keyboard, as it was seen before, or came with a touch just before this one."""
        return any(sight is not None and sight.on_keyboard(gesture.start) for sight in (self._now, after))

    def _type(self, at_s: float) -> None:
        if self._run is None and self._now is not None:
            if not self._focuses:
                self._settle()
            began = self._open.seen_before if self._open is not None and self._open.seen_before else self._now
            self._run = Run(at_s, began, self._now)
        self._run = self._run.touched() if self._run is not None else None

    def _act(self, touched: Touched, before: Sight | None) -> None:
        self._settle()
        if isinstance(touched, Gesture) and touched.kind is GestureKind.SWIPE and not touched.alone:
            self._note("two fingers moved at once; no task does that, so it was left out")
            return
        act = self._made(touched, before)
        if before is None:
            self._note(f"{describe(act)}: what was on the screen before it was not seen")
        key = before.key if before is not None else None
        self._open = Recorded(act, touched.at_s, key, None, before, None)
        field = before.field_at(touched.start) if before is not None and isinstance(touched, Gesture) else None
        self._focuses = isinstance(act, Tap) and field is not None

    def _made(self, touched: Touched, before: Sight | None) -> Act:
        if isinstance(touched, Pressed):
            return Press(touched.key, 1)
        size = before.size if before is not None else (self.reference or _USUAL)
        target = anchors.target(touched, before, size, self.reference or _USUAL)
        if touched.kind is GestureKind.LONG_TAP:
            return LongTap(target, round(touched.seconds, 1))
        if touched.direction is not None:
            return Swipe(target, touched.direction, max(_SHORTEST_SWIPE_S, round(touched.seconds, 1)))
        return Tap(target)

    def _assumed(self) -> Sight | None:
        """Return what the act before should have led to, where the registry says so; nobody has seen it."""
        target = self._open.act.target if self._open is not None and isinstance(self._open.act, Tap | LongTap) else None
        screen = self._registry.screens.get(self._leads_to(target) or "") if isinstance(target, ActionName) else None
        if screen is None or self._open is None or self._open.seen_before is None:
            return None
        seen = self._open.seen_before
        look = seen.variant.name if seen.variant is not None else ""
        variant = next((each for each in screen.variants if each.name == look), screen.variants[0])
        self._open = replace(self._open, after=screen.key)
        return Sight(screen, variant, "", seen.size)

    def _leads_to(self, name: ActionName) -> str | None:
        variants = self._registry.screens[name.screen].variants
        return next((found.leads_to for each in variants if (found := each.action(name.action)) is not None), None)

    def _settle(self) -> None:
        """Count the last act as a step of its own."""
        if self._open is not None:
            self._done.append(self._open)
        self._open, self._focuses = None, False

    # What came of it.

    def _look_at_outcome(self, sight: Sight) -> None:
        """Note what the last act led to: the latest state that is seen before the next act; popups do not count."""
        step = self._open
        if step is None or self._run is not None or sight.interrupt is not None:
            return
        if sight.key is None and step.after is not None:
            return
        self._open = replace(step, act=self._opening(step, sight), after=sight.key, seen_after=sight)
        if self._focuses and sight.key not in (step.before, None):
            self._settle()

    def _opening(self, step: Recorded, sight: Sight) -> Act:
        """Return the opening of an app where a tap on the launcher brought one of the registry to the front."""
        app = self._apps.get(sight.package)
        at_home = step.seen_before is not None and step.seen_before.package == self._home
        return OpenApp(app) if app is not None and at_home and isinstance(step.act, Tap) else step.act

    # What was typed.

    def _look_at_text(self, sight: Sight) -> None:
        """Read what the fields hold now. Where the page was left by a touch of the keyboard, that was its enter key."""
        run = self._run
        if run is None or sight.interrupt is not None:
            return
        if run.goes_on(sight):
            self._run = run.seen(sight)
            return
        if run.unseen > 1:
            self._note("the page was left before its text could be read; what was typed last may be missing")
        self._run = replace(run, unseen=0)
        self._end_run()
        self._settle()
        if run.unseen:
            self._open = Recorded(Press(Key.ENTER, 1), run.at_s, run.latest.key, None, run.latest, None)

    def _end_run(self) -> None:
        """Make steps of the fields whose text was changed; the touch that gave the field the focus is part of them."""
        run, self._run = self._run, None
        if run is None:
            return
        if run.unseen:
            self._note("what was typed last could not be read; it may be missing")
        typed = list(run.changed())
        if typed:
            self._open, self._focuses = None, False
        elif self._open is not None and self._open.after is None:
            self._open = replace(self._open, after=run.latest.key, seen_after=run.latest)
        key = run.began.key or run.latest.key
        for each in typed:
            where = self._field(run.began, each.lay)
            text = self.inputs.text(each.shown, describe_target(where))
            self._done.append(Recorded(Type(where, text), run.at_s, key, key, run.began, run.latest))

    def _field(self, sight: Sight, lay: UiNode) -> Target:
        assert lay.bounds is not None  # noqa: S101  `Sight.fields` has only such
        named = anchors.action_at(sight, lay.bounds.center, (ActionKind.TYPE,))
        return named or anchors.fitted(lay.bounds, sight.size, self.reference or sight.size)
