"""The launcher as an app: its icons bring the other apps to the front."""

from collections.abc import Mapping

from drover.simulator.launcher.page import launcher
from drover.simulator.windowing.app import Host, Modest, Swipe
from drover.simulator.windowing.form import Form
from drover.simulator.windowing.popups import Popup
from drover.simulator.windowing.view import View


class Launcher(Modest):
    """The home screen; implements `App`. It runs always and cannot be left."""

    def __init__(self, seed: int, host: Host) -> None:
        del seed
        self.running = True
        self.busy = False
        self.form = Form({})
        self.page_names = ("launcher",)
        self.popups: Mapping[str, Popup] = {}
        self._host = host

    def open(self, ready_s: float) -> None:
        """Stay open: the page is always there."""
        del ready_s

    def close(self) -> None:
        """Stay open: the system starts its launcher again at once."""

    def act(self, action: str, now: float) -> None:
        """Open the app of a tapped icon; icons without an installed app do nothing."""
        self._host.launch(action.removeprefix("open:"), now)

    def back(self, now: float) -> bool:
        """Stay: there is nothing behind the launcher."""
        del now
        return True

    def enter(self, now: float, *, astray: bool) -> bool:
        """Keep the keyboard as it is: there are no fields."""
        del now, astray
        return False

    def swipe(self, swipe: Swipe, now: float) -> None:
        """Stay: there is one page of icons."""
        del swipe, now

    def views(self, now: float) -> tuple[View, ...]:
        """Return the page with the clock of its minute."""
        return (launcher(self._host.palette, self._host.wall(now).replace(second=0, microsecond=0)),)
