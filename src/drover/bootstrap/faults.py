"""Faults on a rack of simulated phones that runs in another process, through its control API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from pydantic import BaseModel, ValidationError

from drover.kernel.errors import DroverError, InvalidInput, Kind
from drover.simulator.control import NoSuchPhone
from drover.simulator.fault_script import ALL, fault_fields

_DEADLINE_S: Final = 10.0
_KINDS: Final[Mapping[int, Kind]] = {400: Kind.INVALID, 403: Kind.REFUSED, 404: Kind.NOT_FOUND, 409: Kind.CONFLICT}


class RackUnreachable(DroverError):
    """No control API of a rack answers at the address."""

    kind = Kind.UNAVAILABLE

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(
            f"no simulated phones answer at {url} ({reason})", hint="`drover sim` prints the address as `control`"
        )


class RackRefused(DroverError):
    """The rack refused a request; the message is its own."""

    def __init__(self, kind: Kind, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind


class _Phone(BaseModel):
    name: str
    faults: list[dict[str, Any]]


class _Phones(BaseModel):
    phones: list[_Phone]


class _Refusal(BaseModel):
    error: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RackControl:
    """The control API at `url`; `phones` are names joined by `+`, or `all`.

    Every call raises RackUnreachable, RackRefused, and InvalidInput for what is no address, phone or fault.
    """

    url: str

    async def faults(self, phones: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return the faults of each phone by its name."""
        known = {phone.name: phone.faults for phone in await self._phones()}
        return {name: known[name] for name in _chosen(phones, list(known))}

    async def give(self, phones: str, told: str) -> None:
        """Give a fault, written as `disconnect,seconds=5` or as JSON."""
        fields = fault_fields(told)
        for name in await self._names(phones):
            await self._ask("POST", f"/phones/{name}/faults", fields)

    async def clear(self, phones: str, fault: str | None) -> None:
        """Clear a fault, or all of them. With `all` phones, those that do not have it are passed over."""
        path = f"/faults/{fault}" if fault else "/faults"
        for name in await self._names(phones):
            try:
                await self._ask("DELETE", f"/phones/{name}{path}")
            except RackRefused as refused:
                if phones != ALL or refused.kind is not Kind.NOT_FOUND:
                    raise

    async def _names(self, phones: str) -> Sequence[str]:
        return _chosen(phones, [phone.name for phone in await self._phones()])

    async def _phones(self) -> Sequence[_Phone]:
        answer = await self._ask("GET", "/phones")
        try:
            return _Phones.model_validate_json(answer).phones
        except ValidationError as error:
            raise RackUnreachable(self.url, "the answer is not a rack's") from error

    async def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> bytes:
        try:
            async with httpx2.AsyncClient(base_url=self.url, timeout=_DEADLINE_S, trust_env=False) as client:
                answer = await client.request(method, path, json=body)
            if answer.is_success:
                return answer.content
            refusal = _Refusal.model_validate_json(answer.content)
        except httpx2.InvalidURL as error:
            raise InvalidInput(f"{self.url!r} is no address", hint="give it as http://127.0.0.1:PORT") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise RackUnreachable(self.url, str(error) or type(error).__name__) from error
        raise RackRefused(_KINDS.get(answer.status_code, Kind.FAILED), refusal.error, refusal.hint)


def _chosen(phones: str, known: Sequence[str]) -> Sequence[str]:
    if phones == ALL:
        return known
    wanted = phones.split("+")
    for name in wanted:
        if name not in known:
            raise NoSuchPhone(name, known)
    return wanted
