"""The handset: launcher, Plaza, popups, keyboard and keys behind the wire of a simulated phone."""

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from drover.kernel.clock import Clock
from drover.kernel.randomness import stream
from drover.simulator.display.marks import (
    REFERENCE_WIDTH,
    Box,
    DisplayScene,
    Fill,
    Layer,
    Placed,
    Shade,
    Sheet,
    rgb,
)
from drover.simulator.display.painter import Painter, process_painter
from drover.simulator.display.palette import PALETTES
from drover.simulator.handset import Gesture, JsonValue, Look, Scene
from drover.simulator.plaza.app import Phone, PlazaApp
from drover.simulator.plaza.input_panel import InputPanel
from drover.simulator.plaza.keyboard import Key
from drover.simulator.plaza.pages.launcher import launcher
from drover.simulator.plaza.pages.popups import POPUPS, popup
from drover.simulator.plaza.popup_desk import PopupDesk
from drover.simulator.plaza.stage import Stage, Turn
from drover.simulator.plaza.status_bar import status_bar
from drover.simulator.plaza.store import Store
from drover.simulator.plaza.timing import Timing
from drover.simulator.plaza.ui_dump import ui_xml
from drover.simulator.plaza.view import LAUNCHER_PACKAGE, PLAZA_PACKAGE, View

_TAP_REACH: Final = 24
_HOME, _BACK, _TAB, _ENTER, _SWITCH = 3, 4, 61, 66, 187
# Key code -> what it types, for the keys that type.
_TYPING: Final[Mapping[int, str]] = {
    **{7 + digit: str(digit) for digit in range(10)},
    **{29 + place: chr(ord("a") + place) for place in range(26)},
    55: ",",
    56: ".",
    62: " ",
    69: "-",
    77: "@",
}
_SHEET_COLOUR: Final = rgb(0x8A8D93)


class PlazaHandset:
    """A phone's display and apps; implements `drover.simulator.handset.Handset`.

    Every call first does what has become due by `now`; touches and keys during a transition are lost, as on real apps.
    """

    def __init__(
        self, look: Look, clock: Clock, rng: random.Random, started_wall: datetime, *, painter: Painter | None = None
    ) -> None:
        self._look = look
        self._palette = PALETTES[look.theme]
        self._clock = clock
        self._started_s = clock.monotonic()
        self._started_wall = started_wall
        self._seed = rng.getrandbits(63)
        self._painter = painter or process_painter()
        self.reset()

    @property
    def look(self) -> Look:
        """Display size and theme."""
        return self._look

    def reset(self) -> None:
        """Bring everything to its first state; the same seed then makes the same phone again."""
        timing = Timing(stream(self._seed, "timing"))
        self._stage = Stage(timing, self._windows)
        self._panel = InputPanel(timing)
        self._popups = PopupDesk()
        self._app = PlazaApp(self._seed, Phone(self._turn_app, self._stage.later, self._surprise), timing)
        self._front = LAUNCHER_PACKAGE
        self._dimmed = 0.0
        self._covered: tuple[int, int, int, int] | None = None
        self._astray = False

    # What is shown.

    def scene(self, now: float) -> Scene:
        """Return what is shown at `now`."""
        self._stage.advance(now)
        layers = self._stage.shown(self._windows(now), now)
        at_home = self._front == LAUNCHER_PACKAGE
        bar = status_bar(rgb(0xFFFFFF) if at_home else self._palette.text, self._wall(now))
        return DisplayScene(self._look.width, self._look.height, (*layers, bar, *self._faults()))

    def paint(self, scene: Scene) -> bytes:
        """Return the scene's pixels, RGBA. Pure and thread-safe."""
        if not isinstance(scene, DisplayScene):
            message = f"this handset paints its own scenes, not {type(scene).__name__}"
            raise TypeError(message)
        return self._painter.paint(scene)

    def view(self, now: float) -> View:
        """Return the window that has the focus."""
        self._stage.advance(now)
        return self._views(now)[-1]

    def ui_xml(self, now: float) -> str:
        """Return the focused window in uiautomator's format."""
        return ui_xml(self.view(now), self._look)

    def page(self, now: float) -> str:
        """Return the page, or the popup in front of it; while a page loads, its name with `.loading`."""
        return self.view(now).page

    def front(self, now: float) -> tuple[str, str]:
        """Return package and activity of the focused window."""
        view = self.view(now)
        activity = view.package + view.activity if view.activity.startswith(".") else view.activity
        return view.package, activity

    def packages(self) -> Sequence[str]:
        """Return the installed packages, sorted."""
        return sorted((LAUNCHER_PACKAGE, PLAZA_PACKAGE))

    def state(self) -> Mapping[str, JsonValue]:
        """Return the page shown, the apps' stored data, and the popups so far."""
        return {
            "page": self.page(self._clock.monotonic()),
            "apps": {PLAZA_PACKAGE: self._app.store.as_json()},
            "popups_shown": list(self._popups.shown),
            "popups_dismissed": list(self._popups.dismissed),
        }

    def _wall(self, now: float) -> datetime:
        wall = self._started_wall + timedelta(seconds=now - self._started_s)
        return wall.replace(second=0, microsecond=0)

    def _app_views(self, now: float) -> tuple[View, ...]:
        if self._front == PLAZA_PACKAGE:
            return self._app.views(self._palette, now)
        return (launcher(self._palette, self._wall(now)),)

    def _popup_views(self) -> tuple[View, ...]:
        return tuple(popup(self._palette, name) for name in self._popups.over(self._front))

    def _views(self, now: float) -> tuple[View, ...]:
        return (*self._app_views(now), *self._popup_views())

    def _windows(self, now: float) -> tuple[Layer, ...]:
        """Return all windows' layers; the keyboard lies over the app, below popups."""
        below = [layer for view in self._app_views(now) for layer in view.layers]
        above = [layer for view in self._popup_views() for layer in view.layers]
        return (*below, *self._panel.layers(self._palette, now), *above)

    def _faults(self) -> tuple[Layer, ...]:
        layers: list[Layer] = [Shade(self._dimmed)] if self._dimmed > 0 else []
        if self._covered is not None:
            factor = REFERENCE_WIDTH / self._look.width
            box = Box(*(round(side * factor) for side in self._covered))
            layers.append(Placed(Sheet(box, (Fill(box, _SHEET_COLOUR),))))
        return tuple(layers)

    # What is done to it.

    def gesture(self, gesture: Gesture, now: float) -> None:
        """Touch the display: a short way is a tap and counts where it began, a longer one is a swipe."""
        self._stage.advance(now)
        if self._stage.turning(now):
            return
        factor = REFERENCE_WIDTH / self._look.width
        x, y = gesture.x1 * factor, gesture.y1 * factor
        dx, dy = (gesture.x2 - gesture.x1) * factor, (gesture.y2 - gesture.y1) * factor
        if max(abs(dx), abs(dy)) <= _TAP_REACH:
            self._tap(x, y, now)
        elif len(self._views(now)) == 1 and not self._panel.covers(y):
            self._app.swipe(self._palette, y, -dy, gesture.seconds, now)

    def type_text(self, text: str, now: float) -> None:
        """Type into the focused field; without one, nothing happens."""
        self._stage.advance(now)
        if self._takes_keys(now):
            self._app.form.type(text, now, astray=self._astray)

    def press(self, keycode: int, now: float) -> None:
        """Press a key by Android's key code. HOME and APP_SWITCH always lead to the launcher."""
        self._stage.advance(now)
        if keycode in {_HOME, _SWITCH}:
            self._go_home(now)
        elif self._stage.turning(now):
            return
        elif keycode == _BACK:
            self._back(now)
        elif self._takes_keys(now):
            self._key(keycode, now)

    def start(self, component: str, now: float) -> bool:
        """Bring an app to the front; False where it is not installed."""
        self._stage.advance(now)
        package = component.partition("/")[0]
        if package not in self.packages():
            return False
        if package == LAUNCHER_PACKAGE:
            self._go_home(now)
        else:
            self._open_plaza(now)
        return True

    def stop(self, package: str, now: float) -> None:
        """End an app; its stored data stay. The launcher takes its place."""
        self._stage.advance(now)
        if package != PLAZA_PACKAGE:
            return
        if self._front == PLAZA_PACKAGE:
            self._go_home(now)
        self._app.close()
        self._popups.drop(PLAZA_PACKAGE)

    def crash(self, now: float) -> None:
        """Crash the app in front: the launcher is shown. The launcher itself does not crash."""
        self.stop(self._front, now)

    def popup(self, name: str, now: float) -> bool:
        """Show a popup over the app in front; False for an unknown name."""
        self._stage.advance(now)
        return self._open_popup(name, now)

    def dim(self, strength: float) -> None:
        """Lay a black scrim of `strength` over the whole display; 0 takes it away."""
        self._dimmed = strength

    def cover(self, rect: tuple[int, int, int, int] | None) -> None:
        """Paint a plain sheet over a rectangle in display pixels; None takes it away."""
        self._covered = rect

    def misdirect(self, *, on: bool) -> None:
        """While on, typed text goes to the field after the focused one."""
        self._astray = on

    # How it behaves.

    def _takes_keys(self, now: float) -> bool:
        plaza = self._front == PLAZA_PACKAGE and not self._popups.over(PLAZA_PACKAGE)
        return plaza and not self._app.busy and not self._stage.turning(now)

    def _tap(self, x: float, y: float, now: float) -> None:
        view = self._views(now)[-1]
        if not self._popups.over(self._front) and self._panel.covers(y):
            key = self._panel.key_at(x, y)
            if key is not None:
                self._screen_key(key, now)
            return
        element = view.element_at(x, y)
        if element is None:
            return
        if element.action.startswith("answer:"):
            self._answer(
                lambda: self._popups.answer(self._front, element.action.removeprefix("answer:"), self._store), now
            )
        elif element.action == "open_plaza":
            self._open_plaza(now)
        else:
            self._app.act(element.action, now)
            self._follow_focus(now, wanted=element.action.startswith("focus:"))

    @property
    def _store(self) -> Store:
        return self._app.store

    def _screen_key(self, key: Key, now: float) -> None:
        if key.character:
            self.type_text(key.character, now)
        elif key.name == "delete":
            self._key(67, now)
        elif key.name == "enter":
            self._key(_ENTER, now)

    def _key(self, keycode: int, now: float) -> None:
        if keycode in _TYPING:
            self.type_text(_TYPING[keycode], now)
        elif keycode == _ENTER:
            if self._app.enter(now, astray=self._astray):
                self._panel.hide(now)
        elif keycode == _TAB:
            self._app.form.focus_next(now)
        else:
            self._app.form.edit(keycode, now)
        self._follow_focus(now, wanted=keycode == _TAB)

    def _follow_focus(self, now: float, *, wanted: bool) -> None:
        """Let the keyboard come where a field was given the focus, and go where none has it."""
        if self._app.form.focus is None:
            self._panel.drop() if self._stage.turning(now) else self._panel.hide(now)
        elif wanted:
            self._panel.show(now)

    def _back(self, now: float) -> None:
        if self._popups.over(self._front):
            self._answer(lambda: self._popups.back(self._front, self._store), now)
        elif self._panel.up:
            self._panel.hide(now)
        elif self._front == PLAZA_PACKAGE and not self._app.back(now):
            self._go_home(now)

    def _answer(self, answer: Callable[[], None], now: float) -> None:
        self._stage.turn("fade", now)
        answer()

    def _go_home(self, now: float) -> None:
        if self._front == LAUNCHER_PACKAGE:
            return
        self._stage.turn("fade", now)
        self._front = LAUNCHER_PACKAGE
        self._panel.drop()

    def _open_plaza(self, now: float) -> None:
        if self._front == PLAZA_PACKAGE:
            return
        ready_s = self._stage.turn("fade", now)
        self._front = PLAZA_PACKAGE
        if not self._app.running:
            self._app.open(ready_s)

    def _turn_app(self, kind: Turn, now: float) -> float:
        """Begin a transition of the app; behind another app nothing is seen of it."""
        return self._stage.turn(kind, now) if self._front == PLAZA_PACKAGE else now

    def _surprise(self, name: str, now: float) -> bool:
        """Show a popup that comes by itself, unless the app is not in front or a popup is open already."""
        if self._front != PLAZA_PACKAGE or self._popups.over(PLAZA_PACKAGE) or name in self._popups.shown:
            return False
        return self._open_popup(name, now)

    def _open_popup(self, name: str, now: float) -> bool:
        if name not in POPUPS:
            return False
        self._stage.turn("fade", now)
        self._panel.drop()
        self._popups.open(name, self._front)
        return True
