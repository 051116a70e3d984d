"""Starting the console beside threads that are at work."""

import shutil
import sys
from pathlib import Path

from drover.platform.db.database import Database
from tests.console.stage import staged


async def test_it_does_not_look_through_the_objects_of_the_process(sqlite_template: Path, tmp_path: Path) -> None:
    # A tuple that another thread is just making is among them, and then cannot be finished: CPython raises SystemError.
    looks: list[str] = []
    watched = [True]

    def hear(event: str, _arguments: tuple[object, ...]) -> None:
        if watched and event == "gc.get_objects":
            looks.append(event)

    sys.addaudithook(hear)
    shutil.copyfile(sqlite_template, tmp_path / "drover.db")
    async with Database.open(f"sqlite:///{tmp_path / 'drover.db'}") as database, staged(database, tmp_path):
        watched.clear()  # a hook stays for ever
    assert looks == []
