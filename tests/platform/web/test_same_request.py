"""What a request makes once, however often it is sent: also where the process died before it was answered."""

from collections.abc import Mapping

from fastapi import FastAPI, Request

from drover.platform.db.errors import DatabaseUnavailable
from drover.platform.web.callers import Who
from drover.platform.web.idempotency import HEADER, Answer, MemoryKeys, same_id
from drover.platform.web.routes import capability_router
from tests.platform.web.apps import application, client_of


def telling(keys: MemoryKeys) -> FastAPI:
    """An application that tells the id under which it makes something."""
    router = capability_router("made")

    @router.post("/made")
    async def make(wanted: dict[str, str], request: Request) -> dict[str, str | None]:
        del wanted
        return {"id": same_id(request)}

    return application([router], keys=keys)


class LostKeys(MemoryKeys):
    """Keys of a database that goes away in the middle of a request."""

    async def keep(self, who: Who, key: str, answer: Answer) -> None:  # noqa: ARG002  the port names them
        raise DatabaseUnavailable("it went away")

    async def free(self, who: Who, key: str) -> None:  # noqa: ARG002  likewise
        raise DatabaseUnavailable("it went away")


async def told(keys: MemoryKeys, headers: Mapping[str, str], name: str = "x") -> str | None:
    async with client_of(telling(keys)) as client:
        answer = await client.post("made", json={"name": name}, headers=dict(headers))
    return answer.json()["id"]


async def test_a_request_that_another_process_began_makes_the_same_again() -> None:
    first, second = [await told(MemoryKeys(), {HEADER: "k1"}) for _ in range(2)]
    assert first is not None
    assert (len(first), second) == (32, first)


async def test_another_key_or_another_request_makes_another() -> None:
    ids = {await told(MemoryKeys(), {HEADER: key}, name) for key, name in (("k1", "x"), ("k2", "x"), ("k1", "y"))}
    assert len(ids) == 3


async def test_without_a_key_every_request_makes_another() -> None:
    assert await told(MemoryKeys(), {}) is None


async def test_a_request_that_was_done_is_answered_though_its_answer_cannot_be_kept() -> None:
    assert await told(LostKeys(), {HEADER: "k1"}) == await told(MemoryKeys(), {HEADER: "k1"})


async def test_a_refusal_is_told_as_it_is_though_its_key_cannot_be_freed() -> None:
    async with client_of(telling(LostKeys())) as client:
        answer = await client.post("made", content=b"no json", headers={HEADER: "k1"})
    assert answer.status_code == 422
