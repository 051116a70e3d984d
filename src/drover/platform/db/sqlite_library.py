"""Which SQLite library is used: the one that comes with Drover, as the system's may lose data.

SQLite before 3.51.3 can corrupt a file in write-ahead mode when its log is reset; Debian 12 has 3.40.1.
"""

import sys
from importlib import import_module

LIBRARY = import_module("pysqlite3")
DRIVER = import_module("pysqlite3.dbapi2")
SqliteError: type[Exception] = DRIVER.Error
"""What the newer library raises."""


def use_newer_sqlite() -> None:
    """Let whatever is imported from now on find the newer library as `sqlite3`; more calls change nothing.

    Call it before aiosqlite or dbos is imported. Modules that have imported the system's library keep it: that is safe
    as long as no file is open in both, and every file here has one owner. Raises RuntimeError if it is too late.
    """
    if getattr(sys.modules.get("aiosqlite.core"), "sqlite3", LIBRARY) is not LIBRARY:
        raise RuntimeError("aiosqlite was imported before the newer SQLite library was chosen")
    sys.modules["sqlite3"] = LIBRARY
    sys.modules["sqlite3.dbapi2"] = DRIVER
