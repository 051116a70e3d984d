"""A PostgreSQL of this process alone, for measurements; as tests have one."""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.databases import OWNER, RUNTIME, Postgres, programs_of_postgres


@dataclass(frozen=True)
class Server:
    """The server, with the roles of owner and runtime."""

    postgres: Postgres

    def empty(self, name: str) -> tuple[str, str]:
        """Make an empty database, and return its addresses for the runtime role and for the owner."""
        self.postgres.run("CREATE DATABASE {} OWNER {}", name, OWNER)
        return self.postgres.url(name), self.postgres.url(name, OWNER)


@contextmanager
def private_postgres() -> Generator[Server]:
    """Run a server while the block lasts."""
    programs = programs_of_postgres()
    if programs is None:
        raise SystemExit("PostgreSQL is not installed: tools/prepare_tests.sh")
    folder = Path(tempfile.mkdtemp(prefix="drover-pg-"))
    server = Postgres(folder, programs)
    try:
        server.make()
        server.start()
        server.run("CREATE ROLE {} LOGIN", OWNER)
        server.run("CREATE ROLE {} LOGIN", RUNTIME)
        yield Server(server)
    finally:
        server.stop()
        shutil.rmtree(folder)
