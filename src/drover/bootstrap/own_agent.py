"""The agent of this process: registered once for its data folder, and known again at every start."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from drover.audit.domain import System
from drover.bootstrap.standing import OWNER_ALONE, DataFolderUnusable
from drover.fleet.domain.agents import AgentRefused
from drover.fleet.service import Agents, Racks
from drover.kernel.ids import NewId
from drover.platform.db.database import Database
from drover.platform.db.whose import Organization
from drover.platform.documents import parse, read_text
from drover.platform.files import write_whole

_FILE: Final = "agent.json"
_BY: Final = System("drover up")


@dataclass(frozen=True, slots=True, repr=False)
class OwnAgent:
    """An agent's name and credential, and the organization and client that it and its phones belong to."""

    name: str
    credential: str
    organization: str
    client: str


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    credential: str
    organization: str
    client: str


@dataclass(frozen=True, slots=True)
class Registration:
    """Registers agents, each with a rack of its own name."""

    database: Database
    agents: Agents
    racks: Racks
    new_id: NewId

    async def known_or_new(self, data_dir: Path, organization: str, client: str) -> OwnAgent:
        """Return the agent of the data folder, ready to report at once; a new one where it is unknown or was revoked.

        The folder must be this process's alone: an earlier one that reported under the name is taken for dead.
        Raises DataFolderUnusable, BadDocument.
        """
        kept = _read(data_dir)
        if kept is not None and kept.organization == organization and await self._free(kept):
            return kept
        name = f"up-{self.new_id()[:8]}"
        async with self.database.writing(Organization(organization)) as unit:
            rack = await self.racks.create(unit, name, _BY)
            _, credential = await self.agents.register(unit, name, rack.id, _BY)
        made = OwnAgent(name, credential, organization, client)
        _write(data_dir, made)
        return made

    async def _free(self, own: OwnAgent) -> bool:
        """Let the name be taken up by a new start; return whether it is still this folder's."""
        async with self.database.writing(Organization(own.organization)) as unit:
            found = [agent for agent in await self.agents.list(unit) if agent.name == own.name]
            if not found:
                return False
            try:
                await self.agents.leave(unit, own.name, own.credential, found[0].boot_id)
            except AgentRefused:
                return False
        return True


def _read(data_dir: Path) -> OwnAgent | None:
    path = data_dir / _FILE
    if not path.exists():
        return None
    found = parse(_Kept, read_text(path), str(path))
    return OwnAgent(found.name, found.credential, found.organization, found.client)


def _write(data_dir: Path, own: OwnAgent) -> None:
    try:
        write_whole(data_dir / _FILE, json.dumps(asdict(own)).encode(), mode=OWNER_ALONE)
    except OSError as error:
        raise DataFolderUnusable(data_dir, error) from error
