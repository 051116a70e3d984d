"""The demo: simulated phones play one sequence in the parts of `drover up`, on a database that is gone afterwards.

People see it in the console, which stays until they end it.
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Protocol

from pydantic import SecretStr

from drover.audit.domain import System
from drover.bootstrap.agent_thread import SettingsTexts, agent_options
from drover.bootstrap.parts import Parts, PartsWanted, running_parts
from drover.bootstrap.play import PlayRequest, record_of
from drover.bootstrap.retelling import Teller
from drover.bootstrap.simulated import SimulatedPhones
from drover.bootstrap.standing import AlreadyUp, occupied
from drover.kernel.clock import SystemClock
from drover.kernel.ids import random_id
from drover.platform.ports import LOOPBACK, bound_socket
from drover.platform.settings import Settings
from drover.platform.web.proxies import approach
from drover.protocol.archive import pack
from drover.screens.editing import reading
from drover.sequences.player.events import Progress
from drover.sequences.portable import portable
from drover.sequences.record import PlayRecord
from drover.workflows.domain.definitions import DefinitionKind
from drover.workflows.service.following import Following

_BY: Final = System("drover demo")
_NAME: Final = "demo"
_PACKAGE: Final = "com.drover.plaza"


@dataclass(frozen=True, slots=True)
class Piece:
    """What is played, checked and as files: a sequence, its registry's folder, values, if any; and the inputs given."""

    request: PlayRequest
    sequence: Path
    registry: Path
    values: Path | None
    given: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What was played, what arrived in the demo app by the phones' names, and where the evidence lies meanwhile."""

    record: PlayRecord
    effects: dict[str, object]
    settings: Settings
    failed: "asyncio.Future[None]" = field(repr=False)
    """Done where something ends that the console needs."""


class Opened(Protocol):
    """Told when the console is open: at which address, and who may log in."""

    def __call__(self, url: str, username: str, password: str) -> None:
        """Tell it to the person."""
        ...


@asynccontextmanager
async def demonstrated(
    piece: Piece,
    phones: SimulatedPhones,
    settings: Settings,
    showing: Callable[[], AbstractContextManager[Progress]],
    opened: Opened | None,
) -> AsyncGenerator[Demonstration]:
    """Play on simulated phones, and give what came of it; everything is gone when the block ends.

    With `opened` the console is there from before the play until the block ends. Raises what `running_parts` raises.
    """
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(_folder(settings.data_dir))
        own = settings.model_copy(
            update={"data_dir": folder, "unknown_dir": None, "database": SecretStr(""), "database_owner": SecretStr("")}
        )
        clock = SystemClock()
        texts = SettingsTexts(settings, clock)  # counters go on from demo to demo
        options = replace(agent_options(own, clock), helpers=piece.request.helpers, texts=texts, unknowns=None)
        values = piece.values.read_bytes() if piece.values is not None else None
        wanted = PartsWanted(options=options, values=values, simulated=phones)
        parts = await stack.enter_async_context(running_parts(wanted, own))
        if opened is not None:
            await _open(stack, parts, own, opened)
        with showing() as progress:
            record = await _played(piece, parts, clock, progress)
        assert parts.rack is not None  # noqa: S101  its phones were given
        effects = {name: _effect(await parts.rack.state(name)) for name in parts.rack.names.values()}
        yield Demonstration(record, effects, own, parts.failed)


async def _open(stack: AsyncExitStack, parts: Parts, settings: Settings, opened: Opened) -> None:
    from drover.bootstrap.up import served  # noqa: PLC0415  pages take a second to load, which figures need not wait for

    sock = stack.enter_context(bound_socket(0))
    url = await stack.enter_async_context(served(parts, settings, sock, approach(LOOPBACK, "", plain=False)))
    assert parts.first is not None  # noqa: S101  the database is new
    opened(url, parts.first.username, parts.first.password)


async def _played(piece: Piece, parts: Parts, clock: SystemClock, progress: Progress) -> PlayRecord:
    request = piece.request
    workflow = await _define(piece, parts)
    database, whose = parts.base.database, parts.whose
    async with database.reading(whose) as unit:
        phones = [phone for phone in await parts.fleet.phones.every(unit) if phone.name in parts.phones]
    started_at, began_s = clock.now(), clock.monotonic()
    begun: dict[str, tuple[str, str]] = {}
    for phone in phones:
        run = await parts.working.runs.start_now(
            whose, _BY, workflow, phone.id, parameters=piece.given, seed=request.seed
        )
        begun[run.id] = (phone.name, phone.serial)
    teller = Teller(request.plan, begun, parts.base.content)
    async for happening in Following(database, clock).follow(whose, begun):
        await teller.tell(happening, progress)
    return record_of(request, started_at, clock.monotonic() - began_s, teller.records())


async def _define(piece: Piece, parts: Parts) -> str:
    """Put the sequence, its screens and a workflow of one step into the definitions, and return the workflow's id."""
    content, definitions = parts.base.content, parts.plans.definitions
    script = await asyncio.to_thread(portable, piece.sequence)
    screens = await content.put(await asyncio.to_thread(_packed, piece.registry))
    for path in script.files.values():
        await content.put(await asyncio.to_thread(path.read_bytes))
    sequence = piece.request.plan.sequence
    parameters = {name: f"${{param.{name}}}" for name in piece.given}
    workflow = {
        "schema": 1,
        "name": _NAME,
        "app": sequence.app,
        "params": {name: {"secret": sequence.params[name].secret} for name in piece.given},
        "steps": [
            {"id": "play", "sequence": _NAME, "parameters": parameters},
        ],
    }
    async with parts.base.database.writing(parts.whose) as unit:
        await definitions.put(unit, _BY, DefinitionKind.SCREENS, _NAME, {"content": screens})
        await definitions.put(unit, _BY, DefinitionKind.SEQUENCE, _NAME, script.body)
        return (await definitions.put(unit, _BY, DefinitionKind.WORKFLOW, _NAME, workflow)).id


def _packed(registry: Path) -> bytes:
    with reading(registry):
        return pack(registry)


def _effect(state: dict[str, Any]) -> object:
    """Return what really arrived in the demo app, told by the simulator and not by the player."""
    stored = state["apps"][_PACKAGE]
    return {field: stored[field] for field in ("name", "bio")}


@contextmanager
def _folder(data_dir: Path) -> Generator[Path]:
    """Have a folder within the data folder, which is gone after the block; what killed demos have left goes now.

    Raises DataFolderUnusable.
    """
    place = data_dir / "demo"
    for left in place.iterdir() if place.is_dir() else ():
        try:
            with occupied(left):
                shutil.rmtree(left, ignore_errors=True)
        except AlreadyUp:
            continue  # another demo runs there
    folder = place / random_id()[:8]
    try:
        with occupied(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
