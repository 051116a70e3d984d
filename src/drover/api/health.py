"""Whether the process works, for whoever watches over it: the one answer beside the login that needs no caller."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import structlog
from fastapi import Depends, Response
from pydantic import BaseModel

from drover import __version__
from drover.kernel.errors import DroverError
from drover.platform.web.provision import provided
from drover.platform.web.routes import capability_router
from drover.platform.web.statuses import PREFIX

CHECK_S: Final = 3.0
HEALTH: Final = f"{PREFIX}/health"
_log = structlog.get_logger(__name__)

router = capability_router("health")


@dataclass(frozen=True, slots=True)
class Checks:
    """What must work, by name. A check raises a DroverError where it does not."""

    by_name: Mapping[str, Callable[[], Awaitable[object]]]


class Health(BaseModel):
    """`ok`, or which parts fail; why they do stands in the log, as strangers may ask."""

    status: Literal["ok", "failing"]
    version: str
    failing: list[str]


@router.get("/health", summary="Whether the process works")
async def show(checks: Annotated[Checks, Depends(provided(Checks))], response: Response) -> Health:
    """Answer 200 where all is well, 503 where something fails."""
    works = await asyncio.gather(*(_works(name, check) for name, check in checks.by_name.items()))
    failing = [name for name, well in zip(checks.by_name, works, strict=True) if not well]
    response.status_code = 503 if failing else 200
    return Health(status="failing" if failing else "ok", version=__version__, failing=failing)


async def _works(name: str, check: Callable[[], Awaitable[object]]) -> bool:
    try:
        async with asyncio.timeout(CHECK_S):
            await check()
    except (DroverError, TimeoutError) as error:
        _log.info("a health check fails", check=name, error=str(error))
        return False
    return True
