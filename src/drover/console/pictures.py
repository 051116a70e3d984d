"""Pictures that pages show: frames of a client's runs and its screens, by digests, so that they never change."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from drover.console.door import services_of, visitor_of
from drover.kernel.errors import DroverError, Kind
from drover.platform.db.whose import OneClient
from drover.tenancy.service import Act

router = APIRouter(include_in_schema=False)
_KINDS: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_YEAR: Final = "private, max-age=31536000, immutable"
Digest = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


class UnknownFrame(DroverError):
    """The run has no such frame."""

    kind = Kind.NOT_FOUND

    def __init__(self, digest: str) -> None:
        super().__init__(f"there is no frame {digest[:12]}", hint="look at its run anew")


@router.get("/frames-of-runs/{client_id}/{run_id}/{digest}")
async def frame(client_id: str, run_id: str, digest: Digest, request: Request) -> Response:
    """Answer with a picture that a task of the run has kept. Raises UnknownClient, UnknownFrame, BlobMissing."""
    caller, services = visitor_of(request.scope).caller, services_of(request.scope)
    caller.require(Act.SEE, client_id)
    async with services.database.reading(OneClient(caller.organization, client_id)) as unit:
        if not await services.runs.has_frame(unit, run_id, digest):
            raise UnknownFrame(digest)
    return _picture(await services.content.get(digest), digest)


@router.get("/expected-screens/{client_id}/{digest}/{key}")
async def screen(client_id: str, digest: Digest, key: str, request: Request) -> Response:
    """Answer with how a screen looks in the client's registry. Raises UnknownClient, UnknownFrame, NoPicture."""
    caller, services = visitor_of(request.scope).caller, services_of(request.scope)
    caller.require(Act.SEE, client_id)
    async with services.database.reading(OneClient(caller.organization, client_id)) as unit:
        if await services.definitions.screens(unit) != digest:
            raise UnknownFrame(digest)
    return _picture(await services.screens.picture(digest, key), digest)


def _picture(content: bytes, digest: str) -> Response:
    kind = next((kind for magic, kind in _KINDS.items() if content.startswith(magic)), None)
    if kind is None:
        raise UnknownFrame(digest)
    return Response(content, media_type=kind, headers={"Cache-Control": _YEAR})
