"""Which database Drover works on, bringing it up to date, and where the engine keeps its rows beside it."""

from dataclasses import dataclass
from pathlib import Path

from drover.kernel.errors import InvalidInput
from drover.platform.db.address import Address, Dialect, parse_address
from drover.platform.db.upgrading import Upgraded, upgrade
from drover.platform.durable.store import EngineStore, PostgresStore, SqliteStore, prepare_postgres
from drover.platform.settings import Settings

_FILE = "drover.sqlite"
_ENGINE_FILE = "engine.sqlite"


@dataclass(frozen=True, slots=True, repr=False)
class Databases:
    """Addresses: of what Drover works on, and on PostgreSQL, of its owner, which upgrades need. Both are secrets."""

    url: str
    owner: str
    data_dir: Path

    @property
    def address(self) -> Address:
        """The address taken apart. Raises DatabaseUnusable."""
        return parse_address(self.url)

    @property
    def shown(self) -> str:
        """The address without a password."""
        return self.address.shown

    @property
    def upgrades_itself(self) -> bool:
        """Whether a start brings it up to date: a file always, a server where the owner is known."""
        return self.address.dialect is Dialect.SQLITE or bool(self.owner)

    def engine_store(self) -> EngineStore:
        """Return where the engine keeps its rows."""
        if self.address.dialect is Dialect.SQLITE:
            return SqliteStore(self.data_dir / _ENGINE_FILE)
        return PostgresStore(self.url)


def databases(settings: Settings, url: str = "", owner: str = "") -> Databases:
    """Return the addresses as given, else as the settings say, else those of files in data_dir."""
    return Databases(
        url=url or settings.database.get_secret_value() or f"sqlite:///{settings.data_dir / _FILE}",
        owner=owner or settings.database_owner.get_secret_value(),
        data_dir=settings.data_dir,
    )


async def bring_up_to_date(bases: Databases) -> Upgraded:
    """Upgrade the tables, Drover's and the engine's. Raises InvalidInput without an owner, else as `upgrade`."""
    if bases.address.dialect is Dialect.SQLITE:
        return await upgrade(bases.url)
    if not bases.owner:
        raise InvalidInput(
            f"{bases.shown}: its owner's address is not given",
            hint="set DROVER_DATABASE_OWNER; Drover itself runs as a role that owns nothing",
        )
    role = bases.address.user
    upgraded = await upgrade(bases.owner, runtime_role=role)
    await prepare_postgres(bases.owner, role=role)
    return upgraded
