"""The handset with its built-in apps: the launcher, Plaza and Notes."""

import random
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from drover.kernel.clock import Clock
from drover.simulator.display.painter import Painter
from drover.simulator.handset import Look
from drover.simulator.launcher.app import Launcher
from drover.simulator.launcher.page import LAUNCHER_PACKAGE
from drover.simulator.notes.app import NotesApp
from drover.simulator.notes.pages import NOTES_PACKAGE
from drover.simulator.plaza.app import PlazaApp
from drover.simulator.plaza.names import PLAZA_PACKAGE
from drover.simulator.windowing.app import AppMaker
from drover.simulator.windowing.handset import AppHandset

_MAKERS: Final[Mapping[str, AppMaker]] = {
    LAUNCHER_PACKAGE: Launcher,
    PLAZA_PACKAGE: PlazaApp,
    NOTES_PACKAGE: NotesApp,
}


class PlazaHandset(AppHandset):
    """A phone on which the built-in apps are installed; implements `drover.simulator.handset.Handset`."""

    def __init__(
        self, look: Look, clock: Clock, rng: random.Random, started_wall: datetime, *, painter: Painter | None = None
    ) -> None:
        super().__init__(look, clock, rng, started_wall, _MAKERS, painter=painter)
