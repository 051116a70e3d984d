"""The handset: a display, keys, a keyboard, popups and apps behind the wire of a simulated phone."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from drover.kernel.clock import Clock
from drover.kernel.randomness import stream
from drover.simulator.display.marks import DisplayScene, Layer, rgb
from drover.simulator.display.painter import Painter, process_painter
from drover.simulator.display.palette import PALETTES
from drover.simulator.handset import Gesture, JsonValue, Look, MediaFile, Scene
from drover.simulator.windowing import keys, layouts
from drover.simulator.windowing.app import App, AppMaker, Host, Swipe
from drover.simulator.windowing.display_faults import DisplayFaults
from drover.simulator.windowing.input_panel import InputPanel
from drover.simulator.windowing.installed import InstalledApps
from drover.simulator.windowing.keystrokes import keystrokes
from drover.simulator.windowing.layouts import Key
from drover.simulator.windowing.popups import PopupDesk
from drover.simulator.windowing.stage import Stage, Turn
from drover.simulator.windowing.status_bar import status_bar
from drover.simulator.windowing.system_popups import SYSTEM_POPUPS
from drover.simulator.windowing.text_size import with_text_size
from drover.simulator.windowing.timing import Timing
from drover.simulator.windowing.ui_dump import ui_xml
from drover.simulator.windowing.view import View
from drover.simulator.windowing.viewport import Viewport

LONG_TAP_S: Final = 0.5
_TAP_REACH: Final = 24


class AppHandset:
    """A phone's display and the apps on it; implements `drover.simulator.handset.Handset`.

    `makers` tells how each built-in package is made; the first one is the launcher. Every call first does what has
    become due by `now`; touches and keys during a transition are lost, as on real apps.
    """

    def __init__(  # the first four are what every factory of handsets is given
        self,
        look: Look,
        clock: Clock,
        rng: random.Random,
        started_wall: datetime,
        makers: Mapping[str, AppMaker],
        *,
        painter: Painter | None = None,
    ) -> None:
        self._look = look
        self._palette = replace(PALETTES[look.theme], text_scale=look.font_scale)
        self._clock = clock
        self._started_s = clock.monotonic()
        self._started_wall = started_wall
        self._seed = rng.getrandbits(63)
        self._painter = painter or process_painter()
        self._makers = makers
        self._home = next(iter(makers))
        self._media: tuple[MediaFile, ...] = ()
        self.reset()

    @property
    def look(self) -> Look:
        """Display size and theme."""
        return self._look

    def reset(self) -> None:
        """Bring everything to its first state; the same seed then makes the same phone again."""
        timing = Timing(stream(self._seed, "timing"))
        self._stage = Stage(timing, self._windows)
        self._panel = InputPanel(timing, self._look.keyboard)
        self._apps = InstalledApps(self._makers, self._seed, self._host, self._palette)
        self._popups = PopupDesk({**self._apps.popups, **SYSTEM_POPUPS})
        self._front = self._home
        self._faults = DisplayFaults()
        self._viewport = Viewport.of(self._look, 0)
        self._astray = False

    def _host(self, package: str) -> Host:
        return Host(
            palette=self._palette,
            turn=partial(self._turn_app, package),
            later=self._stage.later,
            surprise=partial(self._surprise, package),
            launch=self._bring,
            wall=self._wall,
            media=lambda: self._media,
            keyboard_up=lambda: self._panel.up,
        )

    # What is shown.

    def scene(self, now: float) -> Scene:
        """Return what is shown at `now`."""
        self._stage.advance(now)
        layers = self._stage.shown(self._windows(now), now)
        white = self._app.views(now)[0].white_bar
        bar = status_bar(rgb(0xFFFFFF) if white else self._palette.text, self._wall(now))
        place = self._viewport
        return DisplayScene(place.width, place.height, (*layers, bar, *self._faults.layers(place)), place.left)

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
        return ui_xml(self.view(now), self._viewport)

    def page(self, now: float) -> str:
        """Return the page, or the popup in front of it; while a page loads, its name with `.loading`."""
        return self.view(now).page

    def front(self, now: float) -> tuple[str, str]:
        """Return package and activity of the focused window."""
        view = self.view(now)
        activity = view.package + view.activity if view.activity.startswith(".") else view.activity
        return view.package, activity

    def keyboard(self, now: float) -> tuple[int, int, int, int] | None:
        """Return the rectangle that the on-screen keyboard covers, None while it is away or behind a popup."""
        self._stage.advance(now)
        if not self._panel.up or self._popups.over(self._front):
            return None
        return self._viewport.shown(layouts.AREA)

    def keystrokes(self, character: str, now: float) -> Sequence[tuple[int, int]]:
        """Return where to touch to type `character` on the keyboard as it is shown; empty where that cannot be done."""
        if self.keyboard(now) is None:
            return ()
        middles = [key.box.middle for key in keystrokes(self._panel.layout, self._panel.layer, character)]
        return [self._viewport.pixel(x, y) for x, y in middles]

    def packages(self) -> Sequence[str]:
        """Return the installed packages, sorted."""
        return self._apps.packages

    def pages(self) -> Collection[str]:
        """Return the names of all pages that can be shown, those of popups and of pages that load among them."""
        return {*self._apps.pages, *(f"popup.{name}" for name in self._popups.known)}

    def state(self) -> Mapping[str, JsonValue]:
        """Return the page shown, the apps' stored data, and the popups so far."""
        return {
            "page": self.page(self._clock.monotonic()),
            "apps": self._apps.stored,
            "popups_shown": list(self._popups.shown),
            "popups_dismissed": list(self._popups.dismissed),
            "keyboard": dict(self._panel.state()),
        }

    def _wall(self, now: float) -> datetime:
        wall = self._started_wall + timedelta(seconds=now - self._started_s)
        return wall.replace(second=0, microsecond=0)

    @property
    def _app(self) -> App:
        return self._apps[self._front]

    def _sized(self, view: View) -> View:
        return view if self._look.font_scale == 1 else with_text_size(view, self._look.font_scale)

    def _app_views(self, now: float) -> tuple[View, ...]:
        return tuple(self._sized(view) for view in self._app.views(now))

    def _popup_views(self) -> tuple[View, ...]:
        names = self._popups.over(self._front)
        return tuple(self._sized(self._popups.known[name].draw(self._palette)) for name in names)

    def _views(self, now: float) -> tuple[View, ...]:
        return (*self._app_views(now), *self._popup_views())

    def _windows(self, now: float) -> tuple[Layer, ...]:
        """Return all windows' layers; the keyboard lies over the app, below popups."""
        below = [layer for view in self._app_views(now) for layer in view.layers]
        above = [layer for view in self._popup_views() for layer in view.layers]
        return (*below, *self._panel.layers(self._palette, now), *above)

    # What is done to it.

    def gesture(self, gesture: Gesture, now: float) -> None:
        """Touch the display: a short way is a tap, long or not, and counts where it began; a longer one is a swipe."""
        self._stage.advance(now)
        if self._stage.turning(now):
            return
        start, end = self._viewport.reference(gesture.x1, gesture.y1), self._viewport.reference(gesture.x2, gesture.y2)
        swipe = Swipe(*start, *end, gesture.seconds)
        if max(abs(swipe.dx), abs(swipe.dy)) <= _TAP_REACH:
            self._tap(swipe.x1, swipe.y1, now, held=gesture.seconds >= LONG_TAP_S)
        elif not self._popups.over(self._front) and not self._panel.covers(swipe.y1):
            self._app.swipe(swipe, now)

    def type_text(self, text: str, now: float) -> None:
        """Type into the focused field; without one, nothing happens."""
        self._stage.advance(now)
        if self._takes_keys(now):
            self._app.form.type(text, now, astray=self._astray)

    def press(self, keycode: int, now: float) -> None:
        """Press a key by Android's key code. HOME and APP_SWITCH always lead to the launcher."""
        self._stage.advance(now)
        if keycode in {keys.HOME, keys.SWITCH}:
            self._go_home(now)
        elif self._stage.turning(now):
            return
        elif keycode == keys.BACK:
            self._back(now)
        elif self._takes_keys(now):
            self._key(keycode, now)

    def start(self, component: str, now: float) -> bool:
        """Bring an app to the front; False where it is not installed."""
        self._stage.advance(now)
        return self._bring(component.partition("/")[0], now)

    def stop(self, package: str, now: float) -> None:
        """End an app; its stored data stay. The launcher takes its place."""
        self._stage.advance(now)
        if package == self._home or package not in self._apps:
            return
        if self._front == package:
            self._go_home(now)
        self._apps[package].close()
        self._popups.drop(package)

    def crash(self, now: float) -> None:
        """Crash the app in front: the launcher is shown. The launcher itself does not crash."""
        self.stop(self._front, now)

    def install(self, package: str, label: str) -> None:
        """Let a package be started; one that is not built in shows a plain page with its label."""
        self._apps.add(package, label)

    def uninstall(self, package: str) -> None:
        """Forget an installed package and what it stored; its page closes. The launcher stays."""
        if package == self._home or package not in self._apps:
            return
        self.stop(package, self._clock.monotonic())
        self._apps.remove(package)

    def media(self, files: Sequence[MediaFile]) -> None:
        """Take note of what the shared storage holds now, newest first."""
        self._media = tuple(files)

    def use_account(self, number: int, now: float) -> bool:
        """Make the app in front use its account `number` (from 1); False where there is none."""
        self._stage.advance(now)
        return self._app.use_account(number, now)

    def pass_challenge(self, now: float) -> bool:
        """Answer the login challenge of the app in front, as the account's owner would; False where none is shown."""
        self._stage.advance(now)
        return self._app.pass_challenge(now)

    def popup(self, name: str, now: float) -> bool:
        """Show a popup over the app in front; False for an unknown name."""
        self._stage.advance(now)
        return self._open_popup(name, now)

    def close_popup(self, name: str, now: float) -> bool:
        """Take a popup away, unanswered; False where none of that name is open."""
        self._stage.advance(now)
        if name in self._popups.over(self._front):
            self._stage.turn("fade", now)
        return self._popups.close(name)

    def dim(self, strength: float) -> None:
        """Lay a black scrim of `strength` over the whole display; 0 takes it away."""
        self._faults.dimmed = strength

    def cover(self, rect: tuple[int, int, int, int] | None) -> None:
        """Paint a plain sheet over a rectangle in display pixels; None takes it away."""
        self._faults.covered = rect

    def rotate(self, quarter_turns: int, now: float) -> None:
        """Turn the display; the apps, which are made for portrait, stand upright in the middle of one on its side."""
        self._stage.advance(now)
        self._viewport = Viewport.of(self._look, quarter_turns)

    def misdirect(self, *, on: bool) -> None:
        """While on, typed text goes to the field after the focused one."""
        self._astray = on

    # How it behaves.

    def _takes_keys(self, now: float) -> bool:
        return not (self._popups.over(self._front) or self._app.busy or self._stage.turning(now))

    def _tap(self, x: float, y: float, now: float, *, held: bool) -> None:
        covered = self._popups.over(self._front)
        if not covered and self._panel.covers(y):
            key = self._panel.key_at(x, y)
            if key is not None:
                self._screen_key(key, now)
            return
        element = self._views(now)[-1].element_at(x, y)
        if element is None:
            return
        action = element.hold if held and element.hold else element.action
        if covered:
            self._answer(action.removeprefix("answer:"), now)
        elif action:
            self._app.act(action, now)
            self._follow_focus(now, wanted=action.startswith("focus:"))

    def _screen_key(self, key: Key, now: float) -> None:
        if key.character:
            self.type_text(key.character, now)
        elif key.name in {"delete", "enter"}:
            self._key(keys.DELETE if key.name == "delete" else keys.ENTER, now)

    def _key(self, keycode: int, now: float) -> None:
        if keycode in keys.TYPING:
            self.type_text(keys.TYPING[keycode], now)
        elif keycode == keys.ENTER:
            if self._app.enter(now, astray=self._astray):
                self._panel.hide(now)
        elif keycode == keys.TAB:
            self._app.form.focus_next(now)
        else:
            self._app.form.edit(keycode, now)
        self._follow_focus(now, wanted=keycode == keys.TAB)

    def _follow_focus(self, now: float, *, wanted: bool) -> None:
        """Let the keyboard come where a field was given the focus, and go where none has it."""
        if self._app.form.focus is None:
            self._panel.drop() if self._stage.turning(now) else self._panel.hide(now)
        elif wanted:
            self._panel.show(now)

    def _back(self, now: float) -> None:
        over = self._popups.over(self._front)
        if over:
            self._answer(self._popups.known[over[-1]].back, now)
        elif self._panel.up:
            self._panel.hide(now)
        elif not self._app.back(now):
            self._go_home(now)

    def _answer(self, answer: str, now: float) -> None:
        self._stage.turn("fade", now)
        self._apps.answered(self._popups.dismiss(self._front), answer)

    def _go_home(self, now: float) -> None:
        if self._front == self._home:
            return
        self._stage.turn("fade", now)
        self._front = self._home
        self._panel.drop()

    def _bring(self, package: str, now: float) -> bool:
        if package not in self._apps:
            return False
        if package == self._home:
            self._go_home(now)
        elif package != self._front:
            ready_s = self._stage.turn("fade", now)
            self._front = package
            self._panel.drop()
            if not self._app.running:
                self._app.open(ready_s)
        return True

    def _turn_app(self, package: str, kind: Turn, now: float) -> float:
        """Begin a transition of an app; behind another app nothing is seen of it."""
        return self._stage.turn(kind, now) if self._front == package else now

    def _surprise(self, package: str, name: str, now: float) -> bool:
        """Show a popup that comes by itself, unless its app is not in front or a popup is open already."""
        if self._front != package or self._popups.over(package) or name in self._popups.shown:
            return False
        return self._open_popup(name, now)

    def _open_popup(self, name: str, now: float) -> bool:
        if name not in self._popups.known:
            return False
        self._stage.turn("fade", now)
        self._panel.drop()
        self._popups.open(name, self._front)
        return True
